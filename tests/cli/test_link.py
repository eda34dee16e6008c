"""``lodestone link``: within a store, and tables of names against it."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kg.claims.claim import Claim
from kg.cli import main
from kg.dataset.checks.invariants import check_dataset
from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer

GRANTS = (
    ("JL MAG Rare-Earth Co., Ltd.", "Volkswagen AG", "2025-04-25", "Daily A"),
    ("JL MAG Rare Earth Company Limited", "VOLKSWAGEN A.G.", "2025-04", "Daily B"),
    ("JL MAG", "Volkswagen Group", "2025-04-24", "Daily C"),
    ("a magnet producer in Baotou", "Volkswagen", "2025-04", "Daily D"),
    ("a magnet producer in Baotou", "Volkswagen", "2025-04", "Daily E"),
)
COUNT = "SELECT (COUNT(DISTINCT ?e) AS ?n) { ?e a ls:LicenseGranted }"


def run(store: Path, *args: Any) -> Result:
    return CliRunner().invoke(main, [*map(str, args), "--store", str(store)])


def linked(store: Path, *args: Any) -> dict[str, Any]:
    done = run(store, "link", "--format", "json", *args)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def granted(producer: str, customer: str, when: str, publisher: str) -> Claim:
    return Claim.model_validate(
        {
            "type": "license_granted",
            "roles": {
                "producer": producer,
                "customer": customer,
                "place": "Georgia",
                "product": "dysprosium",
            },
            "when": {"edtf": when},
            "document": {"title": publisher},
            "attribution": [{"kind": "publisher", "name": publisher}],
            "assessment": {"reliability": "B", "credibility": 2},
            "status": "accepted",
        }
    )


@pytest.fixture
def store(tmp_path: Path) -> Path:
    with Writer(tmp_path / "store") as writer:
        writer.add(granted(*grant) for grant in GRANTS)
        writer.commit()
    return tmp_path / "store"


JUDGED = ("--only", "entities", "--only", "events")


def pairs_of(report: dict[str, Any]) -> dict[tuple[str, ...], str]:
    return {tuple(sorted(pair["names"])): pair["state"] for pair in report["pairs"]}


def count(store: Path) -> str:
    done = run(store, "query", COUNT, "--format", "csv", "--provenance", "none")
    return str(done.stdout.split()[-1])


def test_what_is_surely_one_is_joined_and_groups_stay_apart(store: Path) -> None:
    assert count(store) == "5"
    found = pairs_of(linked(store, *JUDGED))
    assert found["JL MAG Rare Earth Company Limited", "JL MAG Rare-Earth Co., Ltd."] == "accepted"
    assert found["VOLKSWAGEN A.G.", "Volkswagen AG"] == "accepted"
    assert {state for names, state in found.items() if "Volkswagen" in names} == {"proposed"}
    assert not any("Volkswagen Group" in names and state == "accepted" for names, state in found.items())
    assert not any("magnet producer" in name for names in found for name in names if "license" not in name)
    assert count(store) == "4", "two articles tell of one grant; unnamed producers are nobody in particular"
    assert list(check_dataset(Reader(store).current())) == []


def test_it_is_done_once_and_what_was_judged_is_not_proposed_again(store: Path) -> None:
    assert "put in" in run(store, "link", "--reference").output
    assert "already there" in run(store, "link", "--reference").output
    first = linked(store)
    assert first["new judgments"] > 0
    assert first["new claims"] > 0
    again = linked(store)
    assert (again["pairs"], again["new judgments"], again["new claims"]) == ([], 0, 0)


def test_nothing_is_accepted_or_written_where_that_is_asked(store: Path) -> None:
    before = Reader(store).current().number
    told = linked(store, *JUDGED, "--dry-run")
    assert Reader(store).current().number == before
    assert {pair["state"] for pair in told["pairs"]} == {"not written"}
    proposed = linked(store, "--propose-only", "--only", "entities")
    assert {pair["state"] for pair in proposed["pairs"]} == {"proposed"}
    assert proposed["links"] == []
    assert count(store) == "5"


def test_links_to_reference_data_are_claims_and_a_doubtful_one_waits(store: Path) -> None:
    links = {
        (link["name"], link["target"].rpartition("/reference")[2]): link["sure"]
        for link in linked(store)["links"]
    }
    assert links["JL MAG", "/organization/jl-mag"]
    assert links["Volkswagen AG", "/organization/volkswagen-ag"]
    assert links["Volkswagen Group", "/organization/volkswagen-group"]
    assert links["dysprosium", "/material/dysprosium"]
    assert not links["Volkswagen", "/organization/volkswagen-ag"]
    assert not links["Georgia", "/subdivision/US-GA"]
    query = "SELECT DISTINCT ?lei { ?x ls:lei ?lei }"
    done = run(store, "query", query, "--format", "json")
    [row] = json.loads(done.stdout)["results"]["bindings"]
    assert row["lei"]["value"] == "529900NNUPAGGOMPXZ31"
    assert json.loads(done.stdout)["provenance"]["rows"][0]["confidence"] < 1
    joined = (
        "SELECT ?m { ?x rdfs:label 'dysprosium' ; <http://www.w3.org/2004/02/skos/core#exactMatch> ?r . "
        "GRAPH <https://w3id.org/lodestone/reference> { ?m ls:covers ?r } }"
    )
    assert "cn-2025-18" in run(store, "query", joined, "--format", "csv").stdout


# --- tables


TABLE = """Supplier,Country,LEI
Jl Mag Rare-Earth Co Ltd,China,
VOLKSWAGEN AKTIENGESELLSCHAFT,Germany,529900NNUPAGGOMPXZ31
Acme Widgets,US,529900NNUPAGGOMPXZ32
Volkswagn,,
,,
=SUM(A1),,
"""
MORE = ("--property", "country=Country", "--property", "lei=LEI", "--kind", "party")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "suppliers.csv"
    path.write_text(TABLE, encoding="utf-8-sig")
    return path


def test_a_table_is_matched_and_told_without_a_write(store: Path, table: Path, tmp_path: Path) -> None:
    linked(store, "--only", "entities")
    before = Reader(store).current().number
    done = run(store, "link", table, *MORE, "--report", tmp_path / "out.csv")
    assert done.exit_code == 1, "an LEI is wrong"
    assert "line 4: '529900NNUPAGGOMPXZ32' cannot be a lei" in done.stderr
    assert Reader(store).current().number == before
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["decision"] for row in rows] == ["match", "match", "none", "review", "none"]
    assert rows[0]["match_name"].startswith("JL MAG")
    assert rows[1]["match_score"] == "97"
    assert rows[3]["match_name"].casefold().startswith("volkswagen")
    assert rows[4]["Supplier"] == "'=SUM(A1)"


@pytest.mark.parametrize(("header", "found"), [("name", "match"), ("supplier", "none")])
def test_a_column_of_suppliers_names_no_places(store: Path, tmp_path: Path, header: str, found: str) -> None:
    (tmp_path / "towns.csv").write_text(f"{header}\nGeorgia\n", encoding="utf-8")
    done = run(store, "link", tmp_path / "towns.csv", "--format", "json")
    [row] = json.loads(done.stdout)
    assert row["decision"] == found


def test_matches_are_written_where_that_is_asked(store: Path, table: Path) -> None:
    linked(store, "--only", "entities")
    done = run(store, "link", table, *MORE, "--accept")
    assert "2 rows accepted" in done.output
    query = "SELECT ?lei ?name { ?x ls:lei ?lei ; <http://www.w3.org/2004/02/skos/core#altLabel> ?name }"
    answer = json.loads(run(store, "query", query, "--format", "json").stdout)
    [row] = answer["results"]["bindings"]
    assert row["name"]["value"] == "VOLKSWAGEN AKTIENGESELLSCHAFT"
    assert {claim["source"] for claim in answer["provenance"]["claims"].values()} == {"suppliers.csv"}
    assert list(check_dataset(Reader(store).current())) == []


def test_a_reviewed_report_counts_as_it_was_decided(store: Path, table: Path, tmp_path: Path) -> None:
    linked(store, "--only", "entities")
    out = tmp_path / "out.csv"
    run(store, "link", table, *MORE, "--report", out)
    text = out.read_text(encoding="utf-8-sig").replace("Volkswagn,,,review", "Volkswagn,,,match")
    out.write_text(text.replace("CHAFT,Germany,529900NNUPAGGOMPXZ31,match", "CHAFT,Germany,,none"), "utf-8")
    refused = run(store, "link", out, "--accept")
    assert (refused.exit_code, "--by" in refused.output) == (2, True)
    done = run(store, "link", out, "--accept", "--by", "ana")
    assert "2 rows accepted" in done.output, done.output
    query = "SELECT ?n { ?x <http://www.w3.org/2004/02/skos/core#altLabel> ?n }"
    names = run(store, "query", query, "--format", "csv", "--provenance", "none").stdout.splitlines()
    assert "Volkswagn" in names
    assert not any("AKTIENGESELLSCHAFT" in name for name in names)


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--column", "nope"), "no column 'nope'; it has 'Supplier', 'Country', 'LEI'"),
        (("--property", "lei"), "say NAME=COLUMN"),
        (("--property", "color=Country"), "'color' is not known here"),
        (("--kind", "vegetable"), "neither a kind of entity"),
        (("--service", "ftp://a.example/"), "no plain http(s) address"),
        (("--service", "http://127.0.0.1:9/", "--accept"), "does not go with --service"),
    ],
)
def test_a_mistake_is_told(store: Path, table: Path, args: tuple[str, ...], told: str) -> None:
    done = run(store, "link", table, *args)
    assert done.exit_code == 2
    assert told in done.output


def test_no_store_is_made_by_the_way(tmp_path: Path, table: Path) -> None:
    for args in ((), ("--reference",), (table,)):
        done = run(tmp_path / "none", "link", *args)
        assert (done.exit_code, "no Lodestone store" in done.output) == (2, True)
        assert not (tmp_path / "none").exists()


def test_options_of_tables_want_a_table(store: Path) -> None:
    done = run(store, "link", "--accept")
    assert done.exit_code == 2
    assert "go with a CSV file" in done.output
