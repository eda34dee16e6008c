"""Different things that are called the same: what is said of one is not said of the other.

"A company in Baotou" of one report need not be that of the next, and in one text two can be told apart.
"""

from collections.abc import Iterable, Iterator

from kg.claims.claim import RoleName
from kg.claims.names import normalized
from kg.claims.types import ROLE_INFO
from kg.dataset.terms import names_node
from kg.query.conflicts.finding import Conflict, Kind, side
from kg.query.conflicts.stances import Stance
from kg.query.conflicts.wording import Wording, predicate_words

Meeting = dict[str, list[Stance]]
"""Claims by the entity that they speak of."""


def conflicts_of_names(stances: Iterable[Stance], wording: Wording) -> Iterator[Conflict]:
    """What is found where several entities share a name in the same place of what is said, or in one text."""
    places: dict[tuple[str, ...], Meeting] = {}
    called: dict[str, str] = {}

    def note(place: tuple[str, ...], entity: str, stance: Stance) -> None:
        places.setdefault(place, {}).setdefault(entity, []).append(stance)

    def name(entity: str) -> str:
        if entity not in called:
            called[entity] = normalized(wording.label(entity))
        return called[entity]

    for stance in stances:
        for s, p, o in stance.points:
            if names_node(o):
                note(("of", name(s[1:-1]), p, o), s[1:-1], stance)
                note(("to", s, p, name(o[1:-1])), o[1:-1], stance)
        for role, entity in stance.roles:
            note(("in", stance.document, ROLE_INFO[RoleName(role)].sort, name(entity)), entity, stance)
    seen: set[frozenset[str]] = set()
    for place, entities in places.items():
        names = frozenset(entities)
        if len(entities) > 1 and names not in seen:
            seen.add(names)
            yield _conflict(place, entities, wording)


def _conflict(place: tuple[str, ...], entities: Meeting, wording: Wording) -> Conflict:
    called = wording.label(next(iter(entities)))
    match place:
        case ("of", _, predicate, other):
            what = f"“{called}” {predicate_words(predicate)} {wording.term(other)}"
        case ("to", other, predicate, _):
            what = f"{wording.term(other)} {predicate_words(predicate)} “{called}”"
        case _:
            what = f"“{called}” in “{wording.title(place[1])}”"
    return Conflict(
        Kind.DIFFERENT_ENTITY,
        what,
        tuple(
            side(found, f"one of that name (… {_local(entity)[-6:]})")
            for entity, found in sorted(entities.items())
        ),
        f"{len(entities)} entities are called so, and no judgment makes them one: "
        "what is said of one neither supports nor contradicts what is said of the other",
    )


def _local(iri: str) -> str:
    """The last part of an IRI."""
    return iri.rstrip("/#").rpartition("#")[2].rpartition("/")[2] or iri
