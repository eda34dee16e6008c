"""Data extension: the values of properties of entities, from the facts of a version."""

import math
import re
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

from kg.claims.names import expanded
from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import DefaultGraph, Literal, NamedNode, is_node, node
from kg.errors import QueryTimeout
from kg.link.identifiers import PROPERTIES, SCHEMES, normal, of_iri
from ontology.vocab import SCHEMA, SKOS, XSD
from server.errors import BadRequest
from server.naming import Namer
from server.reconciliation.manifest import MOST_VALUES
from server.reconciliation.messages import Extension
from server.reconciliation.terms import property_named

_INTEGERS = frozenset(
    f"{XSD}{name}"
    for name in (
        "integer long int short byte nonNegativeInteger positiveInteger negativeInteger nonPositiveInteger "
        "unsignedLong unsignedInt unsignedShort unsignedByte"
    ).split()
)
_FLOATS = frozenset(f"{XSD}{name}" for name in ("decimal", "double", "float"))
_MOMENT = re.compile(
    r"\d{4}-(1[0-2]|0[1-9])-(3[01]|0[1-9]|[12]\d)T(2[0-3]|[01]\d):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-](2[0-3]|[01]\d):[0-5]\d)?"
)
_CONTENTS = ("entity", "name", "iri")
_SAME = (f"{SKOS}exactMatch", f"{SCHEMA}sameAs")


def extended(snapshot: Snapshot, asked: Extension, deadline: float = math.inf) -> dict[str, Any]:
    """The answer to a data extension query: empty cells for what is not known.

    What a judgment calls otherwise by now is answered by the name that it goes by.

    Raises ``BadRequest``, and ``QueryTimeout`` beyond the deadline (``time.monotonic``).
    """
    columns = [(p.id, *_settings(p.id, p.settings)) for p in asked.properties]
    meta = []
    for name, _, _ in columns:
        found = property_named(snapshot, expanded(name))
        meta.append({"id": name, "name": found.name if found else name})
    cells = _Cells(snapshot)
    rows = {}
    for entity in dict.fromkeys(asked.ids):
        if time.monotonic() > deadline:
            raise QueryTimeout("data extension took too long: ask about fewer entities at once")
        rows[entity] = {name: cells.values(entity, name, limit, content) for name, limit, content in columns}
    return {"meta": meta, "rows": rows}


def _settings(name: str, settings: dict[str, Any]) -> tuple[int, str]:
    limit, content = settings.get("limit", 0), settings.get("content", "entity")
    try:
        most = int(limit)
    except (TypeError, ValueError, OverflowError):
        most = -1
    if isinstance(limit, bool) or most < 0:
        raise BadRequest(f"extend: the limit of {name} is a number from 0 on", parameter="extend")
    if content not in _CONTENTS:
        known = ", ".join(_CONTENTS)
        raise BadRequest(f"extend: the content of {name} is one of {known}", parameter="extend")
    return min(most or MOST_VALUES, MOST_VALUES), content


class _Cells:
    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._namer = Namer(snapshot)
        self._labels: dict[str, str] = {}

    def values(self, entity: str, name: str, limit: int, content: str) -> list[dict[str, Any]]:
        """The values of one cell, in a stable order."""
        if not is_node(entity):
            return []
        entity, name = self._snapshot.clusters.canonical(entity), expanded(name)
        if name in SCHEMES:
            return [{"str": value} for value in sorted(self._identifiers(entity, name))[:limit]]
        if not is_node(name):
            return []
        objects = islice(self._objects(entity, name), MOST_VALUES * 10)
        ordered = sorted(objects, key=str)[:limit]
        return [self._value(term, content) for term in ordered]

    def _objects(self, entity: str, name: str) -> Iterator[NamedNode | Literal]:
        for quad in self._snapshot.main.quads_for_pattern(node(entity), node(name), None, DefaultGraph()):
            if isinstance(quad.object, NamedNode | Literal):
                yield quad.object

    def _identifiers(self, entity: str, scheme: str) -> set[str]:
        found: set[str] = set()
        for predicate, of in PROPERTIES.items():
            if of == scheme or scheme.startswith(f"{of}-"):
                values = (normal(scheme, o.value) for o in self._objects(entity, predicate))
                found |= {value for value in values if value is not None}
        for predicate in _SAME:
            for term in self._objects(entity, predicate):
                known = of_iri(term.value)
                if known is not None and known[0] == scheme:
                    found.add(known[1])
        return found

    def _value(self, term: NamedNode | Literal, content: str) -> dict[str, Any]:
        if isinstance(term, NamedNode):
            if content == "iri" or not term.value.startswith(self._snapshot.names.base):
                return {"str": term.value}
            label = self._labels.get(term.value)
            if label is None:
                label = self._labels[term.value] = self._namer.label(term.value)
            return {"str": label} if content == "name" else {"id": term.value, "name": label or term.value}
        return _literal(term)


def _literal(term: Literal) -> dict[str, Any]:
    datatype, text = term.datatype.value, term.value
    try:
        if datatype in _INTEGERS:
            return {"int": int(text)}
        if datatype in _FLOATS:
            number = float(text)
            return {"float": number} if abs(number) < float("inf") else {"str": text}
    except ValueError:
        return {"str": text}
    moment = f"{text}T00:00:00" if datatype == f"{XSD}date" else text
    if datatype in (f"{XSD}date", f"{XSD}dateTime") and _MOMENT.fullmatch(moment):
        return {"date": moment}
    return {"str": text}
