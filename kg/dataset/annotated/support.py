"""What every fact of a dataset rests on, all at once: reasons, one a line, sorted on disk and summed."""

from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode

from kg.dataset.annotated.annotations import MOST_CLAIMS
from kg.dataset.annotated.view import Support, View
from kg.dataset.judgments.identities import texts
from kg.dataset.loading.sorting import Progress, unwatched
from kg.dataset.record.records import DEFAULT
from kg.dataset.terms import node
from kg.infer.joins import ontology_joins
from kg.infer.rules import TYPE, ontology_rules

_TICK = 10_000
_TAB = "\t"


def support_lines(view: View, progress: Progress = unwatched) -> Iterator[str]:
    """A line for each reason of each fact, in no order, with tabs between its three parts.

    The fact; what it is inferred from, if it is; and the statement of that, none for base data.
    """
    consequences = ontology_rules().consequences
    for count, claim in enumerate(view.stating_claims(), start=1):
        for triple, statement in view.stated(claim):
            text = " ".join(triple)
            yield f"{text}\t\t{statement}"
            for s, p, o in consequences(triple):
                yield f"{s} {p} {o}\t{text}\t{statement}"
        if count % _TICK == 0:
            progress(_TICK)
    if view.has_base:
        for quad in view.archive.quads_for_pattern(None, None, None, DEFAULT):
            yield f"{' '.join(texts(quad))}\t\t"


def chained_facts(view: View) -> Iterator[str]:
    """The inferred facts, in N-Triples, that may follow by a chain."""
    joins = ontology_joins()
    patterns: list[tuple[NamedNode, NamedNode | None]]
    patterns = [(node(p[1:-1]), None) for p in sorted(joins.properties)]
    patterns += [(node(TYPE[1:-1]), node(c[1:-1])) for c in sorted(joins.classes)]
    for p, o in patterns:
        for quad in view.main.quads_for_pattern(None, p, o, view.inferred):
            yield " ".join(texts(quad))


def supports(lines: Iterable[str]) -> Iterator[tuple[str, Support | None]]:
    """Each fact with its support, from ``support_lines`` in order; ``None`` for one that is too large."""
    for fact, support in told_supports(lines):
        yield fact, Support(facts=((support,),)) if isinstance(support, str) else support


def told_supports(lines: Iterable[str]) -> Iterator[tuple[str, Support | str | None]]:
    """The same; of a fact that rests on one statement alone, as most do, just that is told."""
    fact = premise = statement = ""
    reasons: _Reasons | None = None
    for line in lines:
        triple, other_premise, other = line.split(_TAB)
        if triple != fact:
            if fact:
                yield fact, _summed(reasons, statement)
            fact, premise, statement, reasons = triple, other_premise, other, None
        else:
            if reasons is None:
                reasons = _Reasons()
                reasons.add(premise, statement)
            reasons.add(other_premise, other)
    if fact:
        yield fact, _summed(reasons, statement)


def _summed(reasons: "_Reasons | None", sole: str) -> Support | str | None:
    return reasons.support() if reasons is not None else sole or Support(base=True)


class _Reasons:
    """The reasons of one fact, those with one premise after each other."""

    __slots__ = ("base", "facts", "named", "premise", "statements")

    def __init__(self) -> None:
        self.base = False
        self.named = 0
        self.facts: set[tuple[str, ...]] = set()
        self.premise = ""
        self.statements: list[str] = []

    def add(self, premise: str, statement: str) -> None:
        """Take the next reason."""
        if premise != self.premise:
            self._close()
            self.premise = premise
        if not premise and not statement:
            self.base = True
        elif len(self.statements) <= MOST_CLAIMS:
            self.statements.append(statement)

    def _close(self) -> None:
        if self.named <= MOST_CLAIMS and self.statements:
            fact = tuple(self.statements)
            if fact not in self.facts:
                self.facts.add(fact)
                self.named += len(fact)
        self.statements = []

    def support(self) -> Support | None:
        """All of them together; ``None`` if they are too many."""
        self._close()
        return None if self.named > MOST_CLAIMS else Support(self.base, tuple(sorted(self.facts)))
