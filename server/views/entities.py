"""The list of entities: by name, and how many claims speak of each."""

from dataclasses import dataclass
from urllib.parse import urlencode

from kg.claims.claim import RoleName
from kg.dataset.snapshots import Snapshot
from kg.dataset.text.search import Ask, Tally, TextIndex
from server.naming import Link, Namer, shortened
from server.views.asking import entity_of, mentions_of
from server.views.finding import text_index
from server.views.listing import Choice
from server.views.marking import MarkedText, Marker

PER_PAGE = 50
MOST_FOUND = 400
MOST_NAMES = 6
LONGEST_NAME = 160
_ACTIVE = ("active",)


@dataclass(frozen=True)
class EntityLine:
    """An entity in a list: what it is called, in which roles, and how many active claims speak of it."""

    entity: Link
    name: tuple[MarkedText, ...]
    others: tuple[str, ...]
    roles: tuple[str, ...]
    claims: int


@dataclass(frozen=True)
class EntityList:
    """One page of the list. ``capped``: more were found than are counted."""

    search: str
    role: str
    roles: tuple[Choice, ...]
    total: int
    capped: bool
    page: int
    more: bool
    previous: str | None
    next: str | None
    entities: tuple[EntityLine, ...]


@dataclass
class _Gathered:
    names: dict[str, None]
    roles: dict[str, None]
    score: float = 0.0
    claims: int = 0


def entity_list(snapshot: Snapshot, search: str, role: str, page: int) -> EntityList:
    """The entities with a name of these words, the best first; without words, the ones most spoken of."""
    index, namer, marker = text_index(snapshot), Namer(snapshot), Marker(search)
    found, capped = _found(snapshot, index, search, role)
    start = (page - 1) * PER_PAGE
    shown = list(found.items())[start : start + PER_PAGE]
    return EntityList(
        search=search,
        role=role,
        roles=tuple(
            Choice(r.value, r.value.replace("_", " "), None, r.value == role, _address(search, r.value))
            for r in RoleName
        ),
        total=len(found),
        capped=capped,
        page=page,
        more=start + PER_PAGE < len(found),
        previous=_address(search, role, page - 1) if page > 1 else None,
        next=_address(search, role, page + 1) if start + PER_PAGE < len(found) else None,
        entities=tuple(_line(namer, marker, iri, gathered) for iri, gathered in shown),
    )


def named(snapshot: Snapshot, search: str, number: int) -> tuple[EntityLine, ...]:
    """The entities that have a name of these words, the best first."""
    index, namer = text_index(snapshot), Namer(snapshot)
    found, _ = _found(snapshot, index, search, "")
    return tuple(_line(namer, Marker(""), iri, one) for iri, one in list(found.items())[:number])


def most_spoken_of(snapshot: Snapshot, number: int) -> tuple[EntityLine, ...]:
    """The entities that most active claims speak of."""
    index, namer = text_index(snapshot), Namer(snapshot)
    found, _ = _by_claims(snapshot, index, "")
    shown = list(found.items())[:number]
    return tuple(_line(namer, Marker(""), iri, gathered) for iri, gathered in shown)


def _address(search: str, role: str, page: int = 1) -> str:
    pairs = [("q", search), ("role", role), ("page", f"{page}" if page > 1 else "")]
    told = urlencode([(k, v) for k, v in pairs if v])
    return f"/entities?{told}" if told else "/entities"


def _found(snapshot: Snapshot, index: TextIndex, search: str, role: str) -> tuple[dict[str, _Gathered], bool]:
    if not search:
        return _by_claims(snapshot, index, role)
    found: dict[str, _Gathered] = {}
    hits = index.names(search, role, MOST_FOUND)
    for hit in hits:
        one = found.setdefault(entity_of(snapshot, hit.of), _Gathered({}, {}))
        one.names[hit.text] = None
        if hit.role:
            one.roles[hit.role] = None
        one.score = max(one.score, hit.score)
    counts = index.counts("mention", tuple(found), Ask(chosen={"state": _ACTIVE}))
    for iri, one in found.items():
        mentions = mentions_of(snapshot, iri)
        asked = Ask(chosen={"mention": mentions, "state": _ACTIVE})
        one.claims = _counted(counts.get(iri)) if mentions == (iri,) else index.count(asked)
    ranked = sorted(found.items(), key=lambda item: (-round(item[1].score, 1), -item[1].claims, item[0]))
    return dict(ranked), len(hits) == MOST_FOUND


def _counted(tally: Tally | None) -> int:
    return tally.claims if tally else 0


def _by_claims(snapshot: Snapshot, index: TextIndex, role: str) -> tuple[dict[str, _Gathered], bool]:
    field = "player" if role else "mention"
    counts = index.facets(Ask(chosen={"state": _ACTIVE}), (field,), _MOST_COUNTED)[field]
    found: dict[str, _Gathered] = {}
    for count in counts:
        played, _, mention = count.value.partition(" ") if role else ("", "", count.value)
        if played == role:
            one = found.setdefault(entity_of(snapshot, mention), _Gathered({}, {role: None} if role else {}))
            one.claims += count.claims
    ranked = sorted(found.items(), key=lambda item: (-item[1].claims, item[0]))
    return dict(ranked[:MOST_FOUND]), len(counts) == _MOST_COUNTED or len(ranked) > MOST_FOUND


_MOST_COUNTED = 4 * MOST_FOUND


def _line(namer: Namer, marker: Marker, iri: str, found: _Gathered) -> EntityLine:
    names = list(found.names) or [namer.label(iri)]
    link = namer.link("entity", iri, shortened(names[0], LONGEST_NAME))
    return EntityLine(
        entity=link,
        name=marker.pieces(link.text),
        others=tuple(shortened(name, LONGEST_NAME) for name in names[1:MOST_NAMES]),
        roles=tuple(role.replace("_", " ") for role in found.roles),
        claims=found.claims,
    )
