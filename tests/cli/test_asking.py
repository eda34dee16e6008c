"""``lodestone query`` of a store and of the server that serves it: one answer."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.cli import main
from kg.dataset.writer import Writer
from tests.dataset.conftest import grant
from tests.server.running import start, stop

BUILT = "CONSTRUCT { ?c ls:hasLicensedProducer ?p } WHERE { ?p ls:holdsLicenseFor ?c }"
SELECTED = "SELECT ?p { ?p ls:holdsLicenseFor ?c }"


def ask(*args: object) -> Result:
    return CliRunner().invoke(main, ["query", *map(str, args)])


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """A store, and the server of it, as flags."""
    folder = tmp_path_factory.mktemp("asking")
    with Writer(folder / "store") as writer:
        writer.add([grant("JL MAG", "Volkswagen")])
        writer.commit()
    server = start(folder / "store", folder)
    yield ("--store", str(folder / "store")), ("--endpoint", server.address)
    stop(server)


@pytest.mark.parametrize("form", ["table", "ttl", "trig", "nt", "nq", "jsonld", "rdf"])
@pytest.mark.parametrize(
    "more", [(), ("--provenance", "how"), ("--provenance", "none"), ("--min-origins", 2)]
)
def test_what_is_built(
    places: tuple[tuple[str, str], tuple[str, str]], form: str, more: tuple[str, ...]
) -> None:
    found = [ask(BUILT, *place, "--format", form, *more) for place in places]
    assert [done.exit_code for done in found] == [0, 0]
    shown = [done.output.partition("[1] ")[0] if form == "table" else done.output for done in found]
    assert shown[0] == shown[1]
    if form == "table":
        assert ("confidence" in shown[0]) is ("none" not in more)
    annotated = more == ("--provenance", "how") and form in ("trig", "nq", "jsonld")
    assert ("Annotation" in found[0].output) is annotated


@pytest.mark.parametrize(
    ("text", "form"), [(BUILT, "json"), (BUILT, "csv"), (SELECTED, "ttl"), ("ASK {}", "nq")]
)
def test_a_format_that_the_answer_has_not(
    places: tuple[tuple[str, str], tuple[str, str]], text: str, form: str
) -> None:
    for place in places:
        done = ask(text, *place, "--format", form)
        assert done.exit_code == 2
        assert "RDF: ask for" in done.output


def test_the_plan_of_a_query_in_a_file(
    places: tuple[tuple[str, str], tuple[str, str]], tmp_path: Path
) -> None:
    (tmp_path / "q.rq").write_text(SELECTED, encoding="utf-8")
    found = [ask(tmp_path / "q.rq", *place, "--explain", "--format", "json") for place in places]
    plans = [json.loads(done.output) for done in found]
    assert plans[0]["plain"] == plans[1]["plain"]
    assert plans[1]["provenance"]["complete"]
    assert "policy" not in plans[0]


def test_the_plan_under_a_policy(places: tuple[tuple[str, str], tuple[str, str]]) -> None:
    for place in places:
        told = ask(SELECTED, *place, "--explain", "--min-confidence", "0.3").output
        assert "answered from circuits" in told
        told = ask("CONSTRUCT WHERE { ?s ?p ?o }", *place, "--explain", "--without", "urn:x").output
        assert "triples are made of many solutions" in told


def test_a_name_that_a_policy_does_not_know_is_told(places: tuple[tuple[str, str], tuple[str, str]]) -> None:
    for place in places:
        assert (
            "Note: without=urn:nobody changes nothing"
            in ask(SELECTED, *place, "--without", "urn:nobody").output
        )


@pytest.mark.parametrize(
    ("text", "more", "told"),
    [
        ("SELECT * {", (), "This is not SPARQL 1.1: "),
        (SELECTED, ("--min-origins", "many"), "min-origins is a whole number, not 'many'"),
        (SELECTED, ("--without", "nobody"), "without is the IRI of a claim"),
    ],
)
def test_what_a_server_refuses_is_told_in_its_words(
    places: tuple[tuple[str, str], tuple[str, str]], text: str, more: tuple[str, ...], told: str
) -> None:
    done = ask(text, *places[1], *more)
    assert done.exit_code == 2
    assert told in done.output
    assert "{" not in done.output.replace(text, "")


def test_a_server_that_is_not_there() -> None:
    done = ask(SELECTED, "--endpoint", "http://127.0.0.1:9/")
    assert done.exit_code == 2
    assert "/sparql cannot be reached or fails: " in done.output
