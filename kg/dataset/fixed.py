"""A dataset that never changes: what is read of its claims is kept; and queries to it."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from pyoxigraph import NamedNode, QueryBoolean, QuerySolutions, QueryTriples, Store

from kg.claims.names import Names
from kg.dataset.annotated.view import ClaimInfo, View
from kg.dataset.files import Layout, Manifest, Settings
from kg.dataset.record.days import Span
from kg.dataset.record.decode import Node
from kg.dataset.record.records import Object, Subject
from kg.dataset.statistics import Statistics
from kg.dataset.syntax import syntax_error
from ontology.vocab import PREFIXES

_CACHED = 200_000


class FixedView(View):
    """A view of stores that do not change."""

    repeats = False
    falls = False

    def __init__(self, main: Store, archive: Store, names: Names, threshold: float, has_base: bool) -> None:
        super().__init__(main, archive, names, threshold, has_base)
        self._infos = lru_cache(maxsize=_CACHED)(super().claim_info)
        self._ratings = lru_cache(maxsize=_CACHED)(super().rating)
        self._nodes = lru_cache(maxsize=_CACHED)(super().node)
        self._active_nodes = lru_cache(maxsize=_CACHED)(super().active_node)
        self._stances = lru_cache(maxsize=_CACHED)(super().stance)
        self._credibilities = lru_cache(maxsize=_CACHED)(super().credibility)
        self._reliabilities = lru_cache(maxsize=_CACHED)(super().reliability)
        self._chain_labels = lru_cache(maxsize=_CACHED)(super().chain_label)
        self._direct_forms: tuple[NamedNode, ...] | None = None
        self._source_labels = lru_cache(maxsize=_CACHED)(super().source_label)
        self._sides = lru_cache(maxsize=_CACHED)(super().sides)
        self._days = lru_cache(maxsize=_CACHED)(super().days)
        self._rebuttals = lru_cache(maxsize=_CACHED)(super().rebuttals)

    @property
    def statistics(self) -> Statistics | None:
        """What the planner knows of the default graph."""
        return None

    def claim_info(self, iri: str) -> ClaimInfo | None:
        """What an answer tells about an active claim; ``None`` if there is none of that IRI."""
        return self._infos(iri)

    def rating(self, iri: str) -> tuple[str, float, float] | None:
        """Origin, P(it is reliable) and P(credible | it is) of an active claim or judgment."""
        return self._ratings(iri)

    def stance(self, iri: str) -> tuple[str, str] | None:
        """Polarity and modality of an active claim; ``None`` if there is none of that IRI."""
        return self._stances(iri)

    def credibility(self, assessment: str, store: Store | None = None) -> float | None:
        """P(credible | its origin is reliable) by an assessment; ``None`` if there is none of that IRI."""
        return self._credibilities(assessment, store)

    def reliability(self, origin: str) -> float:
        """P(an origin is reliable)."""
        return self._reliabilities(origin)

    def source_label(self, source: str) -> str:
        """What a source is called."""
        return self._source_labels(source)

    def chain_label(self, chain: str) -> str:
        """A chain in words: the names of its links, but for their positions, are ``chain``."""
        return self._chain_labels(chain)

    def direct_forms(self) -> tuple[NamedNode, ...]:
        """The predicates of direct forms that occur in some graph."""
        if self._direct_forms is None:
            used = (
                f for f in super().direct_forms() if any(self.main.quads_for_pattern(None, f, None, None))
            )
            self._direct_forms = tuple(used)
        return self._direct_forms

    def sides(self, s: Subject, p: NamedNode, o: Object) -> tuple[tuple[str, str], ...]:
        """Active claims that assert or report a triple, or deny it so, each with its polarity."""
        return self._sides(s, p, o)

    def days(self, claim: str) -> Span:
        """The days on which what an active claim says held; where nothing is told, any."""
        return self._days(claim)

    def rebuttals(self, iri: str) -> tuple[str, ...]:
        """Active claims that rebut or correct a claim, or deny what it states in its direct form."""
        return self._rebuttals(iri)

    def node(self, iri: str) -> Node:
        """Everything the record says of one node."""
        return self._nodes(iri)

    def active_node(self, iri: str) -> Node:
        """What the queried record says of a node: all there is of what is active or shared."""
        return self._active_nodes(iri)

    def query(
        self,
        sparql: str,
        *,
        base_iri: str | None = None,
        prefixes: Mapping[str, str] = PREFIXES,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> QuerySolutions | QueryBoolean | QueryTriples:
        """Evaluate a query with the engine, as it is. Raises ``QuerySyntaxError``."""
        try:
            return self.main.query(
                sparql,
                base_iri=base_iri,
                prefixes=dict(prefixes),
                default_graph=_graphs(default_graphs, named_graphs),
                named_graphs=_graphs(named_graphs, default_graphs),
            )
        except SyntaxError as error:
            raise syntax_error(error) from None


class Version(FixedView):
    """A version of a store, wherever it lies; ``layout`` is its folder, or the one beside it."""

    layout: Layout
    settings: Settings
    manifest: Manifest

    @property
    def number(self) -> int:
        """The version's number within the store."""
        return self.manifest.version

    @property
    def iri(self) -> str:
        """The version's IRI."""
        return self.names.snapshot(self.settings.store_id, self.number)


def _graphs(given: Sequence[str] | None, other: Sequence[str] | None) -> list[Any] | None:
    """One half of a request's dataset, empty where only the other is given (SPARQL 1.1, 13.2)."""
    if given is None:
        return None if other is None else []
    return [NamedNode(g) for g in given]
