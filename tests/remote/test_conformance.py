"""What must hold of a store, whichever engine it lies on: it is as the embedded one."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kg.claims.claim import Claim
from kg.dataset.checks.invariants import check_version
from kg.dataset.files import Settings
from kg.dataset.loading.rdf import ingest_rdf
from kg.dataset.record.records import DEFAULT
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.terms import Literal, NamedNode, Quad
from kg.dataset.writer import Writer
from kg.errors import QueryRefused, QuerySyntaxError, ReservedGraph, StoreError
from kg.provenance.evaluate import evaluate
from kg.provenance.semirings import BOOLEAN
from kg.query import Answer, query
from ontology.vocab import XSD
from tests.dataset.conftest import grant
from tests.remote.conftest import Far

NOW = datetime(2026, 1, 1, tzinfo=UTC)
XINHUA = {"kind": "organization", "name": "Xinhua"}
CLAIMS = (
    grant("JL MAG", "Volkswagen"),
    grant("JL MAG", "Volkswagen", attribution=[XINHUA]),
    grant("JL MAG", "Tesla", when={"edtf": "2025-04"}),
    grant("Yunsheng", "Tesla", quantity={"value": 4, "qualifier": "at_least", "unit": "licenses"}),
    grant("Earth-Panda", "Tesla", modality="hedged"),
    grant("Earth-Panda", "Volkswagen", polarity="negative"),
    Claim.model_validate({**grant("Yunsheng", "Tesla").model_dump(), "type": "license_revoked"}),
)
A, DECIMAL = NamedNode("http://e/a"), NamedNode(XSD + "decimal")
BASE = (
    Quad(A, NamedNode("http://e/p"), Literal('words "in" quotes\n\\ and ünïcode'), DEFAULT),
    Quad(A, NamedNode("http://e/q"), Literal("4.50", datatype=DECIMAL), DEFAULT),
    Quad(A, NamedNode("http://e/p"), Literal("la", language="fr"), NamedNode("http://e/g")),
    *(
        Quad(NamedNode(f"http://e/{one}"), NamedNode("http://e/r"), NamedNode(f"http://e/{other}"), graph)
        for one, other in ("bc", "cd", "db", "ce", "ff")
        for graph in (DEFAULT, NamedNode("http://e/g"))
    ),
)
QUERIES = (
    "SELECT ?p ?c { ?p ls:holdsLicenseFor ?c }",
    "SELECT ?l { ?p ls:holdsLicenseFor ?c . ?c rdfs:label ?l }",
    "SELECT DISTINCT ?c { ?p ls:holdsLicenseFor ?c } ORDER BY ?c LIMIT 1",
    "SELECT ?p { { ?p ls:holdsLicenseFor ?c } UNION { ?p ls:lostLicenseFor ?c } }",
    "SELECT ?p ?c ?d { ?p ls:holdsLicenseFor ?c OPTIONAL { ?p ls:lostLicenseFor ?d } }",
    "SELECT ?p { ?p ls:holdsLicenseFor ?c MINUS { ?p ls:lostLicenseFor ?c } }",
    "SELECT ?p { ?p ls:holdsLicenseFor ?c FILTER NOT EXISTS { ?p ls:lostLicenseFor ?d } }",
    "SELECT ?p { ?p ls:holdsLicenseFor/^ls:holdsLicenseFor ?q FILTER(?p != ?q) }",
    "SELECT ?x { ?p rdfs:label 'JL MAG' ; (ls:holdsLicenseFor|^ls:holdsLicenseFor)+ ?x }",
    "SELECT ?x ?y { ?x <http://e/r>+ ?y }",
    "SELECT ?x { <http://e/b> <http://e/r>+ ?x }",
    "SELECT ?x { ?x <http://e/r>+ ?x }",
    "ASK { <http://e/c> <http://e/r>+ <http://e/c> }",
    "ASK { <http://e/e> <http://e/r>+ <http://e/e> }",
    "SELECT ?x ?y { ?x <http://e/r>* ?y }",
    "SELECT ?x { <http://e/f> <http://e/r>? ?x }",
    "SELECT ?x { <http://e/b> <http://e/r>/(<http://e/r>|^<http://e/r>)+/<http://e/r> ?x }",
    "SELECT ?x ?y { ?x (ls:holdsLicenseFor|^ls:holdsLicenseFor)* ?y . ?x rdfs:label 'JL MAG' }",
    "SELECT ?g ?c { GRAPH ?g { ?p ls:holdsLicenseFor ?c } }",
    "SELECT ?p ?g { ?p ls:holdsLicenseFor ?c GRAPH ?g { ?p ls:holdsLicenseFor ?c } }",
    "SELECT ?p (COUNT(?c) AS ?n) { ?p ls:holdsLicenseFor ?c } GROUP BY ?p",
    "SELECT ?o { <http://e/a> ?p ?o }",
    "SELECT ?o ?g { GRAPH ?g { <http://e/a> ?p ?o } }",
    "ASK { ?p ls:lostLicenseFor ?c }",
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "SELECT ?s { ?s a ls:Producer FILTER EXISTS { ?s ls:holdsLicenseFor ?c } }",
    "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
    "SELECT ?g ?n { GRAPH ?g { { SELECT (COUNT(*) AS ?n) { ?p ls:holdsLicenseFor ?c } } } }",
    "SELECT ?g { GRAPH ?g { } }",
    "SELECT (MIN(?l) AS ?a) (MAX(?l) AS ?b) { ?p ls:holdsLicenseFor ?c ; rdfs:label ?l }",
    "SELECT ?c (GROUP_CONCAT(?l) AS ?n) { ?c rdfs:label ?l } GROUP BY ?c",
    "SELECT ?c { ?c rdfs:label ?l FILTER(?l < 'K') }",
    "SELECT ?c { ?c rdfs:label ?l FILTER('K' <= ?l) }",
    "SELECT ?c { ?c rdfs:label ?l } GROUP BY ?c HAVING (MIN(?l) < 'K')",
    "SELECT ?c { ?c rdfs:label ?l FILTER(?l >= 'K'^^<http://www.w3.org/2001/XMLSchema#string>) }",
    "SELECT ?c { ?c rdfs:label ?l FILTER(LCASE(?l) < 'k') }",
    "SELECT (SUM(?v) AS ?s) (AVG(?v) + 1 AS ?a) { ?x <http://e/nothing> ?v }",
    "SELECT ?p (COUNT(?c) > 1 AS ?many) { ?p ls:holdsLicenseFor ?c } GROUP BY ?p",
    "SELECT (7/2 AS ?half) (?v / 2 AS ?part) { ?s <http://e/q> ?v }",
    "SELECT ?s ?a { ?s <http://e/q> ?v BIND(?v > 2 && !(?v IN (3, 4)) AS ?a) FILTER(?a) }",
    "SELECT (IF(?v > 5, true, false) AS ?a) (BOUND(?v) AS ?b) { ?s <http://e/q> ?v }",
)

CUT_IN_EACH_GRAPH = (
    "SELECT ?g ?c { GRAPH ?g { { SELECT ?c { ?p ls:holdsLicenseFor ?c } ORDER BY ?c LIMIT 1 } } }",
    "SELECT ?g ?c { GRAPH ?g { { SELECT ?c { ?s <http://e/r> ?c } ORDER BY ?c OFFSET 1 } } }",
)

LONGER_WAYS = (
    "SELECT ?x { ?x (<http://e/r>/<http://e/r>)+ <http://e/b> }",
    "SELECT ?x { <http://e/b> (<http://e/r>+/<http://e/r>)* ?x }",
    "SELECT ?x ?y { GRAPH <http://e/g> { ?x <http://e/r>* ?y } }",
    "SELECT ?g ?x { GRAPH ?g { <http://e/b> <http://e/r>+ ?x } }",
)


@pytest.fixture(scope="module")
def both(engine: object, tmp_path_factory: pytest.TempPathFactory) -> tuple[Snapshot, Far]:
    """The same claims and base data in a folder and on an engine."""
    folder: Path = tmp_path_factory.mktemp("both")
    far = Far(engine, folder / "beside")  # type: ignore[arg-type]
    settings = Settings(store_id="far", base=far.base)
    claims = [claim.model_copy(update={"recorded": NOW}) for claim in CLAIMS]
    with Writer(folder / "near", settings=settings) as near, far.writer() as writer:
        for one in (near, writer):
            one.add(claims)
            one.add_base(BASE)
            one.commit()
    return Reader(folder / "near").current(), far


def told(answer: Answer) -> object:
    """Rows, each with what it is worth under every set of claims, and what is said of it."""
    assert answer.provenance is not None
    assert answer.provenance.complete, answer.provenance.reason
    circuit = answer.provenance.circuit
    names = sorted(answer.provenance.claims)
    found = []
    rows = answer.rows if answer.kind == "select" else [(answer.boolean,)] * len(answer.provenance.rows)
    for row, note in zip(rows, answer.provenance.rows, strict=True):
        worth = []
        for number in range(2 ** len(names)):
            held = {name for place, name in enumerate(names) if number >> place & 1}
            worth.append(
                evaluate(circuit, [note.node], BOOLEAN, lambda n, held=held: n.name in held)[note.node]
            )
        found.append((str(row), worth, note.confidence, note.origins, note.contested))
    return answer.boolean, sorted(found), names


@pytest.mark.parametrize("text", QUERIES)
def test_answers_are_those_of_the_embedded_store(both: tuple[Snapshot, Far], text: str) -> None:
    near, far = both
    assert told(query(far.source(), text)) == told(query(near, text))


@pytest.mark.parametrize("text", LONGER_WAYS)
def test_what_an_engine_answers_in_part_is_refused(both: tuple[Snapshot, Far], text: str) -> None:
    near, far = both
    if far.endpoint.quirks.returns:
        assert told(query(far.source(), text)) == told(query(near, text))
    else:
        with pytest.raises(QueryRefused, match="leaves out rows of paths"):
            query(far.source(), text)


@pytest.mark.parametrize("text", CUT_IN_EACH_GRAPH)
def test_what_an_engine_would_cut_otherwise_is_refused(both: tuple[Snapshot, Far], text: str) -> None:
    near, far = both
    if far.endpoint.quirks.lateral:
        assert told(query(far.source(), text)) == told(query(near, text))
    else:
        with pytest.raises(QuerySyntaxError, match="knows no LATERAL"):
            query(far.source(), text)


def test_the_dataset_is_that_of_the_embedded_store(both: tuple[Snapshot, Far]) -> None:
    near, far = both
    source = far.source()
    for graph in (DEFAULT, near.inferred, near.record):
        here = {
            (q.subject, q.predicate, q.object) for q in near.main.quads_for_pattern(None, None, None, graph)
        }
        there = {
            (q.subject, q.predicate, q.object) for q in source.main.quads_for_pattern(None, None, None, graph)
        }
        assert there == here
    assert list(check_version(source)) == []


def test_what_is_taken_back_no_longer_counts(far: Far) -> None:
    with far.writer() as writer:
        first, second, other = (added.iri for added in writer.add([CLAIMS[0], CLAIMS[1], CLAIMS[2]]))
        writer.commit()
        writer.retract(first, reason="a slip", by="me")
        writer.commit()
    rows = query(far.source(), "SELECT ?c { ?p ls:holdsLicenseFor ?c }")
    assert len(rows.rows) == 2
    assert set(rows.provenance.claims) == {second, other}  # type: ignore[union-attr]
    with far.writer() as writer:
        writer.retract(second, reason="a slip too", by="me")
        writer.commit()
    source = far.source()
    assert len(query(source, "SELECT ?c { ?p ls:holdsLicenseFor ?c }").rows) == 1
    stored = source.claim(first)
    assert (stored.state, stored.retraction_reason) == ("retracted", "a slip")
    assert list(check_version(source)) == []


def test_taken_in_twice_it_is_one_claim(far: Far) -> None:
    for known in (False, True):
        with far.writer() as writer:
            outcomes = {str(added.outcome) for added in writer.add(CLAIMS)}
            before = writer.manifest.version
            assert outcomes == ({"known"} if known else {"new"})
            assert (writer.commit().version == before) is known
    assert list(check_version(far.source())) == []


def test_graphs_of_an_rdf_file_are_claims(far: Far, tmp_path: Path) -> None:
    held, data = "<https://w3id.org/lodestone/ontology#holdsLicenseFor>", tmp_path / "claims.nq"
    lines = (f"<http://e/p{n}> {held} <http://e/c{n % 3}> <http://e/claim/{n}> .\n" for n in range(7))
    data.write_text("".join(lines) + "<http://e/s> <http://e/p> <http://e/o> .\n", encoding="utf-8")
    for new in (7, 0):
        with far.writer() as writer:
            report = ingest_rdf(writer, data)
            writer.commit()
            assert (report.claims_new, report.claims_known) == (new, 7 - new)
    source = far.source()
    answer = query(source, "SELECT ?p { ?p a ls:Party . <http://e/c0> ls:hasLicensedProducer ?p }")
    assert sorted(row[0].value for row in answer.rows) == ["http://e/p0", "http://e/p3", "http://e/p6"]
    assert answer.provenance is not None
    assert sorted(answer.provenance.claims) == ["http://e/claim/0", "http://e/claim/3", "http://e/claim/6"]
    assert len(query(source, "SELECT ?o { <http://e/s> <http://e/p> ?o }").rows) == 1
    assert list(check_version(source)) == []


def test_reserved_graphs_take_no_raw_data(far: Far) -> None:
    with far.writer() as writer:
        [added] = writer.add(CLAIMS[:1])
        with pytest.raises(ReservedGraph):
            writer.add_base(
                [Quad(NamedNode("http://e/a"), NamedNode("http://e/p"), Literal("x"), NamedNode(added.iri))]
            )


def test_where_there_is_no_store_it_is_said(far: Far) -> None:
    with pytest.raises(StoreError, match="holds no store"):
        far.source()
