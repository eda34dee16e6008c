"""PROV as JSON (https://www.w3.org/submissions/prov-json/), written as it comes, in constant memory."""

import json
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from typing import IO

from kg.dataset.terms import Literal, NamedNode
from kg.link.exchange.curies import Curies
from kg.link.exchange.prov import ROLES, Attributes, Relation, Statement, Thing
from ontology.vocab import PREFIXES, XSD

_DEFINED = ("prov", "xsd")
"""Prefixes that PROV-JSON itself defines."""

_SPOOL = 4 << 20
"""Bytes of one kind of statement that stay in memory."""


def prov_json(statements: Iterable[Statement], out: IO[bytes], base: str) -> None:
    """Write one document. ``base`` is the namespace that most names have."""
    names = Curies({**PREFIXES, "this": base})
    with ExitStack() as opened:
        parts: dict[str, IO[bytes]] = {}
        for number, statement in enumerate(statements):
            if statement.kind not in parts:
                parts[statement.kind] = opened.enter_context(tempfile.SpooledTemporaryFile(_SPOOL))
            part = parts[statement.kind]
            name, members = _member(statement, names, number)
            part.write(b",\n " if part.tell() else b" ")
            part.write(f"{json.dumps(name)}: {json.dumps(members, ensure_ascii=False)}".encode())
        out.write(b"{")
        for kind, part in parts.items():
            out.write(f'"{kind}": {{\n'.encode())
            part.seek(0)
            while piece := part.read(_SPOOL):
                out.write(piece)
            out.write(b"\n},\n")
        prefixes = {prefix: name for prefix, name in names.used().items() if prefix not in _DEFINED}
        out.write(f'"prefix": {json.dumps(prefixes, indent=1)}}}\n'.encode())


def _member(statement: Statement, names: Curies, number: int) -> tuple[str, dict[str, object]]:
    match statement:
        case Thing(_, iri, attributes):
            return names(iri), _attributes(attributes, names)
        case Relation(kind, first, second, time, attributes):
            start, end = ROLES[kind]
            members: dict[str, object] = {f"prov:{start}": names(first), f"prov:{end}": names(second)}
            if time is not None:
                members["prov:time"] = time.value
            return f"_:r{number}", {**members, **_attributes(attributes, names)}


def _attributes(attributes: Attributes, names: Curies) -> dict[str, object]:
    found: dict[str, list[object]] = {}
    for predicate, value in attributes:
        found.setdefault(names(predicate), []).append(_value(value, names))
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _value(value: NamedNode | Literal, names: Curies) -> object:
    match value:
        case NamedNode(value=iri):
            return {"$": names(iri), "type": "prov:QUALIFIED_NAME"}
        case Literal(value=text, datatype=datatype) if datatype.value != XSD + "string":
            return {"$": text, "type": names(datatype.value)}
    return value.value
