"""Why a triple is a fact, told as trees; by function, on the command line and over HTTP."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from kg.claims.claim import Agent
from kg.cli import main
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.writer import Writer
from kg.errors import NotFound, QuerySyntaxError
from kg.identity.judgment import Judgment, Verdict
from kg.infer.rules import TYPE, Triple
from kg.query.proof import Step, proof_of, read_triple
from ontology.vocab import LS
from server.app import create_app
from server.config import Config
from server.services import services
from tests.dataset.test_inferring import CITY, FIRM, FOR_IN, GRANT, IN, REGION, base, ex, said

CHAIN = "ls:holdsLicenseFor then ls:locatedIn makes ls:holdsLicenseForPartyIn"
CHINA: Triple = (ex("maker"), FOR_IN, ex("china"))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("proofs") / "store"
    with Writer(path) as writer:
        writer.add([said(t, title=f"Brief {n}") for n, t in enumerate((FIRM, CITY, GRANT))])
        writer.add([said(FIRM, title="Another")])
        writer.add_base([base(REGION)])
        writer.commit()
    return path


@pytest.fixture(scope="module")
def snapshot(store: Path) -> Snapshot:
    return Reader(store).current()


@pytest.fixture(scope="module")
def client(store: Path) -> Iterator[FlaskClient]:
    app = create_app(Config(store=store, workers=1))
    try:
        yield app.test_client()
    finally:
        services(app).workers.close()


def drawn(step: Step, depth: int = 0) -> list[str]:
    """The tree, with short names."""
    short = " ".join(part.strip("<>").rpartition("/")[2].rpartition("#")[2] for part in step.triple)
    told = f"{'  ' * depth}{short}: {step.rule or step.how} {len(step.statements) or ''}".rstrip()
    return [told, *(line for premise in step.premises for line in drawn(premise, depth + 1))]


def test_a_proof_goes_down_to_what_is_stated(snapshot: Snapshot) -> None:
    found = proof_of(snapshot, CHINA)
    assert (found.base, found.complete, len(found.proofs)) == (False, True, 1)
    assert drawn(found.proofs[0]) == [
        f"maker holdsLicenseForPartyIn china: {CHAIN}",
        "  maker holdsLicenseFor firm: stated 1",
        "  firm locatedIn china: ls:locatedIn is transitive",
        "    firm locatedIn baotou: stated 2",
        "    baotou locatedIn china: ls:locatedIn is transitive",
        "      baotou locatedIn inner-mongolia: what ls:subdivisionOf holds of, ls:locatedIn holds of",
        "        baotou subdivisionOf inner-mongolia: stated 1",
        "      inner-mongolia locatedIn china: what ls:subdivisionOf holds of, ls:locatedIn holds of",
        "        inner-mongolia subdivisionOf china: base",
    ]


def test_what_is_stated_or_follows_alone_has_proofs_as_well(snapshot: Snapshot) -> None:
    assert [drawn(proof) for proof in proof_of(snapshot, FIRM).proofs] == [
        ["firm locatedIn baotou: stated 2"]
    ]
    [place] = proof_of(snapshot, (ex("inner-mongolia"), TYPE, f"<{LS.Place}>")).proofs
    assert drawn(place)[0] == "inner-mongolia type Place: the object of ls:subdivisionOf is a ls:Place"
    only_base = proof_of(snapshot, REGION)
    assert only_base.base
    assert [proof.how for proof in only_base.proofs] == []


def test_what_is_no_fact_has_no_proof(snapshot: Snapshot) -> None:
    with pytest.raises(NotFound, match="is no fact of this version"):
        proof_of(snapshot, (ex("china"), IN, ex("firm")))


def test_what_goes_by_another_name_is_told_that(tmp_path: Path) -> None:
    kept, gone = ex("a-firm"), FIRM[0]
    with Writer(tmp_path) as writer:
        writer.add([said(FIRM)])
        writer.judge(
            [
                Judgment(
                    left=kept[1:-1],
                    right=gone[1:-1],
                    verdict=Verdict.SAME,
                    author=Agent(name="A. Analyst"),
                    reason="one register entry",
                )
            ]
        )
        writer.commit()
    there = Reader(tmp_path).current()
    assert len(proof_of(there, (kept, IN, FIRM[2])).proofs) == 1
    with pytest.raises(NotFound, match=f"{gone} goes by {kept} here"):
        proof_of(there, FIRM)


@pytest.mark.parametrize("text", ["nonsense", "<a> <b>", "<urn:a> <urn:b> <urn:c>, <urn:d>", ""])
def test_what_is_no_triple_is_refused(text: str) -> None:
    with pytest.raises(QuerySyntaxError):
        read_triple(text)


def test_on_the_command_line(store: Path) -> None:
    asked = f"{ex('maker')} ls:holdsLicenseForPartyIn {ex('china')}"
    told = CliRunner().invoke(main, ["explain", asked, "--store", str(store)])
    assert told.exit_code == 0, told.output
    assert f"because {CHAIN}" in told.output
    assert "base data" in told.output
    found = CliRunner().invoke(main, ["explain", asked, "--store", str(store), "--format", "json"])
    [proof] = json.loads(found.output)["proofs"]
    assert proof["triple"] == list(CHINA)


def test_over_http(client: FlaskClient) -> None:
    given = {"s": ex("maker")[1:-1], "p": "ls:holdsLicenseForPartyIn", "o": ex("china")}
    told = client.get("/explain", query_string={**given, "format": "json"})
    assert told.status_code == 200, told.text
    [proof] = told.json["proofs"]
    [statement] = proof["premises"][0]["statements"]
    assert told.json["claims"][statement[0]]["source"] == "Brief 2"
    page = client.get("/explain", query_string=given, headers={"Accept": "text/html"}).text
    assert "ls:locatedIn is transitive" in page
    assert "base data" in page


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({}, 400),
        ({"s": "x y", "p": "a", "o": "ls:Place"}, 400),
        ({"s": "urn:x", "p": "a", "o": "ls:Place"}, 404),
    ],
)
def test_over_http_what_is_wrong_is_said(client: FlaskClient, given: dict[str, str], status: int) -> None:
    asked = client.get("/explain", query_string=given, headers={"Accept": "application/json"})
    assert asked.status_code == status
