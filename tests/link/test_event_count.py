"""Three articles on one grant are one event by judgment, so that a count of grants is right."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kg.cli import main
from kg.dataset.snapshots import Reader

COUNT = "SELECT (COUNT(DISTINCT ?grant) AS ?n) { ?grant a ls:LicenseGranted }"
WHEN = ("2025-04-25", "2025-04-21/2025-04-30", "2025-04-24/2025-04-26")


def report(number: int, customer: str, edtf: str) -> dict[str, Any]:
    return {
        "type": "license_granted",
        "roles": {"producer": "JL MAG", "customer": customer},
        "when": {"text": edtf, "edtf": edtf},
        "attribution": [{"kind": "publisher", "name": f"Daily {number}"}],
        "document": {"title": f"Article {number}"},
    }


def run(store: Path, *arguments: str) -> str:
    found = CliRunner().invoke(main, [*arguments, "--store", str(store)])
    assert found.exit_code == 0, found.output
    return found.stdout


def count(store: Path, *more: str) -> int:
    told = json.loads(run(store, "query", COUNT, "--format", "json", *more))
    return int(told["results"]["bindings"][0]["n"]["value"])


@pytest.fixture
def store(tmp_path: Path) -> Path:
    told = [report(n, "Volkswagen", edtf) for n, edtf in enumerate(WHEN)]
    told += [report(3, "Tesla", WHEN[0]), report(4, "Volkswagen", "2025-07-01")]
    told[0]["quantity"], told[1]["quantity"] = {"value": 5, "unit": "tonnes"}, {"value": 5, "unit": "tonnes"}
    file = tmp_path / "reports.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in told), encoding="utf-8")
    path = tmp_path / "store"
    run(path, "ingest", str(file), "-q")
    return path


def test_a_count_of_grants_counts_a_grant_once(store: Path) -> None:
    assert count(store) == 5
    run(store, "link", "--only", "events")
    assert count(store) == 3
    judgments = sorted(Reader(store).current().judgments())
    assert len(judgments) == 2
    assert count(store, "--without", judgments[0]) == 4
    assert count(store, *(part for one in judgments for part in ("--without", one))) == 5
    for one in judgments:
        run(store, "judge", "--undo", one, "--reason", "two grants", "--by", "A. Analyst")
    assert count(store) == 5
    again = json.loads(run(store, "link", "--only", "events", "--format", "json"))
    assert [(pair["sure"], pair["state"]) for pair in again["pairs"]] == [(False, "proposed")]
    assert count(store) == 5  # two of the three pairs were undone: whether the third is one, a person says
    assert json.loads(run(store, "link", "--only", "events", "--format", "json"))["pairs"] == []
    assert "everything holds" in run(store, "check")


def test_who_says_that_two_are_not_one_leaves_the_third_to_a_person(store: Path) -> None:
    first = json.loads(run(store, "link", "--only", "events", "--dry-run", "--format", "json"))["pairs"]
    one, other = first[0]["left"], first[0]["right"]
    why = ("--different", "--kind", "event", "--reason", "two grants", "--by", "A. Analyst")
    run(store, "judge", one, other, *why)
    found = json.loads(run(store, "link", "--only", "events", "--format", "json"))
    assert found["in conflict"] == 0
    assert {pair["state"] for pair in found["pairs"]} == {"proposed"}
    assert count(store) == 5
