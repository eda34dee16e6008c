"""What candidates are sought for, and among: entities with names, kind, places and identifiers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["party", "place", "product", "measure", "event", "other"]
KINDS: tuple[Kind, ...] = ("party", "place", "product", "measure", "event", "other")


@dataclass(frozen=True, slots=True)
class Described:
    """What is known of something that is to be matched.

    ``kind`` is ``None`` where it is not known. ``places`` are names of places that it is in,
    ``identifiers`` values by scheme (``lei``, ``geonames``, …), as ``identifiers.normal`` gives them.
    ``named`` is false for what only has a description ("a company in Baotou").
    """

    names: tuple[str, ...]
    kind: Kind | None = None
    places: tuple[str, ...] = ()
    identifiers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    named: bool = True


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity of a store or of the reference data. ``types`` are IRIs of classes."""

    iri: str
    described: Described
    types: tuple[str, ...] = ()
    description: str = ""

    @property
    def name(self) -> str:
        """What it is called first."""
        return self.described.names[0]
