"""A bulk load takes bounded memory, and packed files are what they hold."""

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from kg.ingest.taking import Ingest

GROWTH_MB = 300
"""What ten times the input may take more: some pieces of N-Quads and some runs of lines."""

CHILD = """
import resource, sys
from pathlib import Path
from kg.dataset.writer import Writer
from kg.ingest.taking import Ingest

with Writer(Path(sys.argv[1])) as writer:
    writer.load_memory = 400 * 1024 * 1024
    Ingest(writer).run([Path(sys.argv[2])])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def peak(folder: Path, claims: int) -> int:
    """Megabytes that a load of so many claims takes, in a process of its own."""
    data = folder / f"{claims}.nq"
    with data.open("w", encoding="utf-8") as out:
        for n in range(claims):
            for m in range(5):
                out.write(
                    f"<http://example.org/s/{n}> <http://example.org/p/{m}> <http://example.org/o/{n}> "
                )
                out.write(f"<http://example.org/claim/{n}> .\n")
    command = [sys.executable, "-c", CHILD, str(folder / f"store-{claims}"), str(data)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True, timeout=280).stdout)


def test_memory_does_not_grow_with_the_input(tmp_path: Path) -> None:
    assert peak(tmp_path, 40_000) - peak(tmp_path, 4_000) < GROWTH_MB


@pytest.mark.parametrize(
    "content",
    [b"no gzip at all", gzip.compress(b"<urn:a> <urn:b> <urn:c> .\n", mtime=0)[:-9]],
    ids=["other", "cut"],
)
def test_a_broken_packed_file_is_kept_apart(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.nt.gz").write_bytes(content)
    with Writer(tmp_path / "store") as writer:
        report = Ingest(writer).run([tmp_path / "a.nt.gz"])
    assert "cannot be unpacked" in report.quarantined[0].reason
    assert report.quarantined[0].copy.endswith("a.nt.gz")


def test_a_packed_file_is_what_it_holds(tmp_path: Path) -> None:
    text = "<urn:a> <urn:b> <urn:c> <urn:g> .\n<urn:a> <urn:b> <urn:d> .\n"
    (tmp_path / "a.nq.gz").write_bytes(gzip.compress(text.encode()))
    (tmp_path / "again.nq").write_text(text, encoding="utf-8")
    with Writer(tmp_path / "store") as writer:
        report = Ingest(writer).run([tmp_path / "a.nq.gz", tmp_path / "again.nq"])
    assert (report.claims_new, report.claims_known, report.base_new) == (1, 1, 1)
    snapshot = Reader(tmp_path / "store").current()
    assert snapshot.query("ASK { <urn:a> <urn:b> <urn:c>, <urn:d> }")
    assert snapshot.claim("urn:g").claim.document.title == "a.nq"
