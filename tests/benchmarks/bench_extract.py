"""How fast articles are read: articles a second and core, the parser's share of the time, memory.

The articles are those of the tests, over and over, cut or filled up to 400 words. Run it alone.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one process is measured as one core
sys.path.insert(0, str(Path(__file__).parents[2]))

from kg.extract.batch import extract_files
from kg.extract.grammar.model import parser
from kg.extract.pipeline import SpacyExtractor
from kg.extract.reading.reader import article_of_text
from tests.benchmarks.results import Measure, record

ARTICLES = sorted((Path(__file__).parents[1] / "extract" / "articles").glob("*/*.txt"))
WORDS = 400


def texts(count: int) -> list[str]:
    """So many articles of about 400 words, no two the same."""
    bodies = [path.read_text(encoding="utf-8") for path in ARTICLES if path.parent.name != "distractors"]
    made = []
    for number in range(count):
        head, _, body = bodies[number % len(bodies)].partition("\n\n")
        filler = bodies[(number + 1) % len(bodies)].partition("\n\n")[2]
        lines, have = [], 0
        for line in (*body.splitlines(), *filler.splitlines()):
            if have >= WORDS:
                break
            lines.append(line)
            have += len(line.split())
        made.append(f"{head}\n\nItem {number}.\n" + "\n".join(lines))
    return made


def main() -> None:
    """Measures one process by its own clock, then all cores by the wall's."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--articles", type=int, default=1000)
    count = options.parse_args().articles
    sample = [article_of_text(text) for text in texts(min(count, 150))]
    extractor = SpacyExtractor()
    extractor.extract(sample[0])

    began = time.process_time()
    claims = sum(len(found) for found in extractor.extract_all(sample))
    alone = time.process_time() - began
    began = time.process_time()
    for _ in parser().pipe((line for a in sample for line in a.text[a.body :].splitlines()), batch_size=128):
        pass
    parsing = time.process_time() - began
    print(f"one core: {len(sample) / alone:.1f} articles a second of processor time, {claims} claims")
    print(f"share of the time in the parser: {min(1.0, parsing / alone):.0%}")

    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, text in enumerate(texts(count)):
            path = Path(folder, f"{number}.txt")
            path.write_text(text, encoding="utf-8")
            paths.append(path)
        began = time.perf_counter()
        found = sum(len(claims) for done in extract_files(paths) for _, claims in done.articles)
        wall = time.perf_counter() - began
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"all cores: {count} articles in {wall:.1f} s, {count / wall:.1f} a second, {found} claims")
    record(
        Measure(
            "reading an article",
            alone / len(sample),
            parsing / len(sample),
            baseline="the parser alone",
            size=len(sample),
            unit="s of one core",
            cpu=alone / len(sample),
            base_cpu=parsing / len(sample),
            peak=most / 1024,
        ),
        Measure("an article on all cores", wall / count, size=count, rows=found, peak=most / 1024),
    )
    print(f"most memory of one process: {most / 1024:.0f} MB")


if __name__ == "__main__":
    main()
