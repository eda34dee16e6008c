"""A writer's working state as something that answers queries."""

from collections.abc import Sequence

from kg.dataset.annotated.view import View
from kg.dataset.syntax import syntax_error
from kg.dataset.terms import NamedNode, QueryBoolean, QuerySolutions, QueryTriples
from kg.dataset.writer import Writer
from ontology.vocab import PREFIXES


class WorkingState(View):
    """What a writer has written so far, the uncommitted included. It is neither annotated nor planned."""

    index = None
    repeats = False
    falls = False
    statistics = None

    def __init__(self, writer: Writer, *, named_graphs_stay: bool) -> None:
        super().__init__(
            writer.main,
            writer.archive,
            writer.names,
            writer.settings.unreviewed_threshold,
            has_base=writer.view.has_base,
        )
        self._stay = named_graphs_stay
        self._iri = writer.names.snapshot(writer.settings.store_id, writer.manifest.version)

    @property
    def iri(self) -> str:
        """The version that was written on."""
        return self._iri

    def query(
        self,
        sparql: str,
        *,
        base_iri: str | None = None,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> QuerySolutions | QueryBoolean | QueryTriples:
        """Evaluate a query as it is. Raises ``QuerySyntaxError``.

        Where one half of the dataset is chosen, the other is empty, unless the named graphs stay.
        """
        default = None if default_graphs is None else [NamedNode(g) for g in default_graphs]
        named = None if named_graphs is None else [NamedNode(g) for g in named_graphs]
        if default is None and named is not None:
            default = []
        if named is None and default is not None and not self._stay:
            named = []
        try:
            return self.main.query(
                sparql,
                base_iri=base_iri,
                prefixes=dict(PREFIXES),
                default_graph=default,  # type: ignore[arg-type]  # a list of names is a list of graphs
                named_graphs=named,  # type: ignore[arg-type]
            )
        except SyntaxError as error:
            raise syntax_error(error) from None
