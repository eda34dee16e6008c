"""Articles into shards on a cluster of this machine: two workers beside one, and what is left to one process.

The articles are made of lines of those of the tests, no two alike. Starting workers and loading their
models is told apart. Run it alone; beside other work only the processor times mean something.
"""

import argparse
import random
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from kg.claims.names import Names
from kg.dataset.writer import Writer
from kg.ingest.cluster.engine import connected, warmed
from kg.ingest.cluster.reading import ClusterReading
from kg.ingest.cluster.results import WorkFolder
from kg.ingest.cluster.sharding import Sharding, prepared
from kg.ingest.taking import Ingest
from tests.benchmarks.bench_extract import ARTICLES
from tests.benchmarks.results import Measure, record

WORDS = 400
AIM = 1.8


def written(folder: Path, count: int) -> list[Path]:
    """So many articles of about 400 words, each of lines drawn from all."""
    texts = [path.read_text(encoding="utf-8") for path in ARTICLES if path.parent.name != "distractors"]
    lines = [line for text in texts for line in text.partition("\n\n")[2].splitlines() if line.strip()]
    draw = random.Random(1)  # noqa: S311 - articles, no secret
    paths = []
    for number in range(count):
        chosen: list[str] = []
        while sum(len(line.split()) for line in chosen) < WORDS:
            chosen.append(draw.choice(lines))
        head = f"Title: Item {number}\nPublisher: Paper {number % 40}\nDate: 2025-05-14\n\n"
        path = folder / f"{number:06}.txt"
        path.write_text(head + "\n\n".join(chosen) + "\n", encoding="utf-8")
        paths.append(path)
    return paths


@dataclass(frozen=True)
class Ran:
    """One run: seconds by the wall, and of the processors, of this process and of the workers."""

    start: float
    wall: float
    here: float
    there: float
    claims: int


def run(workers: int, paths: list[Path], out: Path) -> Ran:
    """Make shards with so many workers."""
    began = time.perf_counter()
    with connected(f"local:{workers}") as client:
        reader = warmed(client, None)
        start = time.perf_counter() - began
        recorded = prepared(out)
        before = sum(client.run(time.process_time).values())
        wall, here = time.perf_counter(), time.process_time()
        reading = ClusterReading(client, WorkFolder(out / ".work"), reader)
        done = Sharding(reading, out, Names(), recorded, None).write(paths)
        wall, here = time.perf_counter() - wall, time.process_time() - here
        there = sum(client.run(time.process_time).values()) - before
    return Ran(start, wall, here, there, done.claims)


def main() -> None:
    """Measure one worker, two, and the load of the shards."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--articles", type=int, default=400)
    options.add_argument("--rounds", type=int, default=1)
    given = options.parse_args()
    count = given.articles
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "in").mkdir()
        paths = written(Path(folder) / "in", count)
        found: dict[int, Ran] = {}
        for number in range(given.rounds):
            for workers in (1, 2):
                ran = run(workers, paths, Path(folder) / f"shards-{workers}-{number}")
                found[workers] = min(found.get(workers, ran), ran, key=lambda one: one.wall)
                print(
                    f"{workers} worker{'s' * (workers > 1)}: {count / ran.wall:.1f} articles a second "
                    f"({ran.wall:.1f} s, {ran.claims / count:.1f} claims an article; "
                    f"{ran.start:.1f} s to start); "
                    f"processor time an article: {ran.there / count * 1000:.1f} ms there, "
                    f"{ran.here / count * 1000:.1f} ms here"
                )
        one, two = found[1], found[2]
        most = 2 * two.there / (two.there + two.here)
        print(f"two workers ÷ one: {one.wall / two.wall:.2f} (aim {AIM}; on two cores at most {most:.2f})")
        print(f"workers that one process here can keep busy: {two.there / two.here:.0f}")
        with Writer(Path(folder) / "store") as writer:
            began = time.perf_counter()
            Ingest(writer).run([Path(folder) / f"shards-2-{given.rounds - 1}"])
            load = time.perf_counter() - began
        print(f"taking the shards in: {count / load:.1f} articles, {two.claims / load:.0f} claims a second")
    record(
        Measure(
            "shards",
            two.wall / count,
            one.wall / count,
            "one worker",
            "two workers",
            count,
            aim=round(1 / AIM, 3),
            rounds=given.rounds,
            cpu=two.here + two.there,
            base_cpu=one.here + one.there,
        ),
        Measure("taken in", load / count, None, kind="of shards", size=count),
    )


if __name__ == "__main__":
    main()
