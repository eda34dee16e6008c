"""What engines do otherwise than the specifications say, and how it is met."""

import json
from dataclasses import dataclass
from typing import Any

from kg.dataset.terms import Literal, NamedNode, stored_form
from ontology.vocab import XSD

_BOOLEAN = XSD + "boolean"
_ASKED = "__ASK_RETVAL"


@dataclass(frozen=True)
class Quirks:
    """How one kind of engine is asked.

    ``most_changes`` is how many quads one update may hold, ``most_values`` how many rows one
    VALUES. ``settling`` is how many seconds an update may take from its WHERE to its being seen: 0
    where updates are isolated from each other. ``rewrites``: the engine gives literals in other
    forms than they were written in, and the answer to ASK as a row. ``lateral``: it knows LATERAL.
    ``returns``: its paths with ``?``, ``*`` and ``+`` are those of the specification. ``rewords``: other
    parts of queries are not, and are asked for in other words.
    """

    name: str = "sparql"
    most_changes: int = 5_000
    most_values: int = 200
    settling: float = 0.5
    rewrites: bool = False
    lateral: bool = False
    returns: bool = True
    rewords: bool = False

    def mended(self, body: bytes) -> bytes:
        """An answer in SPARQL JSON as the specification has it, literals as the embedded store keeps them."""
        if not self.rewrites:
            return body
        answer = json.loads(body)
        rows: list[dict[str, Any]] = answer.get("results", {}).get("bindings", [])
        if answer.get("head", {}).get("vars") == [_ASKED]:
            truth = bool(rows) and rows[0][_ASKED]["value"] not in ("0", "false")
            return json.dumps({"head": {}, "boolean": truth}).encode()
        for row in rows:
            for term in row.values():
                _mend(term)
        return json.dumps(answer, ensure_ascii=False).encode()


def _mend(term: dict[str, Any]) -> None:
    datatype = term.get("datatype")
    if datatype is None:
        return
    value = term["value"]
    if datatype == _BOOLEAN and value in ("0", "1"):
        value = "true" if value == "1" else "false"
    kept = stored_form(Literal(value, datatype=NamedNode(datatype)))
    term["value"] = kept.value if isinstance(kept, Literal) else value


STANDARD = Quirks()
OXIGRAPH = Quirks("oxigraph", settling=0.0, lateral=True)
VIRTUOSO = Quirks("virtuoso", most_changes=400, most_values=100, rewrites=True, returns=False, rewords=True)
"""Virtuoso 7: its SQL compiler takes no long updates; paths with + never come back to their start."""


def quirks_of(server: str) -> Quirks:
    """Those of an engine, by the ``Server`` header of its answers."""
    found = (quirks for quirks in (OXIGRAPH, VIRTUOSO) if quirks.name in server.lower())
    return next(found, STANDARD)
