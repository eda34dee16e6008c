"""Each question that analysts ask is one query, and finds what there is."""

import shutil
from pathlib import Path

import pytest

from kg.claims.claim import Claim
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.writer import Writer
from kg.identity.judgment import Judgment
from kg.ingest.taking import Ingest
from kg.query import TrustPolicy, query
from ontology.vocab import ONTOLOGY
from server.description import Example, examples
from tests.server.conftest import license_claim, quoted

ROOT = Path(__file__).parents[2]
TEXT = "The ban, as an aide of the association put it, halts exports; 60 % of applications were approved."
WIRE = [{"kind": "organization", "name": "Example Wire"}]


def said(**changes: object) -> dict[str, object]:
    return {"document": {"title": "A paper", "language": "zh"}, "attribution": WIRE, **changes}


MORE = (
    license_claim(
        when={"edtf": "2025-05"}, validity={"edtf": "2025-05/2025-08-01"}, attribution=WIRE, said="2025-06-01"
    ),
    said(
        type="license_applied",
        roles={"producer": "Fabrika Magnit", "customer": "Autowerk"},
        when={"edtf": "2025-04"},
    ),
    said(type="restriction_imposed", roles={"product": "magnets"}, quote=quoted(TEXT, "The ban")),
    said(
        type="license_granted",
        roles={"producer": "members of the association"},
        quantity={"value": 60, "qualifier": "exact", "unit": "%"},
    ),
    said(type="license_scope", roles={"end_user": "Autowerk", "place": "the USA"}),
    said(type="no_comment", roles={"speaker": "Autowerk"}),
    said(
        type="request",
        roles={"speaker": "the association"},
        attribution=[{"kind": "spokesperson", "name": "An aide", "speaks_for": "the association"}, *WIRE],
    ),
    said(
        triples=["<urn:fabrika> <http://www.w3.org/2004/02/skos/core#closeMatch> <urn:wikidata> ."],
        status="accepted",
    ),
)


@pytest.fixture(scope="module")
def snapshot(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    path = shutil.copytree(store, tmp_path_factory.mktemp("questions") / "store")
    names = ("Fabrika Magnit", "Fabrika Magnit AG")
    with Writer(path) as writer:
        writer.add([Claim.model_validate(claim) for claim in MORE])
        Ingest(writer).run([ROOT / "kg" / "example" / "brief.txt"])
        firms = [_entity(writer, name) for name in names]
        verdict = {"left": firms[0], "right": firms[1], "verdict": "same", "reason": "one address"}
        writer.judge([Judgment.model_validate({**verdict, "author": {"kind": "person", "name": "Ann"}})])
        writer.commit()
    return Reader(path).current()


def _entity(writer: Writer, name: str) -> str:
    """The entity that a claim about somebody of that name is about."""
    [added] = writer.add(
        [Claim.model_validate(license_claim(roles={"producer": name, "customer": "Autowerk"}))]
    )
    writer.commit()
    found = writer.view.main.query(
        f"SELECT ?e {{ GRAPH <{writer.names.record}> {{ <{added.iri}> <{ONTOLOGY}#participation> ?p . "
        f'?p <{ONTOLOGY}#wording> "{name}" ; <{ONTOLOGY}#mention> ?e }} }}'
    )
    return str(next(iter(found))["e"].value)


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.question[:40])
def test_the_question_finds_something_and_says_why(example: Example, snapshot: Snapshot) -> None:
    answer = query(snapshot, example.query)
    assert answer.rows
    assert answer.provenance is not None
    assert answer.provenance.complete, answer.provenance.reason
    if example.policy:
        policy = TrustPolicy.read({name: [value] for name, value in example.policy})
        assert query(snapshot, example.query, policy=policy).rows != answer.rows


def test_the_record_of_another_store_is_named() -> None:
    for example in examples("https://example.org/record"):
        assert "w3id.org/lodestone/record" not in example.query
    assert any(
        "<https://example.org/record>" in example.query for example in examples("https://example.org/record")
    )
