"""Keeping the index in step with the default graph, and making it anew.

What changes is noted triple by triple, and looked up again when a version is published. The
first claims of a store are not looked up: what they state, and what follows from it, is
sorted on disk. So it is with all claims where most of the facts changed.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from pyoxigraph import BlankNode, Quad, RdfFormat, Store, parse

from kg.dataset.annotations import MOST_CLAIMS, AnnotationWriter
from kg.dataset.bulk import extend_pieces, gathered
from kg.dataset.records import DEFAULT
from kg.dataset.sorting import SortedLines
from kg.dataset.support import support_lines, supports, texts
from kg.dataset.view import Support, View

_BATCH = 10_000
_FEW = 2_000

Texts = tuple[str, str, str]
"""A triple, each term in N-Triples."""


class Indexing:
    """Writes the index that belongs to the stores of a view.

    ``folder`` is where large lists of changes lie until they are worked off, ``facts`` how
    many facts the index holds.
    """

    def __init__(
        self, view: View, index: Store, annotations: AnnotationWriter, folder: Path, facts: int
    ) -> None:
        self._view = view
        self._index = index
        self._annotations = annotations
        self._folder = folder
        self._reasons: SortedLines | None = None
        self._touched: SortedLines | None = None
        self._count = 0
        self._anew = False
        self.facts = facts

    @property
    def pending(self) -> bool:
        """Whether the index is behind."""
        return self._anew or self._touched is not None or self._reasons is not None

    def stated(self, claim: str, triple: str, follows: Iterable[Texts]) -> None:
        """Note a fact, in N-Triples, that a new claim states, with what follows from it."""
        if self._reasons is None:
            if self.facts or self.pending:
                self._touch((triple, *map(" ".join, follows)))
                return
            self._reasons = SortedLines(self._folder)
        self._reasons.add(f"{triple}\t\t{claim}")
        for other in follows:
            self._reasons.add(f"{' '.join(other)}\t{triple}\t{claim}")

    def touch(self, triples: Iterable[Texts]) -> None:
        """Note facts that were added or removed, or whose support changed, in any way."""
        self._touch(map(" ".join, triples))

    def _touch(self, triples: Iterable[str]) -> None:
        if self._anew:
            return
        if self._touched is None:
            self._touched = SortedLines(self._folder)
        for triple in triples:
            self._touched.add(triple)
            self._count += 1

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

    def refresh(self) -> None:
        """Bring the index up to date, and the annotations to the disk."""
        if self._reasons is not None:
            self._fill(self._reasons)
        if self._touched is not None and self._count > _FEW and 3 * self._count > self.facts:
            self._anew = True  # to look a fact up takes some three times as long as its part of a rebuild
        if self._anew:
            self._rebuild()
        elif self._touched is not None:
            lines = iter(self._touched)
            while batch := list(islice(lines, _BATCH)):
                self._look_up(batch)
        self.forget()
        self._annotations.sync()

    # --- some facts

    def _look_up(self, triples: list[str]) -> None:
        fresh: list[Quad] = []
        for quad in parse("".join(f"{t} .\n" for t in triples).encode(), format=RdfFormat.N_TRIPLES):
            s, p, o = quad.subject, quad.predicate, quad.object
            before = list(self._index.quads_for_pattern(s, p, o, None))
            if next(iter(self._view.main.quads_for_pattern(s, p, o, DEFAULT)), None) is None:
                name = None
            elif before and str(before[0].graph_name).startswith("_:t"):
                continue
            else:
                name = self._name(self._view.small_support(s, p, o, MOST_CLAIMS), quad)
            for old in before:
                self._index.remove(old)
            self.facts += (name is not None) - len(before)
            if name is not None:
                fresh.append(Quad(s, p, o, BlankNode(name)))
        self._index.extend(fresh)

    def _name(self, support: Support | None, quad: Quad) -> str:
        if support is None:
            return self._annotations.name_to_ask(" ".join(texts(quad)))
        return self._annotations.name(support)

    # --- all facts

    def _rebuild(self) -> None:
        self._index.clear()
        with SortedLines(self._folder) as lines:
            for line in support_lines(self._view):
                lines.add(line)
            self._fill(lines)

    def _fill(self, reasons: SortedLines) -> None:
        """Write the whole index, which is empty."""
        extend_pieces(self._index, gathered(self._annotated(reasons)))

    def _annotated(self, lines: Iterable[str]) -> Iterator[str]:
        annotations = self._annotations
        self.facts = 0
        for triple, support in supports(lines):
            self.facts += 1
            name = annotations.name_to_ask(triple) if support is None else annotations.name(support)
            yield f"{triple} _:{name} .\n"
