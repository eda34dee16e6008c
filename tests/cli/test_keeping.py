"""``backup``, ``restore``, ``upgrade`` and ``purge`` as commands."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.cli import main
from kg.dataset.files import FORMAT
from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from kg.errors import ClaimGone
from kg.update import update
from ontology.vocab import LS
from tests.dataset.conftest import grant


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(main, list(map(str, arguments)))
    return done.exit_code, done.output


def test_a_store_is_backed_up_restored_upgraded_and_purged(tmp_path: Path) -> None:
    store, copy, again = tmp_path / "store", tmp_path / "copy", tmp_path / "again"
    with Writer(store) as writer:
        [added] = writer.add([grant("Producer", "Customer", quote={"exact": "words of a source"})])
        writer.commit()
    assert run("backup", copy, "--store", store)[0] == 0
    assert run("backup", copy, "--store", store)[0] == 2
    assert run("restore", copy, "--store", again)[0] == 0
    assert run("upgrade", "--store", again) == (0, f"{again} has format {FORMAT}: there was nothing to do\n")
    document = Reader(again).current().node(added.iri).need(LS.document)
    assert run("purge", "no-such-document", "--reason", "x", "--store", again)[0] == 2
    status, told = run("purge", document, "--reason", "protection of a source", "--store", again)
    assert status == 0
    assert "its text, and 1 claim; older versions are gone" in told
    with pytest.raises(ClaimGone, match="protection of a source"):
        Reader(again).current().claim(added.iri)
    line = json.loads((again / "audit.jsonl").read_text().splitlines()[-1])
    assert (line["what"], line["on"]["document"]) == ("purge", document)


def test_restore_says_what_check_says(tmp_path: Path) -> None:
    store, copy, again = tmp_path / "store", tmp_path / "copy", tmp_path / "again"
    with Writer(store) as writer:
        update(writer, f"INSERT DATA {{ <urn:x> a <{LS.Event}>, <{LS.Place}> }}")
        writer.commit()
    assert run("backup", copy, "--store", store)[0] == 0
    status, checked = run("check", "--store", store)
    assert status == 1
    finding = checked.splitlines()[0]
    assert "consistent with the ontology" in finding
    status, restored = run("restore", copy, "--store", again)
    assert status == 1
    assert restored.splitlines()[0].split(": ")[2:] == finding.split(": ")[2:]
    assert "1 findings" in restored
    assert "everything holds" not in restored
    assert Reader(again).current().iri == Reader(store).current().iri
    assert run("restore", copy, "--store", tmp_path / "third", "--no-owl")[1].endswith("everything holds\n")


def test_a_store_is_compacted(tmp_path: Path) -> None:
    store = tmp_path / "store"
    with Writer(store) as writer:
        for number in range(3):
            writer.add([grant(f"Producer {number}", "Customer")])
            writer.commit()
    status, told = run("compact", "--store", store, "--keep", 1)
    assert status == 0
    assert "kept from now on: the last 1 versions" in told
    assert Reader(store).layout.versions() == (5,)
    assert run("compact", "--store", tmp_path / "none")[0] == 2
    assert not (tmp_path / "none").exists()
