"""``lodestone export`` by what it writes, and what it says of the rest; conflicts in ``lodestone check``."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.cli import main
from kg.dataset.writer import Writer
from tests.dataset.conftest import grant
from tests.link.exchange.conftest import fill


def run(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("exporting") / "store"
    fill(path)
    return path


@pytest.mark.parametrize(
    ("form", "words", "left_out"),
    [
        ("nquads", "<https://w3id.org/lodestone/record> .", ""),
        ("nanopub", "np:Nanopublication", "left out, as nanopub has no place for it: judgments (5)"),
        ("prov-o", "prov:qualifiedAttribution", ""),
        (
            "sssom",
            "#mapping_set_id: https://w3id.org/lodestone/snapshot/",
            "judgments that are proposed (1), judgments that are undone (1), judgments that are unsure (1)",
        ),
    ],
)
def test_each_format(store: Path, tmp_path: Path, form: str, words: str, left_out: str) -> None:
    out = tmp_path / "out"
    done = run("export", "--store", store, "--format", form, "-o", out)
    assert done.exit_code == 0
    assert words in out.read_text()
    assert left_out in done.stderr
    assert bool(done.stderr) is bool(left_out)
    assert run("export", "--store", store, "--format", form).stdout == out.read_text()


def test_prov_json_is_json(store: Path) -> None:
    told = json.loads(run("export", "--store", store, "--format", "prov-json").stdout)
    assert {"entity", "activity", "agent", "wasDerivedFrom", "prefix"} <= told.keys()


def test_what_does_not_go_together(store: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("no key")
    cases = (
        (("--format", "sssom", "--sign-key", key), "go with --format nanopub"),
        (
            ("--format", "nanopub", "--signer", "https://orcid.org/0000-0002-1825-0097"),
            "goes with --sign-key",
        ),
        (("--format", "nanopub", "--sign-key", key), "is no RSA key"),
    )
    for options, words in cases:
        done = run("export", "--store", store, *options)
        assert done.exit_code == 2
        assert words in done.stderr


def test_check_tells_where_claims_meet(tmp_path: Path) -> None:
    with Writer(tmp_path / "store") as writer:
        writer.add(
            [grant("JL MAG", "Volkswagen"), grant("JL MAG", "Volkswagen", polarity="negative", title="B")]
        )
        writer.commit()
    done = run("check", "--store", tmp_path / "store", "--no-owl", "--no-shapes")
    assert done.exit_code == 0
    assert "where claims meet: contradiction 1" in done.output
    assert "contradiction: JL MAG holds license for Volkswagen: asserted by 1 claim" in done.output


def test_check_names_what_still_says_what_was_corrected(tmp_path: Path) -> None:
    with Writer(tmp_path / "store") as writer:
        [wrong, copy] = writer.add(
            [grant("JL MAG", "Volkswagen"), grant("JL MAG", "Volkswagen", title="A copy")]
        )
        writer.add([grant("JL MAG", "Volkswagen", polarity="negative", title="B", corrects=[wrong.iri])])
        writer.commit()
    done = run("check", "--store", tmp_path / "store", "--no-owl", "--no-shapes")
    assert "1 copy of the same origin repeats it" in done.output
    for claim in (wrong, copy):
        assert f"still says so: {claim.iri}" in done.output
