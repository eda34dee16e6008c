"""What a list of claims is asked for: parameters of the address, read and written again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from urllib.parse import urlencode

from kg.claims.claim import Modality, Polarity, RoleName, Status
from kg.claims.types import TYPE_INFO
from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import is_node
from kg.dataset.text.search import Ask, Sort
from server.errors import BadRequest

PER_PAGE = 25
MOST_PER_PAGE = 100
LONGEST_SEARCH = 200
FARTHEST = 4000
"""The last page of a list that can be asked for."""

MOST_VALUES = 20
"""Values of one facet that can be chosen together."""

STATES = ("active", "retracted", "superseded", "below threshold", "rejected", "proposed")
ANY = "any"

_VALUES: dict[str, tuple[str, ...]] = {
    "type": tuple(kind.value for kind in TYPE_INFO),
    "state": (*STATES, ANY),
    "status": tuple(s.value for s in Status),
    "modality": tuple(m.value for m in Modality),
    "polarity": tuple(p.value for p in Polarity),
    "contested": ("yes", "no"),
    "origins": ("one", "several"),
}
_IRIS = ("source", "place", "document", "entity", "origin")
_FIELD = {"origins": "support", "entity": "mention", "fact": "says"}
CHOICES = (*_VALUES, *_IRIS, "month", "role", "fact")
"""Parameters that choose by a value; each may come several times, and a claim then has one of them."""

_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_FACT = re.compile(r"[0-9a-f]{24}[+-]")


@dataclass(frozen=True)
class Asked:
    """The parameters of a list, checked. ``chosen`` holds those that choose by a value.

    ``role`` says in which role the entities take part; ``version`` is the one of the store that the list
    is of, empty for the newest.
    """

    search: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    since: str = ""
    until: str = ""
    least: float | None = None
    most: float | None = None
    sort: Sort | None = None
    page: int = 1
    size: int = PER_PAGE
    version: str = ""

    @property
    def order(self) -> Sort:
        """The order asked for; without one, what fits a search best, else the newest claims."""
        return self.sort or (Sort.BEST if self.search else Sort.NEWEST)

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters as they stand in an address, the page apart."""
        found = [("q", self.search)] if self.search else []
        found += [(name, value) for name in CHOICES for value in self.chosen.get(name, ())]
        for name, value in (
            ("since", self.since),
            ("until", self.until),
            ("min-confidence", "" if self.least is None else f"{self.least:g}"),
            ("max-confidence", "" if self.most is None else f"{self.most:g}"),
            ("sort", self.sort or ""),
            ("size", "" if self.size == PER_PAGE else f"{self.size}"),
            ("version", self.version),
        ):
            found += [(name, value)] if value else []
        return found

    def address(self, path: str, page: int = 1) -> str:
        """The address of a page of the list."""
        pairs = [*self.pairs(), *([("page", f"{page}")] if page > 1 else [])]
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def with_choice(self, name: str, value: str) -> "Asked":
        """The same with one value chosen, from the first page on."""
        return replace(self, chosen={**self.chosen, name: (value,)}, page=1)

    def without(self, name: str, value: str | None = None) -> "Asked":
        """The same without a choice, or without one of its values."""
        left = tuple(v for v in self.chosen.get(name, ()) if value is not None and v != value)
        rest = {k: v for k, v in self.chosen.items() if k != name}
        return replace(self, chosen={**rest, name: left} if left else rest, page=1)


