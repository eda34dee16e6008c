"""Keeping what follows by chains in step with the facts of a store.

What is new is noted, and gone on from when the batch is settled (semi-naive). When a triple
goes, all that a chain concludes with it is taken out, and what follows all the same is
concluded again when the batch is settled (delete and rederive: Gupta, Mumick, Subrahmanian,
"Maintaining views incrementally", SIGMOD 1993).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from pyoxigraph import Quad, RdfFormat, parse

from kg.dataset.annotated.indexing import Indexing
from kg.dataset.annotated.view import View
from kg.dataset.chains.pool import StoredPool, term
from kg.dataset.chains.scanning import ScanningPool, Whole
from kg.dataset.judgments.identities import texts
from kg.dataset.loading.bulk import BULK_CHARACTERS, extend_pieces
from kg.dataset.loading.sorting import SortedLines
from kg.infer.joining import GIVEN, GROUNDED, Memory, extend, resting_on
from kg.infer.joins import ontology_joins
from kg.infer.proofs import Search
from kg.infer.rules import TYPE, Triple

_MOST_HELD = 200_000
"""Conclusions that are held in memory before they are written."""
_TAB = "\t"


class Inferring:
    """What a writer infers by chains.

    ``touch`` is called before the stores are written to, with whether the archive is.
    """

    def __init__(
        self,
        view: View,
        indexing: Indexing,
        folder: Path,
        touch: Callable[[bool], None],
    ) -> None:
        self._view = view
        self._indexing = indexing
        self._folder = folder
        self._touch = touch
        self._joins = ontology_joins()
        self._new: SortedLines | None = None
        self._doubtful: SortedLines | None = None

    @property
    def pending(self) -> bool:
        """Whether something was noted since the last batch was settled."""
        return self._new is not None or self._doubtful is not None

    def forget(self) -> None:
        """Drop what was noted."""
        for lines in (self._new, self._doubtful):
            if lines is not None:
                lines.close()
        self._new = self._doubtful = None

    def saved(self, folder: Path) -> dict[str, list[str]]:
        """Keep what was noted in a folder; gives back what ``resume`` needs to know."""
        noted = {"new": self._new, "doubtful": self._doubtful}
        return {name: lines.saved(folder) for name, lines in noted.items() if lines is not None}

    def resume(self, folder: Path, saved: Mapping[str, list[str]]) -> None:
        """Take up what was ``saved``."""
        lines = {
            name: SortedLines.resumed(self._folder, [folder / run for run in runs])
            for name, runs in saved.items()
        }
        self._new, self._doubtful = lines.get("new"), lines.get("doubtful")

    # --- what changes

    @property
    def relevant(self) -> frozenset[str]:
        """The predicates of triples that chains may go on from."""
        return self._joins.relevant

    def leading(self, quads: Iterable[Quad]) -> list[Triple]:
        """The triples of some quads that chains may go on from."""
        return [texts(quad) for quad in quads if str(quad.predicate) in self._joins.relevant]

    def stated(self, triple: Triple) -> None:
        """Note a triple that claims state from now on, or that is given from now on."""
        if triple[1] in self._joins.relevant:
            if self._new is None:
                self._new = SortedLines(self._folder)
            self._new.add(_TAB.join(triple))

    def resting_on(self, lost: Iterable[Triple]) -> list[Triple]:
        """What a chain concludes with triples that go, but are there still."""
        leading = [triple for triple in lost if self._joins.leads_on(triple)]
        return list(resting_on(self._joins, StoredPool(self._view), leading)) if leading else []

    def doubt(self, triples: Iterable[Triple]) -> None:
        """Note triples that may have been concluded from what is gone: they may follow all the same."""
        for triple in triples:
            if self._joins.touches(triple):
                if self._doubtful is None:
                    self._doubtful = SortedLines(self._folder)
                self._doubtful.add(_TAB.join(triple))

    def withdraw_given(self, triples: Iterable[Triple]) -> None:
        """Take triples that may not follow from given data alone any more out of the archive's inferences."""
        for triple in triples:
            self._touch(True)
            s, p, o = map(term, triple)
            self._view.archive.remove(Quad(s, p, o, self._view.inferred))

    # --- what follows

    def settle(self) -> None:
        """Conclude what follows from what is new, and again what follows of what was doubted."""
        if not self.pending:
            return
        pool = _WritablePool(self._view, self._touch)
        for triple in extend(self._joins, pool, self._starts(pool)):
            if pool.has_concluded(triple):
                self._indexing.concluded(triple)
            else:
                self._indexing.touch((triple,))
            if pool.held > _MOST_HELD:
                pool.write()
        pool.write()
        self.forget()

    def _starts(self, pool: "_WritablePool") -> Iterator[Triple]:
        search = Search(self._joins, pool)
        for triple in _triples(self._doubtful):
            self._indexing.touch((triple,))
            if bits := search.concluded(triple):
                pool.conclude(triple, bits)
            yield triple
        for triple in _triples(self._new):
            if pool.is_given(triple):
                for other in self._joins.follows(triple):
                    pool.conclude(other, GIVEN)
            yield triple


