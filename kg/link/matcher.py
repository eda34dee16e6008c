"""Candidates for a name among many entities: found by an index, scored one by one."""

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Self

import numpy as np
from rapidfuzz.fuzz import partial_ratio, ratio
from rapidfuzz.process import cdist

from kg.claims.names import expanded
from kg.dataset.annotated.view import View
from kg.dataset.snapshots import Snapshot
from kg.errors import InvalidMatch
from kg.link.entities import entities, kind_of_class, superclasses
from kg.link.entity import KINDS, Described, Entity, Kind
from kg.link.folding import latin, words
from kg.link.identifiers import SCHEMES, grouped
from kg.link.names import Name, name_of
from kg.link.ngrams import Ngrams
from kg.link.scoring import Feature, score, table
from ontology.vocab import LS, ONTOLOGY

MOST_NEAR = 60
"""Names that share most letter sequences with one, of which those like it are sought."""
MOST_SCORED = 16
"""Of these, names that are compared with it word by word."""
PLACE_PROPERTIES = frozenset({"place", "country", "city", "locatedIn", str(LS.locatedIn)})
_KEPT_VERSIONS = 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that may be meant.

    ``score`` is 0 to 100; ``match`` says that it can be taken without review.
    """

    iri: str
    name: str
    score: float
    match: bool
    features: Mapping[str, Feature]
    types: tuple[str, ...]
    description: str


class Matcher:
    """An index of entities. Does not change; can be used by several threads."""

    def __init__(self, found: Iterable[Entity]) -> None:
        self.entities = tuple(found)
        self._by_key: dict[str, list[int]] = {}
        self._by_initials: dict[str, list[int]] = {}
        self._by_identifier: dict[tuple[str, str], list[int]] = {}
        keys: list[str] = []
        owners: list[int] = []
        for position, entity in enumerate(self.entities):
            for key in dict.fromkeys(k for text in entity.described.names for k in _keys(name_of(text))):
                self._by_key.setdefault(key, []).append(position)
                keys.append(key)
                owners.append(position)
            for initials in {name_of(text).initials for text in entity.described.names} - {None}:
                self._by_initials.setdefault(str(initials), []).append(position)
            for scheme, values in entity.described.identifiers.items():
                for value in values:
                    self._by_identifier.setdefault((scheme, value), []).append(position)
        self._owners = owners
        self._keys = keys
        self._ngrams = Ngrams(keys)
        self._positions = {entity.iri: position for position, entity in enumerate(self.entities)}

    @classmethod
    def of(cls, view: View) -> Self:
        """The matcher of a version; the latest ones of published versions are kept."""
        if not isinstance(view, Snapshot):
            return cls(entities(view))
        key = (str(view.layout.root.resolve()), view.iri)
        found = _kept.get(key)
        if not isinstance(found, cls):
            found = _kept[key] = cls(entities(view))
            while len(_kept) > _KEPT_VERSIONS:
                _kept.popitem(last=False)
        _kept.move_to_end(key)
        return found

    def entity(self, iri: str) -> Entity | None:
        """The entity of that IRI, if there is one."""
        position = self._positions.get(iri)
        return None if position is None else self.entities[position]

    # --- candidates

    def candidates(
        self,
        name: str,
        kind: str | None = None,
        limit: int = 5,
        properties: Iterable[tuple[str, str]] | Mapping[str, str] = (),
    ) -> list[Candidate]:
        """The entities that a name may stand for, the best first.

        ``kind`` is a kind of entity or a class (its IRI or local name); ``properties`` tell more of what
        is meant: ``place``, ``country``, and identifiers by scheme (``lei``, ``wikidata`` …). Raises
        ``InvalidMatch`` for a kind that is not known.
        """
        wanted = wanted_by(kind)
        described = described_by(name, wanted.kind, properties)
        return self.matches(described, limit, wanted.accepts)

    def matches(
        self, described: Described, limit: int = 5, accepts: Callable[[Entity], bool] = lambda _: True
    ) -> list[Candidate]:
        """The entities that something so described may be, the best first."""
        scored = [
            Candidate(e.iri, e.name, found.value, found.accepted, found.features, e.types, e.description)
            for e in map(self.entities.__getitem__, self.blocked(described))
            if accepts(e) and (found := score(described, e.described)).value > 0
        ]
        scored.sort(key=lambda c: (-c.score, c.name, c.iri))
        return list(_decided(scored))[:limit]

    def blocked(self, described: Described) -> list[int]:
        """Positions of the entities that are worth comparing, likely ones first."""
        found: dict[int, None] = {}
        for scheme, values in described.identifiers.items():
            for value in values:
                found.update(dict.fromkeys(self._by_identifier.get((scheme, value), ())))
        for text in described.names:
            name = name_of(text)
            for key in _keys(name):
                found.update(dict.fromkeys(self._by_key.get(key, ())))
            if len(name.core) == 1:
                found.update(dict.fromkeys(self._by_initials.get(name.joined, ())))
            elif name.initials is not None:
                found.update(dict.fromkeys(self._by_key.get(name.initials, ())))
        for text in described.names:
            for key in _keys(name_of(text)):
                found.update(dict.fromkeys(map(self._owners.__getitem__, self._near(key))))
        return list(found)

    def _near(self, key: str) -> list[int]:
        """Rows of the names that are like one, or hold it, or are held by it."""
        rows = self._ngrams.nearest(key, MOST_NEAR)
        if len(rows) <= MOST_SCORED:
            return [int(row) for row in rows]
        keys = [self._keys[row] for row in rows]
        like = cdist([key], keys, scorer=ratio)[0] + cdist([key], keys, scorer=partial_ratio)[0]
        return [int(row) for row in rows[np.argsort(-like, kind="stable")[:MOST_SCORED]]]

    # --- suggestions

    @cached_property
    def _prefixes(self) -> list[tuple[str, int]]:
        found = {
            (start, position)
            for position, entity in enumerate(self.entities)
            for text in entity.described.names
            for start in _starts(text)
        }
        return sorted(found)

    def suggest(self, prefix: str, kind: str | None = None, limit: int = 10) -> list[Candidate]:
        """Entities of which a word of a name starts so, shorter names first. Raises ``InvalidMatch``."""
        wanted = wanted_by(kind)
        typed = " ".join(words(prefix))
        if not typed:
            return []
        starts = {typed, " ".join(map(latin, typed.split()))}
        found = {p for start in starts for p in islice(self._starting(start), 10_000)}
        chosen = [e for e in map(self.entities.__getitem__, found) if wanted.accepts(e)]
        chosen.sort(key=lambda e: (not _starts_first(e, starts), len(e.name), e.name, e.iri))
        return [
            Candidate(
                e.iri, e.name, 100.0 if _is_exact(e, starts) else 50.0, False, {}, e.types, e.description
            )
            for e in chosen[:limit]
        ]

    def _starting(self, start: str) -> Iterator[int]:
        at = bisect_left(self._prefixes, (start, -1))
        while at < len(self._prefixes) and self._prefixes[at][0].startswith(start):
            yield self._prefixes[at][1]
            at += 1


_kept: OrderedDict[tuple[str, str], Matcher] = OrderedDict()


def _keys(name: Name) -> tuple[str, ...]:
    """What a name is found by: its letters, with umlauts written out, with Chinese words translated."""
    translated = "".join(word.key.replace("-", "") for word in name.core)
    found = dict.fromkeys((name.joined, name.written_out, translated if name.han else None))
    return tuple(key for key in found if key)


def _starts(text: str) -> Iterator[str]:
    found = words(text)
    for spelled in dict.fromkeys((found, tuple(map(latin, found)))):
        for position in range(min(len(spelled), 5)):
            yield " ".join(spelled[position:])


def _starts_first(entity: Entity, starts: set[str]) -> bool:
    folded = " ".join(words(entity.name))
    return any(folded.startswith(start) for start in starts)


def _is_exact(entity: Entity, starts: set[str]) -> bool:
    return any(" ".join(words(text)) in starts for text in entity.described.names)


def _decided(scored: Sequence[Candidate]) -> Iterator[Candidate]:
    """Only the first can be taken without review, and only if no other one comes close."""
    for position, candidate in enumerate(scored):
        alone = position == 0 and all(candidate.score - c.score >= table().margin for c in scored[1:2])
        yield candidate if candidate.match == (candidate.match and alone) else replace(candidate, match=False)


@dataclass(frozen=True)
class Wanted:
    """What kind of entity is asked for: a kind, and a class of instances."""

    kind: Kind | None = None
    cls: str | None = None

    def accepts(self, entity: Entity) -> bool:
        """Whether an entity is of the kind; one of which nothing is known may be."""
        if self.cls is not None and entity.types:
            return any(self.cls in superclasses(cls) for cls in entity.types) or entity.described.kind is None
        return self.kind is None or entity.described.kind in (self.kind, None)


def wanted_by(kind: str | None) -> Wanted:
    """What a kind of entity or a class (its IRI or local name) asks for. Raises ``InvalidMatch``."""
    if kind is None:
        return Wanted()
    if kind in KINDS:
        return Wanted(kind)
    cls = expanded(kind) if ":" in kind else f"{ONTOLOGY}#{kind}"
    if cls not in set(LS):
        if ":" in kind and not cls.startswith(f"{ONTOLOGY}#"):
            return Wanted(None, cls)
        raise InvalidMatch(
            f"{kind!r} is neither a kind of entity ({', '.join(KINDS)}) nor a class", value=kind
        )
    return Wanted(kind_of_class(cls), cls)


def described_by(
    name: str, kind: Kind | None, properties: Iterable[tuple[str, str]] | Mapping[str, str] = ()
) -> Described:
    """What a name and more of what is meant tell. Properties that mean nothing here are left out."""
    pairs = list(properties.items() if isinstance(properties, Mapping) else properties)
    places = tuple(value for key, value in pairs if key in PLACE_PROPERTIES and value.strip())
    of_ours = [(key.removeprefix(f"{ONTOLOGY}#"), value) for key, value in pairs]
    identified = [(key, value) for key, value in of_ours if key in SCHEMES]
    return Described((name,), kind, places, grouped(identified))
