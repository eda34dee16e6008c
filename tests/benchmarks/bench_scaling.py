"""How the cost of provenance grows: with triples, claims per triple, rows, and operators, one at a time.

    python tests/benchmarks/bench_scaling.py [--quick] [--cpu] [--rounds 9]

Made-up entities have eight properties each; bands of 10, 100, 1,000 ... of them choose how
many rows there are. Every figure is the median of warm rounds through the Python API: without
provenance, with circuits, with circuits and confidence.
"""

import argparse
import gc
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))

from kg.dataset.loading.rdf import ingest_rdf
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.writer import Writer
from kg.query import query
from tests.benchmarks.asking import read_through
from tests.benchmarks.results import Measure, record, spread_of

EX = "http://example.org/"
PROPERTIES = 8
BAND = 100
ENOUGH = 5.0
"""Seconds after which a point gets no further round."""


@dataclass(frozen=True)
class Sizes:
    """How large everything is: entities of the stores, bands, claims per triple, operators."""

    entities: tuple[int, ...] = (500, 2_500, 12_500)
    bands: tuple[int, ...] = (10, 100, 1_000, 10_000)
    claims: tuple[int, ...] = (1, 2, 5, 10, 20, 50)
    operators: tuple[int, ...] = (1, 2, 4, 6)


QUICK = Sizes((250, 1_000, 4_000), (10, 100, 1_000), (1, 5, 20), (1, 2, 4))


def triples(entities: int, bands: Sequence[int]) -> Iterator[str]:
    """The properties of each entity, and the bands that it is in."""
    for number in range(entities):
        subject = f"<{EX}e{number}>"
        for place in range(PROPERTIES):
            other = (number * (2 * place + 3) + place) % entities
            yield f"{subject} <{EX}p{place}> <{EX}e{other}>"
        for band in bands:
            if number < band <= entities:
                yield f"{subject} <{EX}in> <{EX}band{band}>"


def stored(folder: Path, entities: int, bands: Sequence[int], copies: int = 1) -> Snapshot:
    """A store in which each triple has so many claims, each of a source of its own."""
    folder.mkdir()
    with Writer(folder / "store") as writer:
        for source in range(copies):
            path = folder / f"source-{source}.nq"
            with path.open("w", encoding="utf-8") as out:
                for number, triple in enumerate(triples(entities, bands)):
                    out.write(f"{triple} <{EX}claim/{source}/{number}> .\n")
            ingest_rdf(writer, path)
        writer.commit()
    return Reader(folder / "store").current()


def joined(patterns: int, band: int) -> str:
    """Entities of a band with so many of their properties."""
    body = " . ".join(f"?x <{EX}p{n}> ?y{n}" for n in range(patterns))
    return f"SELECT * {{ ?x <{EX}in> <{EX}band{band}> . {body} }}"


def with_operators(operator: str, count: int, band: int) -> str:
    """Entities of a band and one property, with so many of an operator."""
    if operator == "joins":
        return joined(count, band)
    start = f"?x <{EX}in> <{EX}band{band}> . ?x <{EX}p0> ?y0"
    match operator:
        case "OPTIONAL":
            more = " ".join(f"OPTIONAL {{ ?x <{EX}p{n}> ?y{n} }}" for n in range(1, count + 1))
        case "MINUS":
            more = " ".join(f"MINUS {{ ?x <{EX}p{n}> <{EX}e{n}> }}" for n in range(1, count + 1))
        case _:
            branches = " UNION ".join(f"{{ ?x <{EX}p{n}> ?z }}" for n in range(1, count + 2))
            more = branches
    return f"SELECT * {{ {start} {more} }}"


class Asker:
    """Asks a store in turns, and hands over what it took."""

    def __init__(self, rounds: int, clock: Callable[[], float]) -> None:
        self._rounds, self._clock = rounds, clock

    def axis(self, axis: str, kind: str, points: Sequence[tuple[int, Snapshot, str]]) -> None:
        """Measure along one axis; the last point is recorded as what is compared between runs, too."""
        last = None
        for size, snapshot, text in points:
            last, sure = self._measured(f"by {axis}", kind, size, snapshot, text)
            record(last, sure)
            print(
                f"{axis:18}{kind:10}{size:8,}  {last.rows:7,} rows  {(last.base or 0) * 1000:9.2f} ms plain"
                f"  {last.value * 1000:9.2f} ms with circuits  {sure.value * 1000:9.2f} ms with confidence"
                f"  {last.ratio:6.2f}",
                flush=True,
            )
        if last is not None:
            record(replace(last, name=f"provenance, most {axis}", detail=False))

    def _measured(
        self, name: str, kind: str, size: int, snapshot: Snapshot, text: str
    ) -> tuple[Measure, Measure]:
        times: dict[str, list[float]] = {"none": [], "how": [], "sure": []}
        rows = nodes = 0
        start = time.perf_counter()
        for number in range(self._rounds + 1):
            if number > 1 and time.perf_counter() - start > ENOUGH:
                break
            for mode, found in times.items():
                gc.collect()
                began = self._clock()
                if mode == "none":
                    rows = len(query(snapshot, text, provenance="none").rows)
                else:
                    answer = query(snapshot, text, confidence=mode == "sure")
                    read_through(answer)
                    nodes = len(answer.provenance.circuit) if answer.provenance else 0
                if number:
                    found.append(self._clock() - began)
        none, how, sure = (median(found) for found in times.values())
        spread = spread_of(h / n for h, n in zip(times["how"], times["none"], strict=True) if n)
        measured = Measure(name, how, none, "plain", kind, size, spread=spread, rounds=len(times["how"]))
        measured = replace(measured, rows=rows, nodes=nodes, detail=True)
        return measured, replace(measured, value=sure, base=None, baseline="", kind=f"{kind}, confidence")


def main() -> None:
    """Builds the stores and measures along each axis."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--cpu", action="store_true", help="count processor time")
    parser.add_argument("--rounds", type=int, default=9)
    args = parser.parse_args()
    sizes = QUICK if args.quick else Sizes()
    asker = Asker(args.rounds, time.process_time if args.cpu else time.perf_counter)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stores = [(n, stored(folder / f"e{n}", n, sizes.bands)) for n in sizes.entities]
        points = [(n * PROPERTIES, snapshot, joined(3, BAND)) for n, snapshot in stores]
        asker.axis("triples", "100 rows", points)
        largest = stores[-1][1]
        asker.axis("rows", "3 joins", [(band, largest, joined(3, band)) for band in sizes.bands])
        for operator in ("joins", "OPTIONAL", "MINUS", "UNION"):
            texts = [(n, largest, with_operators(operator, n, BAND)) for n in sizes.operators]
            asker.axis("operators", operator, texts)
        copies = [(n, stored(folder / f"c{n}", BAND, (BAND,), n)) for n in sizes.claims]
        texts = [(n, snapshot, joined(3, BAND)) for n, snapshot in copies]
        asker.axis("claims per triple", "100 rows", texts)


if __name__ == "__main__":
    main()
