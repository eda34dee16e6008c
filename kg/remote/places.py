"""Where the parts of a dataset lie on an engine: each in a named graph.

The facts (the default graph) lie in ``<base>store/facts``, claim graphs and the record
under their own names. What the embedded store keeps in its archive lies in graphs
``<base>store/archived?graph=…``, base data of the default graph in ``<base>store/base``, and
the store's own state in ``<base>store/state``. Names below ``<base>store`` are the store's.
"""

from dataclasses import dataclass
from urllib.parse import quote, unquote

from kg.claims.names import Names
from kg.dataset.record.records import DEFAULT
from kg.dataset.terms import DefaultGraph, NamedNode

Graph = NamedNode | DefaultGraph


@dataclass(frozen=True)
class Places:
    """The graphs of one store."""

    names: Names

    @property
    def prefix(self) -> str:
        """What the names of the store's own graphs begin with."""
        return f"{self.names.base}store/"

    @property
    def facts(self) -> str:
        """The default graph of what queries see."""
        return f"{self.prefix}facts"

    @property
    def base(self) -> str:
        """A copy of the base data of the default graph."""
        return f"{self.prefix}base"

    @property
    def state(self) -> str:
        """Version, settings, lease and journal."""
        return f"{self.prefix}state"

    def is_own(self, name: str) -> bool:
        """Whether a graph is the store's, and none that queries see."""
        return name.startswith(self.prefix)


@dataclass(frozen=True)
class Side:
    """One of the two halves of a dataset: what queries see, or the archive."""

    places: Places
    archive: bool

    def place(self, graph: Graph) -> str:
        """The name on the engine of a graph of this half."""
        if isinstance(graph, DefaultGraph):
            return self.places.base if self.archive else self.places.facts
        if self.archive:
            return f"{self.places.prefix}archived?graph={quote(graph.value, safe='')}"
        return graph.value

    def graph(self, name: str) -> Graph | None:
        """The graph of this half that has that name on the engine; ``None`` where it is of another."""
        if name == self.place(DEFAULT):
            return DEFAULT
        mark = f"{self.places.prefix}archived?graph="
        if self.archive:
            return NamedNode(unquote(name.removeprefix(mark))) if name.startswith(mark) else None
        return None if self.places.is_own(name) else NamedNode(name)
