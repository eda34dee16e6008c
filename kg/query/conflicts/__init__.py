"""Where claims meet: contradiction and what only looks like it, corrections, agreement.

For the whole of a version, or around one claim or entity. It is worked out from what active claims say;
nothing is written down, and nothing is lost.
"""

from collections.abc import Collection, Iterable, Iterator

from kg.dataset.annotated.view import View
from kg.dataset.terms import NamedNode, names_node, node
from kg.query.conflicts.assertions import conflicts_of_assertions, meeting
from kg.query.conflicts.axioms import conflicts_of_axioms
from kg.query.conflicts.corrections import conflicts_of_corrections, conflicts_of_rebuttals
from kg.query.conflicts.finding import Conflict, Kind, Side
from kg.query.conflicts.naming import conflicts_of_names
from kg.query.conflicts.results import OTHER_RESULT, conflicts_of_results
from kg.query.conflicts.shares import conflicts_of_numbers
from kg.query.conflicts.stances import Stance, all_stances, some_stances
from kg.query.conflicts.wording import Wording
from ontology.vocab import LS

__all__ = ["Conflict", "Kind", "Side", "conflicts", "may_coincide"]

LOCAL = 10_000
"""Claims around one claim or entity that are looked up one by one; beyond that all are read."""

_ORDER = {kind: place for place, kind in enumerate(Kind)}


def conflicts(view: View, about: str | None = None, kinds: Collection[Kind] = tuple(Kind)) -> list[Conflict]:
    """What is found among the active claims, by kind and name.

    ``about``: a claim, of which a side must be, or an entity, of which the claims of a side must speak.
    """
    near = None if about is None else _near(view, about)
    found = {s.claim: s for s in (all_stances(view) if near is None else some_stances(view, sorted(near)))}
    wording = Wording(view)
    wanted = [one for one in _all(view, found, wording, frozenset(kinds)) if one.kind in kinds]
    if Kind.ONTOLOGY in kinds:
        wanted += conflicts_of_axioms(view, wording, None if about is None else _things(view, about))
    if about is not None:
        concerned = {about} if about in found else {s.claim for s in found.values() if _speaks_of(s, about)}
        wanted = [one for one in wanted if one.claims & concerned]
    return sorted(wanted, key=lambda one: (_ORDER[one.kind], one.what, sorted(one.claims)))


def may_coincide(view: View, affirming: Iterable[str], denying: Iterable[str]) -> bool:
    """Whether one of some claims and one of some others may be of the same day."""
    others = set(map(view.days, denying))
    return any(days.meets(other) for days in map(view.days, affirming) for other in others)


def _all(
    view: View, found: dict[str, Stance], wording: Wording, kinds: frozenset[Kind]
) -> Iterator[Conflict]:
    groups = meeting(found.values())
    corrections = list(conflicts_of_corrections(view, found, groups, wording))
    yield from corrections
    explained = _Covered(corrections)
    if kinds & {Kind.CONTRADICTION, Kind.DIFFERENT_TIME, Kind.AGREEMENT}:
        agreed: set[frozenset[str]] = set()  # claims that agree on one triple may agree on the next
        for one in conflicts_of_assertions(groups, wording):
            if one.kind is Kind.AGREEMENT:
                if one.claims not in agreed:
                    agreed.add(one.claims)
                    yield one
            elif not explained.covers(one):
                yield one
                explained.add(one)
        for one in conflicts_of_rebuttals(view, found, wording):
            if not explained.covers(one):
                yield one
    if kinds & {Kind.CONTRADICTION, Kind.DIFFERENT_TIME, Kind.DIFFERENT_SCOPE}:
        yield from (one for one in conflicts_of_numbers(found.values(), wording) if not explained.covers(one))
    if Kind.MAY_CONTRADICT in kinds:
        yield from conflicts_of_results(groups, wording)
    if Kind.DIFFERENT_ENTITY in kinds:
        yield from conflicts_of_names(found.values(), wording)


class _Covered:
    """Contradictions and corrections, asked whether one of them has all the claims of another conflict."""

    def __init__(self, conflicts: Iterable[Conflict]) -> None:
        self._by_claim: dict[str, list[frozenset[str]]] = {}
        for one in conflicts:
            self._note(one)

    def add(self, one: Conflict) -> None:
        """Note a contradiction; others explain nothing."""
        if one.kind is Kind.CONTRADICTION:
            self._note(one)

    def _note(self, one: Conflict) -> None:
        for claim in one.claims:
            self._by_claim.setdefault(claim, []).append(one.claims)

    def covers(self, one: Conflict) -> bool:
        """Whether what this one tells is told."""
        return any(one.claims <= other for other in self._by_claim.get(min(one.claims), ()))


def _things(view: View, about: str) -> set[str]:
    """What a claim speaks of; an entity itself."""
    if not view.is_active(about):
        return {about}
    stated = (triple for triple, _ in view.stated(about))
    return {term[1:-1] for s, _, o in stated for term in (s, o) if names_node(term)}


def _speaks_of(stance: Stance, entity: str) -> bool:
    term = f"<{entity}>"
    return any(term in (s, o) for s, _, o in stance.points) or any(e == entity for _, e in stance.roles)


def _near(view: View, about: str) -> set[str] | None:
    """Active claims that may meet those of ``about``; ``None`` if they are too many to look up one by one."""
    mine = [about] if view.is_active(about) else list(_speaking(view, about))
    near = set(mine)
    for stance in some_stances(view, mine[: LOCAL + 1]):
        near.update(_related(view, stance))
        if len(near) > LOCAL:
            return None
    return near


def _speaking(view: View, entity: str) -> Iterator[str]:
    for s, o in ((node(entity), None), (None, node(entity))):
        yield from _graphs(view, s, None, o)


def _graphs(view: View, s: NamedNode | None, p: NamedNode | None, o: NamedNode | None) -> Iterator[str]:
    for quad in view.main.quads_for_pattern(s, p, o, None):
        graph = quad.graph_name
        if isinstance(graph, NamedNode) and not view.names.is_reserved(graph.value):
            yield graph.value


def _related(view: View, stance: Stance) -> Iterator[str]:
    """Claims that share an end of a point, a part in an event or a document with a claim, or point at it."""
    for s, p, o in stance.points:
        yield from _graphs(view, node(s[1:-1]), node(p[1:-1]), None)
        if names_node(o):
            yield from _graphs(view, None, node(p[1:-1]), node(o[1:-1]))
            if p in OTHER_RESULT:
                yield from _graphs(view, node(s[1:-1]), node(OTHER_RESULT[p][1:-1]), node(o[1:-1]))
    for _, entity in stance.roles:
        yield from _speaking(view, entity)
    yield from view.pointing_at(LS.document, stance.document)
    claim = node(stance.claim)
    for relation in (LS.corrects, LS.rebuts):
        for left, right in ((claim, None), (None, claim)):
            for quad in view.main.quads_for_pattern(left, node(relation), right, view.record):
                yield from (str(term)[1:-1] for term in (quad.subject, quad.object))
