import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kg.cli import main

pytest.importorskip("spacy", reason="articles need the extract extra")
ARTICLE = (
    "Title: T\nPublisher: P\nDate: 2025-05-14\n\nChina granted an export license for magnets to Acme Metals."
)


def run(*args: Any) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


@pytest.fixture
def store(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text(ARTICLE, encoding="utf-8")
    assert run("ingest", tmp_path / "a.txt", "--store", tmp_path / "store").exit_code == 0
    return tmp_path / "store"


def listed(store: Path) -> list[str]:
    return [line for line in run("review", "--store", store).output.splitlines() if line.startswith("http")]


def test_what_waits_is_listed_accepted_edited_and_rejected(store: Path, tmp_path: Path) -> None:
    [claim] = listed(store)
    accepted = run("review", "accept", claim, "--by", "ana", "--store", store)
    assert accepted.output.startswith("accepted as https://")
    assert listed(store) == []
    again = run("review", "accept", claim, "--by", "ana", "--store", store)
    assert (again.exit_code, "is superseded already" in again.output) == (2, True)

    mine = accepted.output.split()[-1]
    changes = tmp_path / "changes.json"
    changes.write_text(json.dumps({"type": "license_applied"}), encoding="utf-8")
    edited = run("review", "edit", mine, changes, "--by", "bo", "--store", store)
    assert edited.output.startswith("edited as https://")
    rejected = run(
        "review", "reject", edited.output.split()[-1], "--by", "ana", "--reason", "no", "--store", store
    )
    assert rejected.output.startswith("rejected https://")


def test_an_edit_without_sense_changes_nothing(store: Path, tmp_path: Path) -> None:
    [claim] = listed(store)
    changes = tmp_path / "changes.json"
    changes.write_text("[1]", encoding="utf-8")
    done = run("review", "edit", claim, changes, "--by", "ana", "--store", store)
    assert (done.exit_code, "should hold an object" in done.output) == (2, True)
    assert listed(store) == [claim]


def test_an_extractor_that_is_not_known_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(ARTICLE, encoding="utf-8")
    done = run("extract", tmp_path / "a.txt", "--extractor", "oracle")
    assert (done.exit_code, "known: llm, spacy" in done.output) == (2, True)
