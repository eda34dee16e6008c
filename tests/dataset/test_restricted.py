from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import combinations
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, NamedNode, Quad

from kg.claims.claim import Claim, ClaimType
from kg.claims.types import TYPE_INFO
from kg.dataset.annotated.view import Support, View
from kg.dataset.loading.rdf import ingest_rdf
from kg.dataset.record.records import DEFAULT
from kg.dataset.restricted import Candidate, RestrictedView, restricted
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.writer import Writer
from kg.errors import QueryOverLimit
from ontology.vocab import LS, ONTOLOGY, RDF
from tests.dataset.conftest import grant, published

FT = [{"kind": "publisher", "name": "FT"}]
HOLDS = NamedNode(LS.holdsLicenseFor)
_SAID = (
    grant("JL MAG", "Volkswagen"),
    grant("JL MAG", "Volkswagen", title="Another report", attribution=FT),
    grant("JL MAG", "Tesla", attribution=FT, when={"text": "in May", "edtf": "2025-05"}),
    grant("Ningbo Yunsheng", "Volkswagen", modality="hedged"),
    grant("JL MAG", "Volkswagen", polarity="negative", attribution=FT),
    Claim.model_validate(
        {
            "triples": [
                f"<urn:firm:x> <{LS.holdsLicenseFor}> <urn:firm:y> .",
                f"<urn:firm:y> <{LS.hasLicensedProducer}> <urn:firm:x> .",
            ],
            "document": {"title": "Triples"},
            "attribution": FT,
        }
    ),
)
CLAIMS = tuple(claim.model_copy(update={"recorded": datetime(2025, 5, 1, tzinfo=UTC)}) for claim in _SAID)
BASE = (
    Quad(NamedNode("urn:firm:x"), HOLDS, NamedNode("urn:firm:z")),
    Quad(NamedNode("urn:firm:x"), HOLDS, NamedNode("urn:firm:y")),
    Quad(BlankNode("b"), NamedNode("urn:p"), NamedNode("urn:m"), NamedNode("urn:graph")),
)


def store(
    path: Path, claims: tuple[Claim, ...], change: Callable[[Writer], object] = lambda _: None
) -> Snapshot:
    with Writer(path) as writer:
        writer.add(claims)
        writer.add_base(BASE)
        change(writer)
        writer.commit()
    return Reader(path).current()


def name(claim: Claim) -> str:
    return f"https://w3id.org/lodestone/claim/{claim.id}"


def only(*claims: Claim) -> Callable[[Candidate], bool]:
    kept = set(map(name, claims))
    return lambda candidate: candidate.iri in kept


def without(*claims: Claim) -> Callable[[Writer], object]:
    return lambda writer: [writer.retract(name(claim), reason="x", by="y") for claim in claims]


def quads(view: View, *without: str) -> set[Quad]:
    left_out = set(map(NamedNode, without))
    return {quad for quad in view.main if quad.graph_name not in left_out}


def check_same(found: RestrictedView, due: Snapshot) -> None:
    """The same quads, resting on the same claims."""
    assert quads(found, ONTOLOGY) == quads(due, ONTOLOGY)
    assert len(list(found.main)) == len(list(due.main)), "the ontology has blank nodes"
    for quad in due.main:
        s, p, o, graph = quad.subject, quad.predicate, quad.object, quad.graph_name
        if graph == DEFAULT:
            assert found.fact_support(s, p, o) == due.fact_support(s, p, o)
        elif isinstance(graph, NamedNode):
            assert found.graph_support(graph, s, p, o) == due.graph_support(graph, s, p, o)
            assert found.existence_support(graph) == due.existence_support(graph)
    for claim in CLAIMS:
        assert found.claim_info(name(claim)) == due.claim_info(name(claim))
        assert found.rebuttals(name(claim)) == due.rebuttals(name(claim))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return store(tmp_path_factory.mktemp("whole") / "store", CLAIMS)


@pytest.mark.parametrize("size", [0, 1, 3, 5, 6])
def test_it_is_the_store_from_which_the_other_claims_were_retracted(
    whole: Snapshot, tmp_path: Path, size: int
) -> None:
    for number, some in enumerate(list(combinations(CLAIMS, size))[:4]):
        others = [claim for claim in CLAIMS if claim not in some]
        due = store(tmp_path / str(number), CLAIMS, without(*others))
        check_same(restricted(whole, only(*some)), due)


@pytest.mark.parametrize("size", [1, 4])
def test_it_has_the_facts_and_claims_of_a_store_that_never_had_the_others(
    whole: Snapshot, tmp_path: Path, size: int
) -> None:
    for number, some in enumerate(list(combinations(CLAIMS, size))[::3]):
        due = store(tmp_path / str(number), some)
        found = restricted(whole, only(*some))
        assert outside_record(found) == outside_record(due)
        for claim in map(name, some):
            assert set(found.own_record(claim, found.main)) == set(due.own_record(claim, due.main))


def outside_record(view: View) -> set[Quad]:
    return quads(view, ONTOLOGY, view.record.value)