def read_asked(parameters: Mapping[str, list[str]]) -> Asked:
    """Read the parameters of a list. Raises ``BadRequest``, naming the parameter."""
    search = _one(parameters, "q").strip()
    if len(search) > LONGEST_SEARCH:
        raise BadRequest(f"a search has at most {LONGEST_SEARCH} characters", parameter="q")
    chosen = {name: _choice(name, parameters.get(name, [])) for name in CHOICES}
    sort = _one(parameters, "sort")
    if sort and sort not in {s.value for s in Sort}:
        raise BadRequest(f"sort is one of {', '.join(Sort)}, not {sort!r}", parameter="sort")
    return Asked(
        search=search,
        chosen={name: values for name, values in chosen.items() if values},
        since=_day(parameters, "since"),
        until=_day(parameters, "until"),
        least=_share(parameters, "min-confidence"),
        most=_share(parameters, "max-confidence"),
        sort=Sort(sort) if sort else None,
        page=_number(parameters, "page", 1, FARTHEST),
        size=_number(parameters, "size", PER_PAGE, MOST_PER_PAGE),
    )


def index_ask(asked: Asked, snapshot: Snapshot) -> Ask:
    """What that means to the text index: by default active claims only."""
    chosen = {_FIELD.get(k, k): v for k, v in asked.chosen.items() if k not in ("state", "entity", "role")}
    state = asked.chosen.get("state", ("active",))
    if ANY not in state:
        chosen["state"] = state
    if entities := asked.chosen.get("entity"):
        mentions = tuple(dict.fromkeys(m for entity in entities for m in mentions_of(snapshot, entity)))
        if roles := asked.chosen.get("role"):
            chosen["player"] = tuple(f"{role} {mention}" for role in roles for mention in mentions)
        else:
            chosen["mention"] = mentions
    return Ask(
        text=asked.search,
        chosen=chosen,
        since=asked.since,
        until=asked.until,
        least=asked.least,
        most=asked.most,
        sort=asked.order,
        offset=(asked.page - 1) * asked.size,
        limit=asked.size,
    )


def mentions_of(snapshot: Snapshot, entity: str) -> tuple[str, ...]:
    """The mentions that stand for an entity, itself among them."""
    clusters = snapshot.clusters
    return clusters.cluster(entity) if clusters.canonical(entity) == entity else (entity,)


def entity_of(snapshot: Snapshot, mention: str) -> str:
    """The entity that a mention stands for today."""
    return snapshot.clusters.canonical(mention)


def _one(parameters: Mapping[str, list[str]], name: str) -> str:
    values = parameters.get(name, [])
    if len(values) > 1:
        raise BadRequest(f"{name} may be given once", parameter=name)
    return values[0] if values else ""


def _choice(name: str, values: list[str]) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(filter(None, values)))
    if len(wanted) > MOST_VALUES:
        raise BadRequest(f"at most {MOST_VALUES} values can be chosen", parameter=name)
    allowed = _VALUES.get(name) or (tuple(r.value for r in RoleName) if name == "role" else None)
    for value in wanted:
        if allowed is not None and value not in allowed:
            raise BadRequest(f"{name} is one of {', '.join(allowed)}, not {value!r}", parameter=name)
        if name in _IRIS and not is_node(value):
            raise BadRequest(f"{name} is given by its IRI, not {value!r}", parameter=name)
        if name == "month" and not _MONTH.fullmatch(value):
            raise BadRequest(f"a month is written as 2025-05, not {value!r}", parameter=name)
        if name == "fact" and not _FACT.fullmatch(value):
            raise BadRequest("a fact is given as pages of entities link to it", parameter=name)
    return wanted


def _day(parameters: Mapping[str, list[str]], name: str) -> str:
    text = _one(parameters, name)
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise BadRequest(f"{name} is a date as 2025-05-14, not {text!r}", parameter=name) from None


def _share(parameters: Mapping[str, list[str]], name: str) -> float | None:
    text = _one(parameters, name)
    if not text:
        return None
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1:
        raise BadRequest(f"{name} is a number from 0 to 1, not {text!r}", parameter=name)
    return found


def _number(parameters: Mapping[str, list[str]], name: str, default: int, most: int) -> int:
    text = _one(parameters, name) or f"{default}"
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and 1 <= int(text) <= most):
        raise BadRequest(f"{name} is a number from 1 to {most}, not {text!r}", parameter=name)
    return int(text)