def _triples(lines: SortedLines | None) -> Iterator[Triple]:
    for line in lines or ():
        s, p, o = line.split(_TAB, 2)
        yield s, p, o


class _WritablePool(ScanningPool):
    """The triples of a store, and what was concluded and is not written yet."""

    def __init__(self, view: View, touch: Callable[[bool], None]) -> None:
        super().__init__(view)
        self._store = view
        self._touch = touch
        self._fresh = Memory()

    @property
    def held(self) -> int:
        """How many conclusions are not written yet."""
        return len(self._fresh.concluded)

    def has_concluded(self, triple: Triple) -> bool:
        """Whether a triple was concluded as a fact since the last ``write``."""
        return bool(self._fresh.concluded.get(triple, 0) & GROUNDED)

    def objects(self, s: str, p: str) -> Iterable[tuple[str, int]]:
        """See ``Pool``."""
        return _both(super().objects(s, p), self._fresh.objects(s, p))

    def subjects(self, p: str, o: str) -> Iterable[tuple[str, int]]:
        """See ``Pool``."""
        return _both(super().subjects(p, o), self._fresh.subjects(p, o))

    def bits(self, triple: Triple) -> int:
        """See ``Pool``."""
        return super().bits(triple) | self._fresh.bits(triple)

    def conclude(self, triple: Triple, bits: int) -> None:
        """See ``Pool``."""
        if self.gain(triple, bits):
            self._fresh.concluded[triple] = self._fresh.concluded.get(triple, 0) | bits
        else:
            self._fresh.conclude(triple, bits)

    def _scanned(self, p: str, most: int) -> Whole | None:
        self.write()
        return super()._scanned(p, most)

    def write(self) -> None:
        """Write what was concluded."""
        view = self._store
        facts, given = [], []
        for triple, bits in self._fresh.concluded.items():
            line = " ".join(triple)
            if bits & GROUNDED:
                facts.append(f"{line} .\n{line} {view.inferred} .\n")
            if bits & GIVEN and triple[1] != TYPE:
                given.append(f"{line} {view.inferred} .\n")
        if facts or given:
            self._touch(bool(given))
        for store, lines in ((view.main, facts), (view.archive, given)):
            text = "".join(lines)
            if len(text) > BULK_CHARACTERS // 8:
                extend_pieces(store, (text,))
            elif text:
                store.extend(parse(text, format=RdfFormat.N_QUADS, lenient=True))
        self._fresh = Memory()
        self.let_go()


def _both(stored: Iterable[tuple[str, int]], fresh: Iterable[tuple[str, int]]) -> Iterable[tuple[str, int]]:
    if not fresh:
        return stored
    found = dict(stored)
    for name, bits in fresh:
        found[name] = found.get(name, 0) | bits
    return found.items()
