"""A query and its answer: the rows of the engine, and beside them what each rests on."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal as OneOf

from kg.dataset.sweeping import unswept
from kg.dataset.terms import BlankNode, NamedNode
from kg.errors import QuerySyntaxError
from kg.provenance.circuit import CircuitTooLarge
from kg.query.answer import Answer, Contribution, Provenance, Row, Term
from kg.query.assess import assessed, not_annotated
from kg.query.builder import Builder
from kg.query.deriving.derivation import Derivation, NotAnnotated
from kg.query.evaluate import MAX_DERIVATIONS, Annotated, annotate, answered, supported
from kg.query.graphs import built, constants, described
from kg.query.grouping.aggregates import Grouped, annotate_groups, answered_groups
from kg.query.grouping.subselect import work_out
from kg.query.leaves import Unaccounted
from kg.query.parse import parse
from kg.query.plain import Plain
from kg.query.prepare import TOO_DEEP, Built, Described, Prepared, prepare, prepared
from kg.query.service.beside import has_service
from kg.query.service.federation import with_services
from kg.query.service.services import Services
from kg.query.shaping.size import TooComplex, check_size
from kg.query.sliced import solutions_text, text_of_query
from kg.query.source import Source
from kg.query.trust.chosen import Chosen


def query(
    snapshot: Source,
    sparql: str,
    *,
    provenance: OneOf["how", "none"] = "how",
    default_graphs: Sequence[str] | None = None,
    named_graphs: Sequence[str] | None = None,
    base_iri: str | None = None,
    confidence: bool = True,
    services: Services | None = None,
) -> Answer:
    """Answer a SPARQL 1.1 query, with the provenance of every row unless ``provenance`` is "none".

    What cannot be annotated is answered all the same, with ``provenance.complete`` false
    and the reason. ``default_graphs`` and ``named_graphs`` are the dataset of the SPARQL
    protocol. Without ``confidence`` the circuits are built but not assessed. Raises
    ``QuerySyntaxError``, ``ServiceFailed`` where an endpoint gives no answer, and
    ``QueryRefused`` for a SERVICE that is not allowed, for unknown functions and
    (``TooComplex``) for what is nested or chained too far.
    """
    chosen = default_graphs is not None or named_graphs is not None
    indexed = snapshot.index is not None and not chosen
    asked: Prepared | str | None = None
    if services is not None and "service" in sparql.casefold():
        check_size(sparql)
        written = parse(sparql, base_iri)
        if has_service(written.body.of):
            ours = Plain(snapshot, sparql, None, default_graphs, named_graphs)
            federated, why = with_services(written, services, lambda own: ours.of(text_of_query(own)).rows)
            asked = why or prepare(federated, indexed)
            sparql, base_iri = text_of_query(federated), None
    plain = Plain(snapshot, sparql, base_iri, default_graphs, named_graphs)
    if provenance == "none":
        return plain.answer()
    if asked is None:
        asked = prepared(sparql, base_iri, indexed)
    if isinstance(asked, str):
        return _unannotated(snapshot, plain.answer(), asked)
    source = snapshot
    if chosen:
        source = Chosen(snapshot, default_graphs or (), named_graphs or ())
    elif asked.dataset is not None:
        source = Chosen(snapshot, *asked.dataset)
        plain = Plain(snapshot, sparql, base_iri, *asked.dataset)
    try:
        with unswept():
            return _annotated(source, asked, plain, confidence, services)
    except NotAnnotated as why:
        return _unannotated(snapshot, plain.answer(), str(why))
    except CircuitTooLarge as why:
        return _unannotated(snapshot, plain.answer(), str(why))
    except (TooComplex, RecursionError):
        return _unannotated(snapshot, plain.answer(), TOO_DEEP)


def _unannotated(source: Source, answer: Answer, reason: str) -> Answer:
    rows = len(answer.rows) if answer.kind == "select" else len(answer.triples) or 1
    return replace(answer, provenance=not_annotated(source, reason, rows))


def _annotated(
    source: Source, asked: Prepared, plain: Plain, confidence: bool, services: Services | None
) -> Answer:
    """The answer with annotations. Raises ``NotAnnotated``."""
    builder = Builder(source, MAX_DERIVATIONS, work_out, services)
    plan = asked.plan
    if isinstance(plan, str):
        raise NotAnnotated(plan)
    if isinstance(plan, Grouped):
        return _grouped(builder, plan, plain, confidence)
    if isinstance(plan, Built):
        return _built(builder, asked, plan, plain, confidence)
    if isinstance(plan, Described):
        return _described(builder, asked, plan, plain, confidence)
    if plan.is_single and not source.repeats:
        found = _in_one(builder, plan)
        if found is not None:
            variables = tuple(variable.name for variable in plan.key)
            told = _assessed(builder, found.nodes, confidence)
            return Answer("select", source.iri, variables, tuple(found.rows), provenance=told)
    answer = plain.answer()
    return replace(answer, provenance=_provenance(builder, answer, plan, confidence))


def _assessed(
    builder: Builder,
    nodes: Sequence[int],
    confidence: bool,
    contributions: Sequence[tuple[Contribution, ...]] = (),
    note: str | None = None,
) -> Provenance:
    return assessed(builder.source, builder.circuit, nodes, confidence, contributions, note, builder.services)


def _in_one(builder: Builder, plan: Derivation) -> Annotated | None:
    """The answer by its derivation query alone; ``None`` where that cannot tell."""
    try:
        return answered(builder, plan)
    except (Unaccounted, QuerySyntaxError):
        return None


def _provenance(builder: Builder, answer: Answer, plan: Derivation, confidence: bool) -> Provenance:
    if answer.boolean is False:
        return _assessed(builder, [builder.circuit.zero], confidence)
    rows: Sequence[Row] = answer.rows if answer.boolean is None else [()]
    nodes = annotate(builder, plan, rows).nodes if rows else []
    return _assessed(builder, nodes, confidence)


def _grouped(builder: Builder, plan: Grouped, plain: Plain, confidence: bool) -> Answer:
    found = answered_groups(builder, plan, told=confidence)
    if found is None:
        answer = plain.answer() if plan.is_written else plain.of(text_of_query(plan.asked))
        found = annotate_groups(builder, plan, answer.rows, told=confidence)
    told = _assessed(builder, found.nodes, confidence, found.contributions, found.note)
    width = len(plan.columns)
    rows = tuple(found.rows) if plan.is_written else tuple(row[:width] for row in found.rows)
    variables = tuple(variable.name for variable in plan.columns)
    return Answer("select", builder.source.iri, variables, rows, provenance=told)


def _solutions(builder: Builder, asked: Prepared, plan: Derivation, plain: Plain) -> Annotated:
    """The solutions of a query that is no SELECT, over the columns of a derivation."""
    if plan.is_single and not builder.source.repeats:
        found = _in_one(builder, plan)
        if found is not None:
            return found
    return annotate(builder, plan, plain.of(solutions_text(asked, plan)).rows)


def _built(builder: Builder, asked: Prepared, plan: Built, plain: Plain, confidence: bool) -> Answer:
    found = _solutions(builder, asked, plan.solutions, plain)

    def nodes_of(derivation: Derivation, rows: Sequence[Row]) -> Sequence[int]:
        return supported(builder, derivation, rows)

    made, nodes = built(builder.circuit, plan, found.rows, found.nodes, nodes_of)
    if builder.circuit.zero in nodes:
        raise NotAnnotated("a triple was built that nothing derives: please report this")
    told = _assessed(builder, nodes, confidence)
    return Answer("construct", builder.source.iri, triples=made, provenance=told)


def _described(builder: Builder, asked: Prepared, plan: Described, plain: Plain, confidence: bool) -> Answer:
    answer = plain.answer()
    circuit = builder.circuit
    resources: dict[Term, int] = {}
    if plan.any is not None:
        resources |= dict.fromkeys(
            constants(asked.query.described or ()), supported(builder, plan.any, [()])[0]
        )
    if plan.solutions is not None:
        rows = plain.of(solutions_text(asked, plan.solutions)).rows
        values: dict[Term, None] = dict.fromkeys(
            v for row in rows for v in row if isinstance(v, NamedNode | BlankNode)
        )
        sums: dict[Term, list[int]] = {value: [] for value in values}
        for derivation in plan.single:
            for value, node in zip(
                values, supported(builder, derivation, [(v,) for v in values]), strict=True
            ):
                sums[value].append(node)
        for value, nodes in sums.items():
            resources.setdefault(value, circuit.plus(nodes))
    if not plan.is_positive and any(isinstance(t.subject, BlankNode) for t in answer.triples):
        raise NotAnnotated(
            "blank nodes that resources share which OPTIONAL, MINUS or EXISTS decides are not annotated"
        )
    found = described(builder, answer.triples, resources)
    return replace(answer, provenance=_assessed(builder, found, confidence))
