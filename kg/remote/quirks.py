"""What engines do otherwise than the specifications say, and how it is met."""

from dataclasses import dataclass

from kg.dataset.terms import Literal, NamedNode
from ontology.vocab import XSD

_BOOLEAN = NamedNode(XSD + "boolean")


@dataclass(frozen=True)
class Quirks:
    """How one kind of engine is asked.

    ``most_changes`` is how many quads one update may hold, ``most_values`` how many rows one
    VALUES; ``numeric_booleans``: the engine gives "1" for "true"; ``lateral``: it knows LATERAL.
    """

    name: str = "sparql"
    most_changes: int = 5_000
    most_values: int = 200
    numeric_booleans: bool = False
    lateral: bool = False

    def read(self, literal: Literal) -> Literal:
        """A literal as it was written."""
        if self.numeric_booleans and literal.datatype == _BOOLEAN and literal.value in ("0", "1"):
            return Literal("true" if literal.value == "1" else "false", datatype=_BOOLEAN)
        return literal


STANDARD = Quirks()
OXIGRAPH = Quirks("oxigraph", lateral=True)
VIRTUOSO = Quirks("virtuoso", most_changes=400, most_values=100, numeric_booleans=True)
"""Virtuoso 7: its SQL compiler takes no long updates, and it keeps booleans as integers."""


def quirks_of(server: str) -> Quirks:
    """Those of an engine, by the ``Server`` header of its answers."""
    found = (quirks for quirks in (OXIGRAPH, VIRTUOSO) if quirks.name in server.lower())
    return next(found, STANDARD)
