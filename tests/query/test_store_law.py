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
)


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


@pytest.mark.parametrize("text", QUERIES)
def test_a_row_is_an_answer_exactly_where_its_circuit_is_true(
    worlds: dict[frozenset[str], Snapshot], text: str
) -> None:
    everything = max(worlds, key=len)
    answer = query(worlds[everything], text)
    provenance = answer.provenance
    assert provenance is not None
    assert provenance.complete
    nodes = [row.node for row in provenance.rows if row.node is not None]
    assert len(nodes) == (len(answer.rows) if answer.boolean is None else 1) > 0
    for some, snapshot in worlds.items():
        plain = query(snapshot, text, provenance="none")
        held = evaluate(provenance.circuit, nodes, BOOLEAN, lambda token, some=some: token.name in some)
        if answer.boolean is not None:
            assert held[nodes[0]] == plain.boolean
        else:
            assert {row for row, node in zip(answer.rows, nodes, strict=True) if held[node]} == set(
                plain.rows
            )


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
