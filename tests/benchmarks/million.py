"""A million quads in 200,000 named graphs, each graph a claim: the data of the benchmarks.

    python tests/benchmarks/million.py FOLDER [--claims 200000]

makes a store of them in FOLDER/store, unless there is one of today's format already, and tells
how much room it takes.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from kg.dataset.files import FORMAT
from kg.dataset.loading.rdf import ingest_rdf
from kg.dataset.writer import Writer
from tests.benchmarks.results import Measure, record

CLAIMS = 200_000
FIRMS = 20_000
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_DATE = "http://www.w3.org/2001/XMLSchema#date"


def write_quads(path: Path, claims: int = CLAIMS, seed: int = 1) -> int:
    """Write the data as N-Quads; gives back how many quads. The same seed gives the same data."""
    rng = random.Random(seed)  # noqa: S311 - data, no secret
    with path.open("w", encoding="utf-8") as out:
        for number in range(claims):
            graph = f"<http://example.org/claim/{number:08d}>"
            event = f"<http://example.org/event/{number:08d}>"
            producer, customer = (f"<http://example.org/firm/{rng.randrange(FIRMS)}>" for _ in range(2))
            day = f'"2025-{1 + number % 12:02d}-{1 + number % 28:02d}"^^<{_DATE}>'
            for s, p, o in (
                (event, f"<{_TYPE}>", "<http://example.org/Grant>"),
                (event, "<http://example.org/producer>", producer),
                (event, "<http://example.org/customer>", customer),
                (event, "<http://example.org/day>", day),
                (producer, "<http://example.org/holdsLicenseFor>", customer),
            ):
                out.write(f"{s} {p} {o} {graph} .\n")
    return claims * 5


def small_query(firm: int) -> str:
    """Whom one firm holds licenses for, and since when."""
    return f"""
        SELECT ?customer ?day WHERE {{
          <http://example.org/firm/{firm}> <http://example.org/holdsLicenseFor> ?customer .
          ?event <http://example.org/producer> <http://example.org/firm/{firm}> ;
                 <http://example.org/customer> ?customer ; <http://example.org/day> ?day .
        }}"""


def prepared(folder: Path, claims: int = CLAIMS) -> Path:
    """A store of so many claims, made where there is none yet."""
    store, marker = folder / "store", folder / "store.complete"
    if marker.exists() and marker.read_text(encoding="ascii") == str(FORMAT):
        return store
    shutil.rmtree(store, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as place:
        data = Path(place) / "claims.nq"
        write_quads(data, claims)
        (folder / "input.bytes").write_text(str(data.stat().st_size), encoding="ascii")
        with Writer(store) as writer:
            ingest_rdf(writer, data)
            writer.commit()
    marker.write_text(str(FORMAT), encoding="ascii")
    return store


def room(folder: Path) -> int:
    """Bytes of all files in a folder; a file that has several names counts once."""
    found = {s.st_ino: s.st_size for s in (p.stat() for p in folder.rglob("*") if p.is_file())}
    return sum(found.values())


def main() -> None:
    """Makes the store that is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--claims", type=int, default=CLAIMS, help="claims, five quads each")
    args = parser.parse_args()
    began = time.perf_counter()
    store = prepared(args.folder, args.claims)
    quads, took = 5 * args.claims, time.perf_counter() - began
    given = int((args.folder / "input.bytes").read_text(encoding="ascii"))
    record(
        Measure("disk", room(store) / quads, given / quads, "the N-Quads", size=quads, unit="bytes a quad")
    )
    print(f"{store}: {quads:,} quads, {took:.1f} s; {room(store) / quads:.0f} bytes a quad on disk")


if __name__ == "__main__":
    main()
