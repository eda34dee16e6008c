"""The answer without provenance, of the engine: to the text as written, but where that is wrong or slow."""

from collections.abc import Sequence
from contextlib import suppress

from kg.dataset.terms import QueryBoolean, QuerySolutions, QueryTriples
from kg.errors import QueryRefused, QuerySyntaxError
from kg.query.algebra import Query
from kg.query.answer import Answer
from kg.query.deriving.derivation import Derivation
from kg.query.parse import has_word, parse
from kg.query.planning import planning_of
from kg.query.prepare import Built, Described, Prepared, prepared
from kg.query.shaping.merge import over_merge, without_dataset
from kg.query.shaping.page import text_of
from kg.query.shaping.render import NOTHING, render
from kg.query.shaping.size import TooComplex, check_size
from kg.query.sliced import constructed, description_text, is_sliced
from kg.query.source import Source, ask_engine, ask_rendered, listed, triples


def is_like_another(source: Source, sparql: str, base_iri: str | None) -> bool:
    """Whether the text is known to be that of a SELECT, without being read: only constants are new in it."""
    return planning_of(source).is_like_another(sparql, base_iri)


def unread(
    source: Source,
    sparql: str,
    *,
    default_graphs: Sequence[str] | None = None,
    named_graphs: Sequence[str] | None = None,
    base_iri: str | None = None,
) -> QuerySolutions | None:
    """The solutions of a SELECT as the engine has them ready, for those who write them as they come.

    ``None`` for another form, and where only ``query`` gives the answer. Raises what ``query`` raises.
    """
    try:
        result = _evaluated(source, sparql, base_iri, default_graphs, named_graphs)
    except RecursionError as error:
        raise TooComplex("the query is nested too deeply to be read") from error
    if not isinstance(result, QuerySolutions) or [v.value for v in result.variables] == [NOTHING]:
        return None
    return result


class Plain:
    """The answer without provenance, of the engine."""

    def __init__(
        self,
        source: Source,
        text: str,
        base_iri: str | None,
        default_graphs: Sequence[str] | None,
        named_graphs: Sequence[str] | None,
    ) -> None:
        self._source = source
        self._text = text
        self._base_iri = base_iri
        self._default = default_graphs
        self._named = named_graphs

    def answer(self) -> Answer:
        """That of the query as it was written."""
        return self.of(self._text, self._base_iri)

    def of(self, text: str, base_iri: str | None = None) -> Answer:
        """That of another query over the same dataset."""
        try:
            sliced = self._of_sliced(text, base_iri)
            if sliced is not None:
                return sliced
            result = _evaluated(self._source, text, base_iri, self._default, self._named)
        except RecursionError as error:
            raise TooComplex("the query is nested too deeply to be read") from error
        version = self._source.iri
        if isinstance(result, QueryBoolean):
            return Answer("ask", version, boolean=bool(result))
        if isinstance(result, QuerySolutions):
            variables = tuple(variable.value for variable in result.variables)
            rows = tuple(listed(result))
            if variables == (NOTHING,) and NOTHING not in self._text:
                variables, rows = (), ((),) * len(rows)
            return Answer("select", version, variables, rows)
        kind = "describe" if has_word(text, "DESCRIBE") else "construct"
        return Answer(kind, version, triples=triples(result))

    def _of_sliced(self, text: str, base_iri: str | None) -> Answer | None:
        """The graph of a CONSTRUCT or DESCRIBE whose solutions are cut; ``None`` for other queries."""
        cut = has_word(text, "LIMIT") or has_word(text, "OFFSET")
        if not cut or not (has_word(text, "CONSTRUCT") or has_word(text, "DESCRIBE")):
            return None
        chosen = self._default is not None or self._named is not None
        asked = prepared(text, base_iri, self._source.index is not None and not chosen)
        if isinstance(asked, str) or not is_sliced(asked.query):
            return None
        over = self
        if asked.dataset is not None and not chosen:
            over = Plain(self._source, text, base_iri, *asked.dataset)
        if isinstance(asked.plan, Built):
            made = constructed(asked, asked.plan, lambda sent: over.of(sent).rows)
            return Answer("construct", self._source.iri, triples=made)
        if isinstance(asked.plan, Described):
            described = description_text(asked, asked.plan, lambda sent: over.of(sent).rows)
            return None if described is None else over.of(described)
        return None


def _evaluated(
    source: Source,
    sparql: str,
    base_iri: str | None,
    default_graphs: Sequence[str] | None,
    named_graphs: Sequence[str] | None,
) -> QuerySolutions | QueryBoolean | QueryTriples:
    """The engine's result of a query: of its very text, but where that is wrong or slow."""
    check_size(sparql)
    chosen = default_graphs is not None or named_graphs is not None
    planning = planning_of(source)
    if not chosen and (unread := planning.unread(sparql, base_iri)) is not None:
        with suppress(QuerySyntaxError):  # read, it may be told more plainly
            return ask_engine(source, unread.text, unread.base_iri, rendered=unread.rendered)
    sent = planning.sent(sparql, base_iri)
    asked = sent.query
    if (
        not chosen
        and source.index is not None
        and asked is not None
        and is_placed(asked)
        and not planning.leaves_none_out(asked)
    ):
        alone = prepared(sparql, base_iri, True)
        plan = alone.plan if isinstance(alone, Prepared) else None
        if isinstance(plan, Derivation) and plan.indexed and plan.is_single and not plan.is_supposed:
            return ask_rendered(source, _rows_alone(source, plan), indexed=True)
    if asked is None:  # not SPARQL 1.1, as far as we know
        if len(default_graphs or ()) > 1 or (not chosen and has_word(sparql, "FROM")):
            raise _only_sparql_11(sparql, base_iri)
        try:
            return ask_engine(source, sparql, base_iri, default_graphs, named_graphs)
        except QuerySyntaxError:
            parse(sparql, base_iri)  # which may say it more plainly
            raise
    if not chosen and (asked.default_graphs or asked.named_graphs):
        default_graphs = [graph.value for graph in asked.default_graphs]
        named_graphs = [graph.value for graph in asked.named_graphs]
    graphs = None if default_graphs is None else list(dict.fromkeys(default_graphs))
    if len(default_graphs or ()) > 1:
        text = render(without_dataset(over_merge(asked)))
        return ask_engine(source, text, None, graphs, named_graphs, rendered=True)
    if sent.text is None:
        return ask_engine(source, sparql, base_iri, graphs, named_graphs)
    return ask_engine(source, sent.text, None, graphs, named_graphs, rendered=True)


def is_placed(query: Query) -> bool:
    """Whether it matters in which order the engine finds solutions: they are sorted, or some are taken."""
    return bool(query.body.order or query.body.offset) or query.body.limit is not None


def _rows_alone(source: Source, plan: Derivation) -> str:
    """The query that gives rows and annotations together, without the annotations.

    The engine breaks ties, and chooses what LIMIT leaves, by the order in which it finds
    solutions. So that an answer is the same with provenance and without, both are asked in
    the same way.
    """
    pattern = planning_of(source).derived(plan).pattern
    return text_of(
        plan,
        pattern,
        columns=plan.key,
        distinct=plan.duplicates == "DISTINCT",
        order=plan.order,
        limit=plan.limit,
        offset=plan.offset,
    )


def _only_sparql_11(sparql: str, base_iri: str | None) -> QueryRefused:
    try:
        parse(sparql, base_iri)
    except QuerySyntaxError as error:
        return QueryRefused(f"over several default graphs only SPARQL 1.1 is answered ({error})")
    return QueryRefused("over several default graphs only SPARQL 1.1 is answered")
