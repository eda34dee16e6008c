"""WatDiv's data as stores of claims, in three layouts: what the benchmarks of provenance ask.

    python tests/benchmarks/watdiv.py FOLDER [--scale 1|10 | --generate MILLIONS] [--layout 1|5|20]

In layout 1 each triple is a claim of its own and every third is asserted by a second one;
in layout 5 a claim states five triples in a row and every third has a second beside it, which
takes a fifth of the room; in layout 20 a tenth of the triples have 20 claims each. The claims
come from ten (twenty) sources, each a file of N-Quads that is taken in as any other. Beside the
store there are two of the bare engine: ``plain`` holds the triples, ``claims`` one named graph per claim.
What is complete, and of today's store format, is used as it is.
"""

import argparse
import gzip
import lzma
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

sys.path.insert(0, str(Path(__file__).parents[2]))

from pyoxigraph import RdfFormat, Store

from kg.dataset.files import FORMAT
from kg.dataset.loading.rdf import ingest_rdf
from kg.dataset.writer import Writer
from tests.benchmarks.shape import triples_like_watdiv

SHARED = Path(os.environ.get("LODESTONE_SHARED") or Path(__file__).parents[3] / "shared") / "watdiv"
FILES = {1: "w1.nt.gz", 10: "w10.nt.xz"}
_TRIPLES = {1: 109_860, 10: 1_071_557}
SOURCES = {1: 10, 5: 10, 20: 20}
_STATED = {1: 1, 5: 5, 20: 1}
LAYOUTS = tuple(SOURCES)


@dataclass(frozen=True)
class Data:
    """The stores of one data set in one layout.

    ``generated`` is in millions of triples; without it the data are WatDiv's at ``scale``.
    """

    root: Path
    scale: int = 1
    layout: int = 1
    generated: float | None = None

    @property
    def name(self) -> str:
        """The data set: ``w10`` or ``g2.5``."""
        return f"w{self.scale}" if self.generated is None else f"g{self.generated:g}"

    @property
    def plain(self) -> Path:
        """The bare triples."""
        return self.root / self.name / "plain"

    @property
    def _folder(self) -> Path:
        return self.root / self.name / f"layout-{self.layout}"

    @property
    def store(self) -> Path:
        """The Lodestone store."""
        return self._folder / "store"

    @property
    def claims(self) -> Path:
        """One named graph per claim, and nothing else."""
        return self._folder / "claims"

    @property
    def quads(self) -> int:
        """How many quads the claims have, about."""
        triples = _TRIPLES[self.scale] if self.generated is None else self.generated * 1_000_000
        return round(triples * (2.9 if self.layout == 20 else 4 / 3))

    def triples(self) -> Iterator[str]:
        """The triples, a line of N-Triples each."""
        if self.generated is not None:
            yield from triples_like_watdiv(int(self.generated * 1_000_000))
            return
        path = SHARED / FILES[self.scale]
        with gzip.open(path, "rt") if path.suffix == ".gz" else lzma.open(path, "rt") as lines:
            yield from lines


def prepared(root: Path, scale: int = 1, layout: int = 1, generated: float | None = None) -> Data:
    """The stores, built where they are not complete yet."""
    data = Data(root, scale, layout, generated)
    if not _is_complete(data.plain):
        _build(data.plain, lambda: _bulk_load(data.plain, data.triples()))
    if not (_is_complete(data.store) and _is_complete(data.claims)):
        files = root / data.name / f"quads-{layout}"
        files.mkdir(exist_ok=True)
        paths = write_claims(data.triples(), layout, files)
        _build(data.claims, lambda: _load_files(data.claims, paths))
        _build(data.store, lambda: _ingest(data.store, paths))
        shutil.rmtree(files)
    return data


def write_claims(triples: Iterable[str], layout: int, folder: Path) -> list[Path]:
    """Write the claims of all triples, a file of N-Quads for each source."""
    count = SOURCES[layout]
    paths = [folder / f"source-{number:02d}.nq" for number in range(count)]
    with ExitStack() as stack:
        files = [stack.enter_context(path.open("w", encoding="utf-8")) for path in paths]
        for number, line in enumerate(triples):
            triple = line.rstrip().removesuffix(".").rstrip()
            claim = number // _STATED[layout]
            drawn = triple if _STATED[layout] == 1 else str(claim)
            for source in sources_of(drawn, claim, layout):
                graph = f"<http://example.org/claim/{source}/{claim}>"
                files[source].write(f"{triple} {graph} .\n")
    return paths


def sources_of(drawn: str, number: int, layout: int) -> list[int]:
    """The sources that make the claim of that number, by what stands for it in the draw."""
    count, draw = SOURCES[layout], crc32(drawn.encode())
    if layout == 20:
        return list(range(count)) if draw % 10 == 0 else [number % count]
    first = number % count
    return [first, (first + 1 + draw % (count - 1)) % count] if draw % 3 == 0 else [first]


def _is_complete(store: Path) -> bool:
    marker = store.with_suffix(".complete")
    return marker.exists() and marker.read_text(encoding="ascii") == str(FORMAT)


def _build(store: Path, build: Callable[[], None]) -> None:
    """Build a store from nothing."""
    if _is_complete(store):
        return
    shutil.rmtree(store, ignore_errors=True)
    store.parent.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    build()
    store.with_suffix(".complete").write_text(str(FORMAT), encoding="ascii")
    print(f"built {store} in {time.perf_counter() - began:.1f} s", file=sys.stderr)


def _bulk_load(path: Path, lines: Iterable[str]) -> None:
    store = Store(str(path))
    raw = path.with_suffix(".nt")
    with raw.open("w", encoding="utf-8") as out:
        out.writelines(line if line.endswith("\n") else f"{line}\n" for line in lines)
    store.bulk_load(path=str(raw), format=RdfFormat.N_TRIPLES)
    raw.unlink()
    store.optimize()


def _load_files(path: Path, files: Iterable[Path]) -> None:
    store = Store(str(path))
    for file in files:
        store.bulk_load(path=str(file), format=RdfFormat.N_QUADS)
    store.optimize()


def _ingest(path: Path, files: Iterable[Path]) -> None:
    with Writer(path) as writer:
        for file in files:
            report = ingest_rdf(writer, file)
            if report.rejected:
                raise SystemExit(f"{file}: {report.rejected[0]}")
        writer.commit()


def data_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments that choose a data set and a layout."""
    parser.add_argument("folder", type=Path, nargs="?", help="where the stores are, or are to be built")
    parser.add_argument("--scale", type=int, choices=FILES, default=1)
    parser.add_argument("--generate", type=float, metavar="MILLIONS", help="generated data instead")
    parser.add_argument("--layout", type=int, choices=LAYOUTS, default=1)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    data_arguments(parser)
    args = parser.parse_args()
    if args.folder is None:
        parser.print_usage()
        return
    data = prepared(args.folder, args.scale, args.layout, args.generate)
    for store in (data.plain, data.claims, data.store):
        print(store)


if __name__ == "__main__":
    main()
