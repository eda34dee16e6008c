"""``lodestone judge``: two things, a list, and back."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.cli import main
from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from ontology.vocab import LS
from tests.dataset.conftest import grant
from tests.dataset.judged import JL, JL_MAG, VW, named

WHY = ("--reason", "one register entry", "--by", "A. Analyst")


@pytest.fixture
def claims(path: Path) -> list[str]:
    with Writer(path) as writer:
        added = writer.add(
            [
                grant(named("JL MAG", JL_MAG), named("Volkswagen", VW)),
                grant(named("JL", JL), named("Volkswagen", VW), title="Another report"),
            ]
        )
        writer.commit()
    return [one.iri for one in added]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store"


def run(path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["judge", *arguments, "--store", str(path)])


def test_two_things_are_judged_listed_and_parted_again(path: Path, claims: list[str]) -> None:
    done = run(path, JL, JL_MAG, "--same", "--confidence", "0.9", *WHY)
    assert (done.exit_code, done.output.splitlines()[0]) == (0, "accepted: JL is the same as JL MAG")
    judgment = done.output.splitlines()[1]
    assert Reader(path).current().clusters.canonical(JL_MAG) == JL
    listed = run(path, "--list").output
    assert judgment in listed
    assert "one register entry" in listed
    undone = run(path, "--undo", judgment.rpartition("/")[2], *WHY)
    assert (undone.exit_code, undone.output) == (0, f"undone {judgment}\n")
    assert run(path, "--undo", judgment, *WHY).output == f"{judgment} was undone before\n"
    assert not Reader(path).current().clusters
    assert run(path, "--list").output == "0 judgments\n"


def test_events_may_be_named_by_their_claims(path: Path, claims: list[str]) -> None:
    local = [claim.removeprefix("https://w3id.org/lodestone/") for claim in claims]
    done = run(path, *local, "--same", *WHY)
    assert done.exit_code == 0, done.output
    snapshot = Reader(path).current()
    events = [snapshot.node(claim).get(LS.event) or "" for claim in claims]
    assert set(snapshot.clusters.cluster(events[0])) == set(events)


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        ((JL, JL_MAG, "--same"), 2, "--reason and --by"),
        ((JL, "--same", *WHY), 2, "LEFT and RIGHT"),
        ((JL, JL_MAG, *WHY), 2, "--same, --different or --unsure"),
        (("JL MAG", "JL", "--same", *WHY), 2, "not an absolute IRI"),
        ((JL, JL, "--same", *WHY), 2, "against itself"),
        ((JL, JL_MAG, "--same", "--confidence", "2", *WHY), 2, "less than or equal to 1"),
        ((JL, JL_MAG, "--same", "--list"), 2, "goes alone"),
        (("--undo", "nothing", *WHY), 2, "there is no judgment"),
        ((JL, "urn:new", "--same", *WHY), 0, "nothing in the store mentions <urn:new> yet"),
        ((JL, JL_MAG, "--same", "--propose", *WHY), 0, "proposed: JL is the same as JL MAG"),
    ],
)
def test_what_it_says(
    path: Path, claims: list[str], arguments: tuple[str, ...], status: int, words: str
) -> None:
    done = run(path, *arguments)
    assert (done.exit_code, words in done.output + done.stderr) == (status, True), done.output


def test_a_conflict_names_the_judgment_in_the_way(path: Path, claims: list[str]) -> None:
    different = run(path, JL, VW, "--different", *WHY).output.splitlines()[1]
    done = run(path, JL, VW, "--same", *WHY)
    assert done.exit_code == 2
    assert different in done.output + done.stderr
