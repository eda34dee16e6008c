"""SPARQL with provenance: algebra, plan, derivation, evaluation.

``query(snapshot, text)`` gives rows and, beside them, the claims that each rests on. The
rows are those of the engine, asked the very text wherever that is safe and right;
annotations come from a second query, derived from the first (``derive``).
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Literal as OneOf

from kg.dataset.terms import QueryBoolean, QuerySolutions, QueryTriples
from kg.errors import QueryRefused, QuerySyntaxError
from kg.provenance.circuit import Circuit
from kg.query.answer import Answer, Provenance, Row, RowProvenance
from kg.query.assess import assessed, not_annotated
from kg.query.derivation import Derivation, NotAnnotated
from kg.query.derive import derive
from kg.query.evaluate import MAX_DERIVATIONS, annotate
from kg.query.merge import over_merge, without_dataset
from kg.query.parse import has_word, parse
from kg.query.render import NOTHING, render
from kg.query.size import TooComplex
from kg.query.source import Source, ask_engine, solutions, triples
from kg.query.zero_length import with_zero_length

_MAY_BE_ZERO = re.compile(r"(?i)(?<!select )(?<!distinct )(?<!reduced )(?<!\()\*|[\w>)]\?|\?(?!\w)")
"""Where a path with ``*`` or ``?`` may be: a star but those of ``SELECT *`` and ``COUNT(*)``, a ``?``
that is no variable's."""

__all__ = ["Answer", "Provenance", "RowProvenance", "Source", "query", "unread"]

_TOO_DEEP = "the query is nested too deeply to be annotated"


def query(
    snapshot: Source,
    sparql: str,
    *,
    provenance: OneOf["how", "none"] = "how",
    default_graphs: Sequence[str] | None = None,
    named_graphs: Sequence[str] | None = None,
    base_iri: str | None = None,
    confidence: bool = True,
) -> Answer:
    """Answer a SPARQL 1.1 query, with the provenance of every row unless ``provenance`` is "none".

    What cannot be annotated is answered all the same, with ``provenance.complete`` false
    and the reason. ``default_graphs`` and ``named_graphs`` are the dataset of the SPARQL
    protocol. Without ``confidence`` the circuits are built but not assessed. Raises
    ``QuerySyntaxError``, and ``QueryRefused`` for SERVICE, for unknown functions and
    (``TooComplex``) for what is nested or chained too far.
    """
    try:
        result = _evaluated(snapshot, sparql, base_iri, default_graphs, named_graphs)
    except RecursionError as error:
        raise TooComplex("the query is nested too deeply to be read") from error
    if isinstance(result, QueryBoolean):
        answer = Answer("ask", snapshot.iri, boolean=bool(result))
    elif isinstance(result, QuerySolutions):
        variables = tuple(variable.value for variable in result.variables)
        rows = tuple(solutions(result))
        if variables == (NOTHING,) and NOTHING not in sparql:
            variables, rows = (), ((),) * len(rows)
        answer = Answer("select", snapshot.iri, variables, rows)
    else:
        kind = "describe" if has_word(sparql, "DESCRIBE") else "construct"
        answer = Answer(kind, snapshot.iri, triples=triples(result))
    if provenance == "none":
        return answer
    chosen = default_graphs is not None or named_graphs is not None
    if chosen:
        plan: Derivation | str = "a dataset chosen by the request is not annotated yet"
    else:
        plan = _plan(sparql, base_iri, answer.variables)
    return replace(answer, provenance=_provenance(snapshot, answer, plan, confidence))


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


def _evaluated(
    source: Source,
    sparql: str,
    base_iri: str | None,
    default_graphs: Sequence[str] | None,
    named_graphs: Sequence[str] | None,
) -> QuerySolutions | QueryBoolean | QueryTriples:
    """The engine's result of a query: of its very text, but where the engine would count wrongly.

    It counts a triple once for each default graph that holds it, a solution of ``p|q``
    once where both give it, and leaves out a path of length zero from a constant that no
    triple holds. There it gets the algebra, rendered, instead.
    """
    try:
        result = ask_engine(source, sparql, base_iri, default_graphs, named_graphs)
    except QuerySyntaxError:
        parse(sparql, base_iri)  # which may say it more plainly
        raise
    chosen = default_graphs is not None or named_graphs is not None
    zero = _MAY_BE_ZERO.search(sparql) is not None
    several = len(default_graphs or ()) > 1 or (not chosen and sparql.upper().count("FROM") > 1)
    if not (several or zero or "|" in sparql or has_word(sparql, "FROM")):
        return result
    try:
        asked = parse(sparql, base_iri)
    except QuerySyntaxError as error:
        if several:
            what = f"over several default graphs only SPARQL 1.1 is answered ({error})"
            raise QueryRefused(what) from error
        return result
    as_written, asked = asked, with_zero_length(asked)
    if not chosen and (asked.default_graphs or asked.named_graphs):
        default_graphs = [graph.value for graph in asked.default_graphs]
        named_graphs = [graph.value for graph in asked.named_graphs]
    if len(default_graphs or ()) > 1:
        asked = over_merge(asked)
    elif not asked.alternatives and asked is as_written:
        return result
    graphs = None if default_graphs is None else list(dict.fromkeys(default_graphs))
    return ask_engine(source, render(without_dataset(asked)), None, graphs, named_graphs)


@lru_cache(maxsize=512)
def _plan(sparql: str, base_iri: str | None, variables: tuple[str, ...]) -> Derivation | str:
    """The derivation of a query that the engine understands, or why there is none."""
    try:
        return derive(with_zero_length(parse(sparql, base_iri)), variables)
    except NotAnnotated as why:
        return str(why)
    except QuerySyntaxError as error:
        return f"only SPARQL 1.1 is annotated ({error})"
    except RecursionError:
        return _TOO_DEEP


def _provenance(source: Source, answer: Answer, plan: Derivation | str, confidence: bool) -> Provenance:
    rows: Sequence[Row] = answer.rows if answer.boolean is None else [()]
    if isinstance(plan, str):
        return not_annotated(source, plan, len(rows))
    if answer.boolean is False:
        return assessed(source, Circuit(), [Circuit.zero], confidence)
    if not rows:
        return assessed(source, Circuit(), [], confidence)
    try:
        circuit, nodes = annotate(source, plan, rows, paged=plan.is_paged(len(rows)), cap=MAX_DERIVATIONS)
        return assessed(source, circuit, nodes, confidence)
    except NotAnnotated as why:
        return not_annotated(source, str(why), len(rows))
    except (TooComplex, RecursionError):
        return not_annotated(source, _TOO_DEEP, len(rows))
