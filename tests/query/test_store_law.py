"""The law of DESIGN section 5 on real stores: claims, denials, inference, base data, retraction."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad

from kg.claims.claim import Claim
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.writer import Writer
from kg.provenance.evaluate import evaluate
from kg.provenance.semirings import BOOLEAN
from kg.query import query
from ontology.vocab import LS
from tests.dataset.conftest import grant

FT = [{"kind": "publisher", "name": "FT"}]
CLAIMS = (
    grant("JL MAG", "Volkswagen"),
    grant("JL MAG", "Volkswagen", title="Another report", attribution=FT),
    grant("JL MAG", "Tesla", attribution=FT),
    grant("Ningbo Yunsheng", "Volkswagen", modality="hedged"),
    grant("Ningbo Yunsheng", "Volkswagen", polarity="negative", attribution=FT),
    Claim.model_validate(
        {
            "triples": [
                f"<urn:firm:x> <{LS.holdsLicenseFor}> <urn:firm:y> .",
                f"<urn:firm:x> <{LS.madeOf}> <urn:m> .",
            ],
            "document": {"title": "Triples"},
            "attribution": FT,
        }
    ),
)
BASE = (
    Quad(NamedNode("urn:firm:x"), NamedNode(LS.holdsLicenseFor), NamedNode("urn:firm:z")),
    Quad(NamedNode("urn:firm:x"), NamedNode(LS.holdsLicenseFor), NamedNode("urn:firm:y")),
    Quad(NamedNode("urn:firm:x"), NamedNode(LS.madeOf), NamedNode("urn:m"), NamedNode("urn:graph")),
)
QUERIES = (
    "SELECT ?p ?c { ?p ls:holdsLicenseFor ?c }",
    "SELECT DISTINCT ?name { ?p ls:holdsLicenseFor ?c . ?c rdfs:label ?name }",
    "SELECT ?p ?d { ?p ls:holdsLicenseFor ?c . ?p ls:holdsLicenseFor ?d FILTER(?c != ?d) }",
    "SELECT ?x { { ?x a ls:Party } UNION { ?x ls:hasLicensedProducer ?y } }",
    "SELECT ?c ?p { ?c ls:hasLicensedProducer ?p } ORDER BY ?c",
    "SELECT ?e ?r ?x { ?e ls:participant ?x ; ?r ?x }",
    'SELECT ?short { ?p rdfs:label ?n BIND(SUBSTR(?n, 1, 2) AS ?short) VALUES ?n { "JL MAG" "Tesla" } }',
    'ASK { ?p ls:holdsLicenseFor ?c . ?c rdfs:label "Tesla" }',
    "ASK { <urn:firm:x> ls:holdsLicenseFor <urn:firm:z> }",
    "SELECT ?claim ?p ?c { GRAPH ?claim { ?p ls:holdsLicenseFor ?c } }",
    """SELECT ?claim ?wording { GRAPH ?claim { ?p ls:holdsLicenseFor ?c }
        GRAPH <record> { ?claim ls:participation/ls:wording ?wording } }""",
    "SELECT ?claim ?label { GRAPH <record> { ?claim a ls:Claim ; rdfs:label ?label } }",
    "SELECT ?x { GRAPH <inferred> { ?x a ls:Party } }",
    "SELECT ?s ?o { GRAPH <urn:graph> { ?s ?p ?o } }",
    "SELECT ?class { GRAPH <ontology> { ?class rdfs:subClassOf ?above } ?x a ?class }",
    "SELECT ?p ?c ?name { ?p ls:holdsLicenseFor ?c OPTIONAL { ?c rdfs:label ?name } }",
    "SELECT ?p ?c ?d { ?p ls:holdsLicenseFor ?c OPTIONAL { ?p ls:holdsLicenseFor ?d FILTER(?c != ?d) } }",
    "SELECT ?p ?c { GRAPH ?claim { ?p ls:holdsLicenseFor ?c } MINUS { ?p ls:holdsLicenseFor ?c } }",
    "SELECT ?p ?c { ?p ls:holdsLicenseFor ?c FILTER NOT EXISTS { ?c rdfs:label ?n FILTER(?n != 'Tesla') } }",
    """SELECT ?p ?c { ?p ls:holdsLicenseFor ?c FILTER EXISTS {
        GRAPH <record> { ?claim ls:polarity ls:Negative } GRAPH ?claim { ?n ls:holdsLicenseFor ?c } } }""",
    "SELECT ?p ?q { ?p (ls:holdsLicenseFor/^ls:holdsLicenseFor)+ ?q }",
    "SELECT ?x ?class { ?x a/rdfs:subClassOf* ?class FILTER(?x = <urn:firm:x> || ?class = ls:Party) }",
)
RETRACTED = (
    "SELECT ?claim ?name { GRAPH <record> { ?claim ls:attribution/ls:voice ?v . ?v rdfs:label ?name } }",
    "SELECT ?d ?claim { GRAPH <record> { ?d a ls:Document OPTIONAL { ?claim ls:document ?d } } }",
    """SELECT ?d { GRAPH <record> {
        ?d a ls:Document MINUS { ?claim ls:document ?d ; ls:polarity ls:Negative } } }""",
    "SELECT ?g { GRAPH ?g { } }",
    "SELECT ?g ?n { GRAPH ?g { SELECT (COUNT(*) AS ?n) { ?x a ls:Party } } }",
    """SELECT ?m { GRAPH <record> { ?m ls:canonicalEntity ?e }
        FILTER NOT EXISTS { GRAPH ?c { ?p ls:holdsLicenseFor ?e } } }""",
)
"""Queries to the record, which keeps the documents, sources and mentions of claims that were taken back."""


def build(path: Path, claims: tuple[Claim, ...]) -> Snapshot:
    with Writer(path) as writer:
        writer.add(claims)
        writer.add_base(BASE)
        writer.commit()
    return Reader(path).current()


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[frozenset[str], Snapshot]:
    """D(S) for every subset S of the claims, each a store of its own."""
    folder = tmp_path_factory.mktemp("worlds")

    def subsets() -> Iterator[tuple[Claim, ...]]:
        for size in range(len(CLAIMS) + 1):
            yield from combinations(CLAIMS, size)

    return {
        frozenset(f"https://w3id.org/lodestone/claim/{c.id}" for c in some): build(folder / str(number), some)
        for number, some in enumerate(subsets())
    }


@pytest.fixture(scope="module")
def taken_back(tmp_path_factory: pytest.TempPathFactory) -> dict[frozenset[str], Snapshot]:
    """D(S) for some subsets S: the whole store, from which the other claims were retracted."""
    folder = tmp_path_factory.mktemp("taken")
    names = [f"https://w3id.org/lodestone/claim/{c.id}" for c in CLAIMS]
    found = {frozenset(names): build(folder / "all", CLAIMS)}
    for size in (1, 2, 6):
        for number, gone in enumerate(combinations(names, size)):
            path = folder / f"{size}-{number}"
            build(path, CLAIMS)
            with Writer(path) as writer:
                for name in gone:
                    writer.retract(name, reason="x", by="y")
                writer.commit()
            found[frozenset(names) - frozenset(gone)] = Reader(path).current()
    return found


@pytest.mark.parametrize("text", QUERIES)
def test_a_row_is_an_answer_exactly_where_its_circuit_is_true(
    worlds: dict[frozenset[str], Snapshot], text: str
) -> None:
    check(worlds, text)


@pytest.mark.parametrize("text", QUERIES + RETRACTED)
def test_so_it_is_where_claims_were_taken_back(taken_back: dict[frozenset[str], Snapshot], text: str) -> None:
    check(taken_back, text)


def check(worlds: dict[frozenset[str], Snapshot], text: str) -> None:
    text = f"BASE <https://w3id.org/lodestone/> {text}"
    everything = max(worlds, key=len)
    answer = query(worlds[everything], text)
    provenance = answer.provenance
    assert provenance is not None
    assert provenance.complete, provenance.reason
    nodes = [row.node for row in provenance.rows if row.node is not None]
    assert len(nodes) == (len(answer.rows) if answer.boolean is None else 1) > 0
    for some, snapshot in worlds.items():
        plain = query(snapshot, text, provenance="none")
        held = evaluate(provenance.circuit, nodes, BOOLEAN, lambda token, some=some: token.name in some)
        if answer.boolean is not None:
            assert held[nodes[0]] == plain.boolean
        else:
            found = {row for row, node in zip(answer.rows, nodes, strict=True) if held[node]}
            assert found == set(plain.rows) & set(answer.rows), some


def test_the_annotations_follow_a_retraction(tmp_path: Path) -> None:
    build(tmp_path / "store", CLAIMS)
    gone = f"https://w3id.org/lodestone/claim/{CLAIMS[0].id}"
    with Writer(tmp_path / "store") as writer:
        writer.retract(gone, reason="x", by="y")
        writer.commit()
    answer = query(Reader(tmp_path / "store").current(), QUERIES[0])
    assert answer.provenance is not None
    assert gone not in answer.provenance.claims
    assert f"https://w3id.org/lodestone/claim/{CLAIMS[1].id}" in answer.provenance.claims
