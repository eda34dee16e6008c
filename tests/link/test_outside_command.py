"""``lodestone link --wikidata``: proposals that are reviewed, and a query that joins with the endpoint."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kg.claims.claim import Claim
from kg.cli import main
from kg.cli.outside import WIKIDATA_ENDPOINT
from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from tests.link.conftest import Between

WD = "http://www.wikidata.org/entity/"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    with Writer(tmp_path / "store") as writer:
        for customer in ("Tesla", "Volkswagen AG"):
            claim = {
                "type": "license_granted",
                "roles": {"producer": "Fabrika Magnit", "customer": customer},
                "document": {"title": "A brief", "publisher": "Example Wire"},
                "attribution": [{"kind": "publisher", "name": "Example Wire"}],
            }
            writer.add([Claim.model_validate(claim)])
        writer.commit()
    return tmp_path / "store"


def run(store: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--store", str(store)], catch_exceptions=False)


def report(store: Path, url: str, *arguments: str, status: int = 0) -> dict[str, Any]:
    done = run(store, "link", "--endpoint-url", url, "--pause", "0", "--format", "json", *arguments)
    assert done.exit_code == status, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_links_are_proposed_reviewed_and_then_told_about(store: Path, wikidata: str) -> None:
    first = report(store, wikidata)
    links = {link["name"]: link for link in first["links"]}
    assert links["Tesla"]["item"] == f"{WD}Q478214"
    assert links["Volkswagen AG"]["item"] == f"{WD}Q156578"
    assert not links["Fabrika Magnit"]["sure"]
    assert {link["state"] for link in first["links"]} == {"new"}
    facts = "SELECT ?b { ?a skos:exactMatch ?b }"
    assert "0 rows" in run(store, "query", facts).output, "a proposal is no fact"

    again = report(store, wikidata)
    assert {link["state"] for link in again["links"]} == {"proposed"}
    assert again["questions"]["asked"] == 0

    by = ("--by", "ana")
    assert run(store, "review", "accept", links["Tesla"]["claim"], *by).exit_code == 0
    rejected = ("review", "reject", links["Fabrika Magnit"]["claim"], "--reason", "another firm")
    assert run(store, *rejected, *by).exit_code == 0
    assert "Q478214" in run(store, "query", facts).output

    after = report(store, wikidata)
    [other] = [link for link in after["links"] if link["name"] == "Fabrika Magnit"]
    assert other["item"] == f"{WD}Q90000002", "what was rejected is not proposed again; the next one is"
    assert any('lei> "54930043XZGB27CTOV49"' in one["triple"] for one in after["statements"])
    assert all(link["name"] != "Tesla" for link in after["links"])


def test_nothing_is_written_where_only_telling_is_asked_for(store: Path, wikidata: str) -> None:
    version = Reader(store).current().iri
    told = report(store, wikidata, "--dry-run")
    assert {link["state"] for link in told["links"]} == {"not written"}
    assert Reader(store).current().iri == version


def test_offline_the_cache_answers_and_what_is_not_there_is_told(store: Path, wikidata: str) -> None:
    nothing = report(store, wikidata, "--offline", status=1)
    assert nothing["links"] == []
    assert "--offline" in nothing["without an answer"][0]
    asked = report(store, wikidata, "--dry-run")
    told = report(store, wikidata, "--offline", "--dry-run")
    assert told["links"] == asked["links"]
    assert told["questions"] == {"asked": 0, "from the cache": asked["questions"]["asked"], "of these old": 0}


def test_one_entity_can_be_asked_about(store: Path, wikidata: str) -> None:
    [tesla] = [
        link["entity"] for link in report(store, wikidata, "--dry-run")["links"] if link["name"] == "Tesla"
    ]
    assert [link["name"] for link in report(store, wikidata, "--entity", tesla)["links"]] == ["Tesla"]
    refused = run(store, "link", "--endpoint-url", wikidata, "--entity", "https://nobody.example/")
    assert refused.exit_code == 2
    assert "no entity of the store" in refused.output


@pytest.mark.parametrize("url", ["file:///etc/passwd", "https://user:secret@a.example/", "nonsense"])
def test_what_is_no_address_is_refused(store: Path, url: str) -> None:
    refused = run(store, "link", "--endpoint-url", url)
    assert refused.exit_code == 2
    assert "no plain http(s) address" in refused.output


README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
[JOINED] = [q for q in re.findall(r"^```sparql\n(.*?)^```$", README, re.M | re.S) if WIKIDATA_ENDPOINT in q]


def test_the_query_of_the_readme_joins_the_graph_with_wikidata(store: Path, between: Between) -> None:
    [tesla] = [c["claim"] for c in report(store, between.url)["links"] if c["name"] == "Tesla"]
    assert run(store, "review", "accept", tesla, "--by", "ana").exit_code == 0
    between.requests.clear()
    text = JOINED.replace(WIKIDATA_ENDPOINT, between.url)
    done = run(store, "query", text, "--format", "json", "--outbound", between.url)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    [row] = found["results"]["bindings"]
    assert (row["customer"]["value"], row["country"]["value"]) == ("Tesla", "United States")
    told = found["provenance"]
    assert told["complete"]
    assert any(node.get("service") == between.url for node in told["circuit"])
    labels = [claim["label"] for claim in told["claims"].values()]
    assert any(label.endswith("exactMatch Q478214") for label in labels), "the link is one of the witnesses"
    [(_, sent)] = between.requests
    assert "Q478214" in sent, "it is asked about what is linked, and not about all that it has"
    refused = run(store, "query", text)
    assert refused.exit_code == 2
