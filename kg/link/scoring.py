"""How likely two descriptions are of one thing: a score from a table, with the features that made it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from kg.link.comparing import Comparison, compare
from kg.link.entity import Described, Kind
from kg.link.names import name_of
from kg.link.reference.gazetteer import where
from kg.link.reference.items import Item
from kg.link.reference.known import described as described_as
from kg.link.reference.known import item_named, known_as

Feature = str | float


@dataclass(frozen=True)
class Table:
    """``scoring.yaml``."""

    accept: float
    margin: float
    review: float
    alike: float
    names: Mapping[str, float]
    terms: Mapping[str, float]
    adjust: Mapping[str, float]
    caps: Mapping[str, float]
    floors: Mapping[str, float]
    events: Mapping[str, float]
    event_caps: Mapping[str, float]
    strong_identifiers: tuple[str, ...]


@cache
def table() -> Table:
    """The table that ships."""
    data: dict[str, Any] = yaml.safe_load(
        files("kg.link").joinpath("scoring.yaml").read_text(encoding="utf-8")
    )
    return Table(**{**data, "strong_identifiers": tuple(data["strong_identifiers"])})


@dataclass(frozen=True, slots=True)
class Score:
    """0 to 100, and what it was made of: by the feature's name, a word or a number."""

    value: float
    features: Mapping[str, Feature]

    @property
    def accepted(self) -> bool:
        """Whether it is enough to be taken without review."""
        return self.value >= table().accept


_ONE_EACH = ("lei", "uscc", "wikidata")
"""Identifiers of which a firm has one; tickers it has as many as listings."""
TERMS: frozenset[Kind | None] = frozenset({"product", "measure"})
"""Kinds of things whose names are terms."""


def score(a: Described, b: Described) -> Score:
    """How likely both are one thing. The order does not matter."""
    comparison, value = _best(a, b)
    features: dict[str, Feature] = {"name": comparison.kind, "similarity": round(comparison.similarity, 2)}
    if comparison.form != "none":
        features["legal form"] = comparison.form
    value = _with_reference(value, a, b, features)
    value = _with_identifiers(value, a, b, features)
    return Score(round(_capped(value, a, b, features), 1), features)


def _best(a: Described, b: Described) -> tuple[Comparison, float]:
    terms = a.kind in TERMS and b.kind in (*TERMS, None)
    found = [
        (comparison, _name_value(comparison, terms=terms))
        for left in map(name_of, a.names)
        for right in map(name_of, b.names)
        for comparison in (compare(left, right),)
    ]
    return max(found, key=lambda pair: (pair[1], pair[0].similarity))


def _name_value(comparison: Comparison, *, terms: bool) -> float:
    value = table().names[comparison.kind]
    if comparison.kind.startswith(("same", "sounds same", "initials")):
        return value
    if terms:
        most = table().terms
        value = most[comparison.kind] if comparison.kind in most else min(value, most["other word"])
    return max(0.0, value - table().adjust["similarity"] * (1 - comparison.similarity))


def _with_reference(value: float, a: Described, b: Described, features: dict[str, Feature]) -> float:
    """Where both are names in the reference data, these decide."""
    left, right = _entries(a), _entries(b)
    if not left or not right:
        return value
    if left & right:
        features["reference"] = f"same: {min(left & right)}"
        doubts = [d for one in (a, b) if (d := _disputed_by_name(one)) is not None]
        if doubts:
            features["reference"] = f"{features['reference']}, but: {doubts[0]}"
            return min(value, table().caps["disputed reference"])
        return max(value, table().floors["same reference"])
    features["reference"] = "other"
    return min(value, table().caps["other reference"])


def _entries(described: Described) -> frozenset[str]:
    return frozenset(e for n in described.names for e in (known_as(n, described.kind),) if e is not None)


def disputed(described: Described, item: Item) -> str | None:
    """What speaks against a thing's being the entry that is called the same; ``None`` if nothing does."""
    entry = described_as(item)
    for scheme in _ONE_EACH:
        own, its = described.identifiers.get(scheme), entry.identifiers.get(scheme)
        if own and its and not own & its:
            return f"{scheme} differs"
    return "other country" if _places(described, entry) == "other country" else None


def _disputed_by_name(described: Described) -> str | None:
    found = (item_named(name, described.kind) for name in described.names)
    return next((d for item in found if item is not None and (d := disputed(described, item))), None)


def _with_identifiers(value: float, a: Described, b: Described, features: dict[str, Feature]) -> float:
    shared = [s for s in table().strong_identifiers if s in a.identifiers and s in b.identifiers]
    same = [s for s in shared if a.identifiers[s] & b.identifiers[s]]
    differs = [s for s in shared if s not in same]
    if differs:
        features["identifier"] = f"{differs[0]} differs"
        return min(value, table().caps["identifier differs"])
    if same:
        features["identifier"] = f"{same[0]} same"
        alike = value >= table().alike
        return max(value, table().floors["same identifier" if alike else "same identifier, other name"])
    return value


def _capped(value: float, a: Described, b: Described, features: dict[str, Feature]) -> float:
    caps = table().caps
    if a.kind is not None and b.kind is not None and a.kind != b.kind:
        features["kind"] = f"{a.kind}, {b.kind}"
        value = min(value, caps["other kind"])
    if not _is_named(a) or not _is_named(b):
        features["description"] = "a description is no name"
        value = min(value, caps["description"])
    place = _places(a, b)
    if place is None:
        return value
    features["place"] = place
    if place == "same":
        bonus = table().adjust["same place"]
        return min(value + bonus, table().accept - 0.1) if 0 < value < table().accept else value
    return value if "identifier" in features else min(value, caps[place])


def _is_named(described: Described) -> bool:
    """Whether it has a name. The names of goods are terms, which descriptions are made of."""
    if described.kind == "product":
        return described.named
    return described.named and any(name_of(name).is_name for name in described.names)


def _places(a: Described, b: Described) -> str | None:
    """How the places compare; ``None`` where that is not known, or one lies in the other."""
    left = [w for place in a.places if (w := where(place)) is not None]
    right = [w for place in b.places if (w := where(place)) is not None]
    pairs = [(x, y) for x in left for y in right if x.country == y.country]
    if not left or not right:
        return None
    if not pairs:
        return "other country"
    if any(x == y for x, y in pairs):
        return "same"
    if any(x.is_country or y.is_country for x, y in pairs):
        return None
    return "unclear place" if any((x.city is None) != (y.city is None) for x, y in pairs) else "other place"