def test_claims_that_are_inactive_now_can_be_active_there(whole: Snapshot, tmp_path: Path) -> None:
    newer = grant("JL MAG", "Toyota", supersedes=[name(CLAIMS[2])])

    def change(writer: Writer) -> None:
        writer.retract(name(CLAIMS[0]), reason="x", by="y")
        writer.add([newer])

    changed = store(tmp_path / "changed", CLAIMS, change)
    found = restricted(changed, only(*CLAIMS))
    assert outside_record(found) == outside_record(whole)
    [row] = found.query("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?c a ls:Claim } }")
    assert row["n"].value == "6"
    assert not found.query("ASK { GRAPH ?g { ?c ls:retracted ?when } }")


def test_what_was_known_at_a_time_is_what_was_active_then(tmp_path: Path) -> None:
    may, june, july, august = (datetime(2025, month, 1, tzinfo=UTC) for month in (5, 6, 7, 8))
    old = grant("JL MAG", "Volkswagen", recorded=may)
    newer = grant("JL MAG", "Tesla", recorded=june, supersedes=[name(old)])
    with Writer(tmp_path / "store") as writer:
        writer.add([old, newer])
        writer.retract(name(newer), reason="x", by="y", at=july)
        writer.commit()
    snapshot = Reader(tmp_path / "store").current()

    def known(at: datetime) -> list[str]:
        view = restricted(snapshot, lambda candidate: candidate.was_active(at))
        rows = view.query("SELECT ?n { ?p ls:holdsLicenseFor/rdfs:label ?n }")
        return [row["n"].value for row in rows]

    assert known(datetime(2025, 4, 1, tzinfo=UTC)) == []
    assert known(may) == ["Volkswagen"]
    assert known(june) == ["Tesla"]
    assert known(august) == ["Volkswagen"]


def test_a_fact_of_too_few_origins_falls_with_what_follows_from_it(whole: Snapshot) -> None:
    def two_origins(support: Support) -> bool:
        infos = [whole.claim_info(claim) for claim in support.facts[0]]
        return len({info.origin for info in infos if info}) >= 2

    found = restricted(whole, lambda _: True, two_origins)
    pairs = {(q.subject, q.object) for q in found.main.quads_for_pattern(None, HOLDS, None, DEFAULT)}
    x, y, z = (NamedNode(f"urn:firm:{n}") for n in "xyz")
    assert {(x, y), (x, z)} < pairs, "base data stays"
    [(producer, customer)] = pairs - {(x, y), (x, z)}
    label = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    [named] = found.main.quads_for_pattern(customer, label, None, DEFAULT)
    assert named.object.value == "Volkswagen"
    assert found.fact_support(x, HOLDS, y) == Support(base=True)
    assert not list(found.main.quads_for_pattern(y, NamedNode(LS.hasLicensedProducer), x, DEFAULT))
    party = (producer, NamedNode(RDF + "type"), NamedNode(LS.Party))
    assert found.fact_support(*party).facts
    for fact in found.fact_support(*party).facts:
        assert len(fact) > 1, "a premise that fell supports nothing"
    for quad in found.main.quads_for_pattern(None, None, None, found.inferred):
        assert found.graph_support(found.inferred, quad.subject, quad.predicate, quad.object).facts


def test_a_policy_may_ask_everything_of_a_claim(whole: Snapshot) -> None:
    found: dict[str, Candidate] = {}
    restricted(whole, lambda candidate: found.setdefault(candidate.iri, candidate).active)
    candidate = found[name(CLAIMS[2])]
    info = whole.claim_info(candidate.iri)
    assert info is not None
    assert candidate.probability == info.probability
    assert (candidate.document, candidate.origin) == (info.document, info.origin)
    assert [whole.source_label(source) for source in candidate.sources] == ["FT"]
    assert candidate.occurred == (date(2025, 5, 1), date(2025, 5, 31))
    assert candidate.validity == (None, None)
    assert candidate.claim_type == TYPE_INFO[ClaimType.LICENSE_GRANTED].event_class
    assert candidate.recorded.tzinfo is not None
    assert candidate.states_fact


def test_of_rdf_claims_one_may_fall_that_another_is_named_under(writer: Writer, tmp_path: Path) -> None:
    text = "".join(
        f"<urn:s> <{LS.holdsLicenseFor}> <urn:o{n}> <http://example.org/g{part}> .\n"
        for n, part in enumerate(("", "#a"))
    )
    (tmp_path / "x.nq").write_text(text, encoding="utf-8")
    ingest_rdf(writer, tmp_path / "x.nq")
    found = restricted(published(writer), lambda candidate: candidate.iri.endswith("#a"))
    assert found.claim_info("http://example.org/g") is None
    assert found.claim_info("http://example.org/g#a") is not None
    assert found.fact_support(NamedNode("urn:s"), HOLDS, NamedNode("urn:o1")).facts == (
        ("http://example.org/g#a",),
    )


def test_too_large_a_dataset_is_refused(whole: Snapshot) -> None:
    with pytest.raises(QueryOverLimit, match="over 100 quads"):
        restricted(whole, lambda _: True, most=100)
