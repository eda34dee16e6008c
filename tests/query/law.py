"""The law of DESIGN section 5 by brute force: an annotation is true exactly where its row is an answer."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations
from random import Random

from pyoxigraph import CanonicalizationAlgorithm, Dataset

from kg.dataset.terms import BlankNode, Quad, Triple
from kg.provenance.evaluate import evaluate
from kg.provenance.semirings import BOOLEAN, COUNTING, HOW, LINEAGE, WHY
from kg.provenance.semirings.how import variable
from kg.query import Answer, query
from kg.query.answer import Row
from kg.query.builder import picker
from kg.query.deriving.derivation import Derivation
from kg.query.grouping.aggregates import Grouped
from kg.query.prepare import prepared
from kg.query.shaping.render import render
from tests.query.fake import EX, FakeSnapshot


def rows_of(answer: Answer) -> list[Row]:
    """The rows; of ASK the empty row where it is true, of RDF the triples."""
    if answer.kind in ("construct", "describe"):
        return [(triple.subject, triple.predicate, triple.object) for triple in answer.triples]
    return list(answer.rows) if answer.boolean is None else [()] * answer.boolean


def check_law(
    snapshot: FakeSnapshot,
    sparql: str,
    whole: str | None = None,
    most: int = 256,
    *,
    complete: bool = True,
    base_iri: str | None = None,
) -> Answer:
    """The law of DESIGN section 5, for every subset of the claims (``most`` random ones beyond that).

    ``complete`` false lets an answer pass that is not annotated, if the reason is no mistake.

    ``whole`` is the query without its outermost LIMIT and OFFSET, where it has such. Gives
    back the answer.
    """
    answer = query(snapshot, sparql, base_iri=base_iri)
    provenance = answer.provenance
    assert provenance is not None
    plain = query(snapshot, sparql, provenance="none", base_iri=base_iri)
    plain, answer = _steady(plain, sparql, base_iri), _steady(answer, sparql, base_iri)
    _check_same(plain, answer, paged=whole is not None, sparql=sparql)
    if not complete and not provenance.complete:
        assert provenance.reason is not None
        assert "please report" not in provenance.reason, (provenance.reason, sparql)
        return answer
    assert provenance.complete, (provenance.reason, sparql)
    if whole is not None:  # without an order, which rows make up a page is the engine's choice each time
        everything = query(snapshot, whole, provenance="none", base_iri=base_iri)
        assert Counter(answer.rows) <= Counter(_steady(everything, sparql, base_iri).rows)
    if answer.boolean is False:  # "the answer, `zero` where false": no row, whatever may be one elsewhere
        assert [row.node for row in provenance.rows] == [provenance.circuit.zero]
        return answer
    if isinstance(plan_of(sparql, base_iri), Grouped):
        _check_groups(snapshot, answer, sparql, whole, base_iri, most)
        return answer
    rows = rows_of(answer)
    roots = [told.node for told in provenance.rows if told.node is not None]
    assert len(rows) == len(roots) == len(provenance.rows)
    nodes: dict[Row, int] = {}
    for row, root in zip(rows, roots, strict=True):
        if not _blanks(snapshot, answer, row):  # which are of one solution
            assert nodes.setdefault(row, root) == root, ("equal rows share one node", sparql)
    for kept in subsets(sorted(snapshot.claims), most):
        there = query(snapshot.with_only(kept), whole or sparql, provenance="none", base_iri=base_iri)
        there = _steady(there, sparql, base_iri)
        present = set(rows_of(there))
        held = evaluate(provenance.circuit, roots, BOOLEAN, lambda node, s=kept: node.name in s)
        for row, node in nodes.items():
            assert held[node] == (row in present), (row, kept, sparql)
        if answer.kind == "construct":
            _check_blanks(snapshot, answer, [held[node] for node in roots], there, sparql)
    return answer


def plan_of(sparql: str, base_iri: str | None) -> object:
    """How a query is annotated."""
    asked = prepared(sparql, base_iri, indexed=False)
    return asked if isinstance(asked, str) else asked.plan


def _check_groups(
    snapshot: FakeSnapshot, answer: Answer, sparql: str, whole: str | None, base_iri: str | None, most: int
) -> None:
    """A row of a grouped query is its key, whether or not it shows that."""
    provenance = answer.provenance
    assert provenance is not None
    roots = [told.node for told in provenance.rows if told.node is not None]
    assert len(roots) == len(answer.rows)
    keys = _keys(snapshot, whole or sparql, base_iri)
    for kept in subsets(sorted(snapshot.claims), most):
        held = evaluate(provenance.circuit, roots, BOOLEAN, lambda node, s=kept: node.name in s)
        present = {key for key, _ in _keys(snapshot.with_only(kept), whole or sparql, base_iri)}
        told = Counter((row, held[node]) for row, node in zip(answer.rows, roots, strict=True))
        expected = Counter((row, key in present) for key, row in keys)
        assert told <= expected, (told, expected, kept, sparql)
        assert whole is not None or told == expected, (told, expected, kept, sparql)


def _keys(snapshot: FakeSnapshot, sparql: str, base_iri: str | None) -> list[tuple[Row, Row]]:
    """The keys of a grouped query, each with the row that the answer shows; groups come in any order."""
    asked = prepared(sparql, base_iri, indexed=False)
    assert not isinstance(asked, str)
    assert isinstance(asked.plan, Grouped)
    plan = asked.plan
    default, named = asked.dataset or (None, None)
    text = render(plan.asked)
    found = query(snapshot, text, provenance="none", default_graphs=default, named_graphs=named)
    pick, width = picker(plan.places), len(plan.columns)
    return [(pick(row), row[:width]) for row in found.rows]


def _check_same(plain: Answer, answer: Answer, *, paged: bool, sparql: str) -> None:
    """What is asked with provenance has the bindings of what is asked without.

    Of a page without an order as many, as which they are is the engine's choice each time.
    """
    assert (plain.kind, plain.variables, plain.boolean) == (answer.kind, answer.variables, answer.boolean)
    if answer.kind in ("construct", "describe"):
        if not paged:
            assert graph_of(plain.triples) == graph_of(answer.triples), (sparql, plain, answer)
        return
    assert len(plain.rows) == len(answer.rows), (sparql, plain.rows, answer.rows)
    if TOTAL in sparql.rpartition("}")[2].rpartition("ORDER BY")[2]:
        assert plain.rows == answer.rows, sparql
    elif not paged:
        assert Counter(plain.rows) == Counter(answer.rows), (sparql, plain.rows, answer.rows)


def _steady(answer: Answer, sparql: str, base_iri: str | None) -> Answer:
    """The answer without columns that have another value each time."""
    asked = prepared(sparql, base_iri, indexed=False)
    if isinstance(asked, str) or not isinstance(asked.plan, Derivation) or asked.plan.places is None:
        return answer
    pick = picker(asked.plan.places)
    return replace(answer, variables=pick(answer.variables), rows=tuple(map(pick, answer.rows)))


TOTAL = "isBlank"
"""Stands in an ORDER BY that tells all rows apart."""


def graph_of(triples: Iterable[Triple]) -> Dataset:
    """The triples with canonical blank nodes, to compare graphs."""
    graph = Dataset([Quad(*triple) for triple in triples])
    graph.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return graph


def _blanks(snapshot: FakeSnapshot, answer: Answer, row: Row) -> bool:
    """Whether a triple has a blank node that was made for a solution."""
    return answer.kind == "construct" and any(
        isinstance(term, BlankNode) and term not in snapshot.blanks for term in row
    )


def _shape(snapshot: FakeSnapshot, answer: Answer, held: Sequence[bool]) -> set[Row]:
    """Triples with blank nodes of their own, those left open."""
    return {
        tuple(None if _blanks(snapshot, answer, (term,)) else term for term in triple)
        for triple, holds in zip(answer.triples, held, strict=True)
        if holds and _blanks(snapshot, answer, tuple(triple))
    }


def _check_blanks(
    snapshot: FakeSnapshot, answer: Answer, held: Sequence[bool], there: Answer, sparql: str
) -> None:
    """A triple with a blank node of one solution is there with that solution.

    What is suppressed in the whole data may be a solution elsewhere, so there may be more.
    """
    assert _shape(snapshot, answer, held) <= _shape(snapshot, there, [True] * len(there.triples)), sparql


def subsets(claims: Sequence[str], most: int) -> list[frozenset[str]]:
    if 2 ** len(claims) <= most:
        return [frozenset(c) for n in range(len(claims) + 1) for c in combinations(claims, n)]
    random = Random(1)  # noqa: S311 - subsets that repeat
    drawn = [frozenset(c for c in claims if random.random() < 0.5) for _ in range(most - 2)]
    return [frozenset(), frozenset(claims), *drawn]


def readings(answer: Answer) -> list[dict[str, object]]:
    """Each row's circuit in the semirings, claims by their short names."""
    provenance = answer.provenance
    assert provenance is not None
    roots = [row.node for row in provenance.rows if row.node is not None]
    assert len(roots) == len(provenance.rows)
    circuit = provenance.circuit

    def short(name: str) -> str:
        return name.removeprefix(EX)

    lineage = evaluate(circuit, roots, LINEAGE, lambda n: frozenset((short(n.name),)))
    why = evaluate(circuit, roots, WHY, lambda n: frozenset((frozenset((short(n.name),)),)))
    counted = evaluate(circuit, roots, COUNTING, lambda _: 1)
    how = evaluate(circuit, roots, HOW, lambda n: variable(short(n.name)))
    return [{"lineage": lineage[n], "why": why[n], "counting": counted[n], "how": how[n]} for n in roots]
