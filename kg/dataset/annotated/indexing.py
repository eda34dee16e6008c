"""Keeping the index in step with the default graph, and making it anew.

What claims newly state is noted with all that follows from it, sorted on disk, and summed when a
version is published: for a fact that is new, that is its support. Other facts that changed
are looked up. After a change of most facts, and for repair, all claims are read anew.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, Quad, RdfFormat, Store, parse

from kg.claims.names import Names
from kg.dataset.annotated.annotations import MOST_CLAIMS, AnnotationWriter
from kg.dataset.annotated.support import chained_facts, support_lines, supports, told_supports
from kg.dataset.annotated.view import Support, View
from kg.dataset.chains.scanning import RememberingPool
from kg.dataset.loading.bulk import BULK_CHARACTERS, extend_pieces, gathered
from kg.dataset.loading.sorting import Progress, SortedLines, unwatched
from kg.dataset.record.records import DEFAULT
from kg.errors import TooManyProofs
from kg.infer.joins import ontology_joins
from kg.infer.proofs import Search

MANY = 200_000
"""So many noted facts of an empty index are worth a process of their own."""

_BATCH = 10_000
_FEW = 2_000
_CONCLUDED = "\t"
"""The end of a line with a fact that is known to follow by a chain."""

Texts = tuple[str, str, str]
"""A triple, each term in N-Triples."""


class Indexing:
    """Writes the index that belongs to the stores of a view.

    ``folder`` is where large lists of changes lie until they are worked off, ``facts`` how
    many facts the index holds. ``beside`` fills the index, which is let go of here, with N-Quads
    in a process of its own, and gives it back.
    """

    def __init__(
        self,
        view: View,
        index: Store,
        annotations: AnnotationWriter,
        folder: Path,
        facts: int,
        beside: Callable[[Iterable[str]], Store],
    ) -> None:
        self._beside = beside
        self._view = view
        self._index = index
        self._annotations = annotations
        self._folder = folder
        self._reasons: SortedLines | None = None
        self._touched: SortedLines | None = None
        self._count = 0
        self._anew = False
        self._progress: Progress = unwatched
        self.facts = facts

    @property
    def pending(self) -> bool:
        """Whether the index is behind."""
        return self._anew or self._touched is not None or self._reasons is not None

    def stated(self, statement: str, triple: str, follows: Iterable[Texts]) -> None:
        """Note a fact, in N-Triples, that is stated from now on, with what follows from it."""
        self.stated_alone(statement, (triple,))
        self.following(statement, triple, follows)

    def stated_alone(self, statement: str, triples: Sequence[str]) -> None:
        """Note facts, in N-Triples, that are stated from now on."""
        if not self._anew:
            end = f"\t\t{statement}"
            self._noting().add_all([triple + end for triple in triples])
            self._count += len(triples)

    def following(self, statement: str, triple: str, follows: Iterable[Texts]) -> None:
        """Note what follows from a fact, in N-Triples, that is stated from now on."""
        if not self._anew:
            end = f"\t{triple}\t{statement}"
            self._noting().add_all([" ".join(other) + end for other in follows])

    def _noting(self) -> SortedLines:
        if self._reasons is None:
            self._reasons = SortedLines(self._folder)
        return self._reasons

    def touch(self, triples: Iterable[Texts]) -> None:
        """Note facts that were removed, or whose support changed in any other way."""
        if self._anew:
            return
        if self._touched is None:
            self._touched = SortedLines(self._folder)
        for triple in triples:
            self._touched.add(" ".join(triple))
            self._count += 1

    def concluded(self, triple: Texts) -> None:
        """Note a fact that follows by a chain, as the stores have it by now."""
        if self._anew:
            return
        if self._touched is None:
            self._touched = SortedLines(self._folder)
        self._touched.add(" ".join(triple) + _CONCLUDED)
        self._count += 1

    def based(self, triples: Iterable[str]) -> None:
        """Note facts, in N-Triples, that are base data from now on."""
        if self._anew:
            return
        lines = [f"{triple}\t\t" for triple in triples]
        self._noting().add_all(lines)
        self._count += len(lines)

    def saved(self, folder: Path) -> dict[str, Any]:
        """Keep what was noted in a folder; gives back what ``resume`` needs to know."""
        noted = {"reasons": self._reasons, "touched": self._touched}
        runs = {name: lines.saved(folder) for name, lines in noted.items() if lines is not None}
        return {"runs": runs, "count": self._count, "anew": self._anew}

    def resume(self, folder: Path, saved: Mapping[str, Any]) -> None:
        """Take up what was ``saved``."""
        lines = {
            name: SortedLines.resumed(self._folder, [folder / run for run in runs])
            for name, runs in saved["runs"].items()
        }
        self._reasons, self._touched = lines.get("reasons"), lines.get("touched")
        self._count, self._anew = saved["count"], saved["anew"]

    def touch_all(self) -> None:
        """Have the whole index made anew."""
        self.forget()
        self._anew = True

    def forget(self) -> None:
        """Drop what was noted."""
        for lines in (self._reasons, self._touched):
            if lines is not None:
                lines.close()
        self._reasons = self._touched = None
        self._count, self._anew = 0, False

    @property
    def anew(self) -> bool:
        """Whether the whole index is to be made anew."""
        return self._anew

    @property
    def noted(self) -> int:
        """How many reasons and changes were noted since."""
        return self._count

    def refresh(self, progress: Progress = unwatched) -> None:
        """Bring the index up to date, and the annotations to the disk."""
        self._progress = progress
        if self.facts and self._count > max(_FEW, 3 * self.facts):
            self._anew = True
        if self._anew:
            self._rebuild()
        else:
            self._note_changes()
        self.forget()
        self._annotations.sync()

    def _note_changes(self) -> None:
        still = self._still()
        if self._reasons is not None and not self.facts:
            self._fill(self._reasons)
        elif self._reasons is not None:
            facts = supports(self._reasons)
            while new := list(islice(facts, _BATCH)):
                self._add(new, still)
                self._progress(len(new))
        lines = _doubted_first(self._touched or ())
        while batch := list(islice(lines, _BATCH)):
            self._look_up(batch, still)

    def _still(self) -> View:
        view = self._view
        still = _StillView(view.main, view.archive, view.names, view.threshold, view.has_base)
        still.clusters = view.clusters
        return still

    # --- some facts

    def _add(self, stated: list[tuple[str, Support | None]], view: View) -> None:
        """Write facts with what new claims say for them; where they are no new facts, look them up."""
        fresh: list[Quad] = []
        known: list[str] = []
        for quad, (triple, support) in zip(_parsed(t for t, _ in stated), stated, strict=True):
            s, p, o = quad.subject, quad.predicate, quad.object
            if next(iter(self._index.quads_for_pattern(s, p, o, None)), None) is None:
                fresh.append(Quad(s, p, o, BlankNode(self._name(support, triple))))
            else:
                known.append(triple)
        self._index.extend(fresh)
        self.facts += len(fresh)
        self._look_up(known, view)

    def _look_up(self, triples: list[str], view: View) -> None:
        fresh: list[Quad] = []
        noted = {line.removesuffix(_CONCLUDED): line.endswith(_CONCLUDED) for line in triples}
        for quad, (triple, chained) in zip(_parsed(noted), noted.items(), strict=True):
            s, p, o = quad.subject, quad.predicate, quad.object
            before = list(self._index.quads_for_pattern(s, p, o, None))
            if not chained and next(iter(view.main.quads_for_pattern(s, p, o, DEFAULT)), None) is None:
                name = None
            elif before and str(before[0].graph_name).startswith("_:t"):
                continue
            else:
                name = self._looked_up(quad, triple, view, chained=chained)
            for old in before:
                self._index.remove(old)
            self.facts += (name is not None) - len(before)
            if name is not None:
                fresh.append(Quad(s, p, o, BlankNode(name)))
        self._index.extend(fresh)

    def _looked_up(self, quad: Quad, triple: str, view: View, *, chained: bool) -> str:
        s, p, o = quad.subject, quad.predicate, quad.object
        if chained or view.may_be_chained(s, p, o):
            try:
                proofs = view.proofs(s, p, o, most=MOST_CLAIMS)
            except TooManyProofs:
                return self._annotations.name_to_ask(triple)
            return self._annotations.name_of_proofs(
                view.is_base(s, p, o), [[" ".join(premise) for premise in proof] for proof in proofs]
            )
        return self._name(view.small_support(s, p, o, MOST_CLAIMS), triple)

    def _name(self, support: Support | None, triple: str) -> str:
        return self._annotations.name_to_ask(triple) if support is None else self._annotations.name(support)

    # --- all facts

    def _rebuild(self) -> None:
        self._index.clear()
        with SortedLines(self._folder) as lines:
            for line in support_lines(self._view, self._progress):
                lines.add(line)
            self._fill(lines)
        chained = chained_facts(self._view)
        still = self._still()
        while batch := list(islice(chained, _BATCH)):
            self._look_up(batch, still)

    def _fill(self, reasons: SortedLines) -> None:
        """Write the whole index, which is empty."""
        pieces = gathered(self._annotated(reasons), BULK_CHARACTERS // 2)
        if self._count < MANY:
            extend_pieces(self._index, pieces)
        else:
            del self._index
            self._index = self._beside(pieces)

    def _annotated(self, lines: Iterable[str]) -> Iterator[str]:
        self.facts = 0
        sole = self._annotations.name_of_sole
        for number, (triple, support) in enumerate(told_supports(lines), start=1):
            self.facts = number
            if number % _BATCH == 0:
                self._progress(_BATCH)
            name = sole(support) if isinstance(support, str) else self._name(support, triple)
            yield f"{triple} _:{name} .\n"


class _StillView(View):
    """The stores while they do not change. Nothing refers to itself, so that they can be let go at once."""

    def __init__(self, main: Store, archive: Store, names: Names, threshold: float, has_base: bool) -> None:
        super().__init__(main, archive, names, threshold, has_base)
        self._stating_claims: dict[str, bool] = {}
        self._searches: dict[int, Search] = {}

    def _search(self, most: int) -> Search:
        if most not in self._searches:
            apart = View(self.main, self.archive, self.names, self.threshold, self.has_base)
            self._searches[most] = Search(ontology_joins(), RememberingPool(apart), most)
        return self._searches[most]

    def states_fact(self, iri: str) -> bool:
        """Whether an active claim has that IRI, and its assertion is part of the default graph."""
        found = self._stating_claims.get(iri)
        if found is None:
            found = self._stating_claims[iri] = super().states_fact(iri)
        return found


def _doubted_first(lines: Iterable[str]) -> Iterator[str]:
    """Lines in order, less the conclusion of what was touched in another way too: it may be gone again."""
    last = ""
    for line in lines:
        if line != last + _CONCLUDED:
            yield line
        last = line


def _parsed(triples: Iterable[str]) -> Iterator[Quad]:
    text = "".join(f"{triple} .\n" for triple in triples)
    return parse(text, format=RdfFormat.N_TRIPLES, lenient=True)
