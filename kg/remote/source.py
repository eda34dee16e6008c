"""A store on an engine as the query layer sees it: rows of the engine, and what they rest on."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from kg.claims.names import Names, part_of
from kg.dataset.files import Layout
from kg.dataset.fixed import Version
from kg.dataset.record.told import DIRECT_FORMS
from kg.dataset.terms import NamedNode, QueryBoolean, QuerySolutions, QueryTriples, node
from kg.errors import StoreBusy, StoreError
from kg.query.algebra import Query
from kg.query.parse import has_word, parse_rendered
from kg.query.shaping.render import render
from kg.remote.endpoint import Endpoint
from kg.remote.places import Places, Side
from kg.remote.placing import placed, without_lateral
from kg.remote.quads import RemoteQuads
from kg.remote.returning import with_returning_paths
from kg.remote.state import Register
from kg.remote.wording import reworded
from ontology.vocab import BASE, LS, PREFIXES

_PARTS = ("quote", "assessment", "attribution-1", "attribution-2", "attribution-3")
"""Parts of a claim that answers tell of; chains of more voices cost a request for each."""

_SHARED = (LS.origin, LS.assessment, LS.attribution, LS.document)


class RemoteSource(Version):
    """A version of a store on an engine: what was read of it is kept while this is open.

    The engine itself keeps no older versions: a writer that commits meanwhile is noticed
    (``is_current``), but rows and annotations of one answer may then be of two versions.
    """

    index = None
    text = None

    def __init__(self, endpoint: Endpoint, layout: Layout, *, base: str = BASE, wait: float = 10.0) -> None:
        """``layout`` is the folder beside, with texts. Raises ``StoreError`` where there is no store.

        Raises ``StoreBusy`` while a commit does not end.
        """
        self.places = Places(Names(base))
        self._endpoint = endpoint
        self._register = Register(endpoint, self.places)
        until = time.monotonic() + wait
        while self._register.is_written():
            if time.monotonic() > until:
                raise StoreBusy(
                    "a commit is under way: try again (a writer that was lost is mended by the next)"
                )
            time.sleep(0.1)
        state = self._register.read()
        if state is None:
            raise StoreError(
                f"{endpoint.query_url} holds no store of claims under {base}: take something in first",
                store=endpoint.query_url,
            )
        self.settings, self.manifest = state.settings, state.manifest
        self.layout = layout
        self._far = {archive: RemoteQuads(endpoint, Side(self.places, archive)) for archive in (False, True)}
        super().__init__(
            cast(Any, self._far[False]),
            cast(Any, self._far[True]),
            state.settings.names,
            state.settings.unreviewed_threshold,
            has_base=state.manifest.counts.get("base_default", 0) > 0,
        )

    @staticmethod
    def is_there(endpoint: Endpoint, base: str = BASE) -> bool:
        """Whether an engine holds a store. Raises ``StoreError`` where it cannot be asked."""
        return Register(endpoint, Places(Names(base))).read() is not None

    def is_current(self) -> bool:
        """Whether no other version was published since."""
        state = self._register.read()
        return state is not None and state.manifest.version == self.manifest.version

    def query(
        self,
        sparql: str,
        *,
        base_iri: str | None = None,
        prefixes: Mapping[str, str] = PREFIXES,  # noqa: ARG002 - the parser knows them
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> QuerySolutions | QueryBoolean | QueryTriples:
        """Evaluate a query with the engine. Raises ``QuerySyntaxError``, ``QueryRefused``, ``StoreError``."""
        asked = parse_rendered(sparql, base_iri)
        if not self._endpoint.quirks.lateral and has_word(sparql, "LATERAL"):
            asked = without_lateral(asked)
        if not self._endpoint.quirks.returns:
            asked = with_returning_paths(asked)
        if self._endpoint.quirks.rewords:
            asked = reworded(asked)
        if default_graphs is None and named_graphs is None and (asked.default_graphs or asked.named_graphs):
            default_graphs = [graph.value for graph in asked.default_graphs]
            named_graphs = [graph.value for graph in asked.named_graphs]
        plain = replace(asked, default_graphs=(), named_graphs=())
        if default_graphs is not None or named_graphs is not None:
            default = default_graphs or [f"{self.places.prefix}nothing"]
            return self._asked(plain, default, named_graphs or ())
        if not has_word(sparql, "GRAPH"):
            return self._asked(plain, [self.places.facts], ())
        return self._asked(placed(plain, self.places), (), ())

    def _asked(
        self, asked: Query, default: Sequence[str], named: Sequence[str]
    ) -> QuerySolutions | QueryBoolean | QueryTriples:
        return cast(QueryTriples, self._endpoint.ask(render(asked), default, named))

    # --- what will be asked

    def expect_facts(self, triples: Iterable[tuple[Any, ...]]) -> None:
        """Fetch what triples rest on: the graphs that hold them, and the stance of those claims."""
        main = self._far[False]
        given = [t for t in triples if None not in t]
        wanted = [t for t in given if len(t) == 3]
        main.expect_triples(wanted)
        claims = {t[3] for t in given if len(t) == 4 and isinstance(t[3], NamedNode)} | {
            quad.graph_name
            for s, p, o in wanted
            for quad in main.quads_for_pattern(s, p, o)
            if isinstance(quad.graph_name, NamedNode) and not self.names.is_reserved(quad.graph_name.value)
        }
        main.expect_nodes(claims)

    def expect_claims(self, iris: Iterable[str]) -> None:
        """Fetch what answers tell of claims, and what is said against them."""
        main = self._far[False]
        claims = [node(iri) for iri in iris]
        nodes = [*claims, *(node(part_of(claim.value, part)) for claim in claims for part in _PARTS)]
        main.expect_nodes(nodes)
        main.expect_objects([node(LS.rebuts), node(LS.corrects)], claims)
        main.expect_graphs(claims)
        shared, sources = dict[NamedNode, None](), dict[NamedNode, None]()
        for subject in nodes:
            for quad in main.quads_for_pattern(subject, None, None, self.record):
                if isinstance(quad.object, NamedNode):
                    if quad.predicate.value in _SHARED:
                        shared[quad.object] = None
                    elif quad.predicate.value == LS.voice:
                        sources[quad.object] = None
        main.expect_nodes([*shared, *sources])
        main.expect_triples(
            (quad.subject, quad.predicate, quad.object)
            for claim in claims
            for quad in main.quads_for_pattern(None, None, None, claim)
            if quad.predicate in DIRECT_FORMS
        )
