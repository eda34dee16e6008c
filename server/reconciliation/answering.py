"""Candidates and suggestions from an index of names, as the API gives them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from kg.link.entity import Described, Entity
from kg.link.identifiers import normal, of_iri
from kg.link.matcher import Candidate, Matcher, Wanted, described_by, wanted_by
from kg.link.scoring import score
from server.reconciliation.messages import MOST_CANDIDATES, Query
from server.reconciliation.terms import NAMESPACE, types

_WITH_CHECK_DIGITS = ("lei", "uscc", "isin")
"""Identifiers that are told from names by their check digits."""
_OF_NAMES = frozenset({"name", "similarity", "legal form"})


def result_of(matcher: Matcher, query: Query) -> dict[str, Any]:
    """The answer to one query. Raises ``InvalidMatch`` for a type that is none."""
    limit = min(query.limit, MOST_CANDIDATES)
    accepts, kind = _accepting([wanted_by(name) for name in query.type if name], query.type_strict)
    pairs = [(p.pid, text) for p in query.properties for text in p.texts]
    pairs = [*pairs, *_identified((query.query or "").strip())]
    name = (query.query or "").strip()
    named = matcher.entity(name)
    if named is not None:
        found = [Candidate(named.iri, named.name, 100.0, True, {}, named.types, named.description)]
    elif name:
        found = matcher.matches(described_by(name, kind, pairs), limit, accepts)
    else:
        found = _by_identifiers(matcher, described_by("", kind, pairs), accepts)[:limit]
    return {"result": [_candidate(one) for one in found]}


def _accepting(wanted: list[Wanted], strict: str) -> tuple[Callable[[Entity], bool], Any]:
    """Which entities are of the types that are wanted, and the kind that all of these share."""
    if not wanted or strict == "should":
        return (lambda _: True), None
    kinds = {one.kind for one in wanted}
    kind = kinds.pop() if len(kinds) == 1 else None
    several = all if strict == "all" else any
    return (lambda entity: several(one.accepts(entity) for one in wanted)), kind


def _identified(text: str) -> Iterable[tuple[str, str]]:
    """The identifier that a query's text is itself, if it is one for sure."""
    known = of_iri(text)
    if known is not None:
        return (known,)
    return [(scheme, text) for scheme in _WITH_CHECK_DIGITS if normal(scheme, text) is not None]


def _by_identifiers(
    matcher: Matcher, described: Described, accepts: Callable[[Entity], bool]
) -> list[Candidate]:
    """Entities that share an identifier with what has no name."""
    nameless = replace(described, names=())
    found = []
    for entity in map(matcher.entities.__getitem__, matcher.blocked(nameless)):
        if not accepts(entity):
            continue
        told = score(replace(described, names=(entity.name,)), entity.described)
        if not str(told.features.get("identifier", "")).endswith("same"):
            continue
        features = {name: value for name, value in told.features.items() if name not in _OF_NAMES}
        found.append(
            Candidate(entity.iri, entity.name, told.value, False, features, entity.types, entity.description)
        )
    found.sort(key=lambda c: (-c.score, c.name, c.iri))
    if len(found) == 1:
        found = [replace(found[0], match=True)]
    return found


def _candidate(one: Candidate) -> dict[str, Any]:
    features = [_feature(name, value) for name, value in sorted(one.features.items())]
    found: dict[str, Any] = {
        "id": one.iri,
        "name": one.name,
        "score": one.score,
        "match": one.match,
        "type": types_of(one.types),
    }
    if one.description:
        found["description"] = one.description
    if features:
        found["features"] = features
    return found


def _feature(name: str, value: str | float) -> Mapping[str, Any]:
    """A feature; the API has numbers and truth values only, so a word goes into its name."""
    return (
        {"id": f"{name}: {value}", "value": True} if isinstance(value, str) else {"id": name, "value": value}
    )


def types_of(iris: Iterable[str]) -> list[dict[str, str]]:
    """Types by id and name, those of events left out."""
    known = types()
    return [
        {"id": iri, "name": known[iri].name if iri in known else iri.removeprefix(NAMESPACE)} for iri in iris
    ]


def suggested(matcher: Matcher, prefix: str, cursor: int, limit: int) -> dict[str, Any]:
    """Entities of which a name starts so, or whose IRI it is."""
    named = matcher.entity(prefix.strip())
    found = matcher.suggest(prefix, limit=cursor + limit)[cursor:]
    if named is not None and not cursor:
        found = [Candidate(named.iri, named.name, 100.0, False, {}, named.types, named.description), *found]
    return {"result": [_suggestion(one) for one in found[:limit]]}


def _suggestion(one: Candidate) -> dict[str, Any]:
    told: dict[str, Any] = {"id": one.iri, "name": one.name, "notable": types_of(one.types)}
    return {**told, "description": one.description} if one.description else told
