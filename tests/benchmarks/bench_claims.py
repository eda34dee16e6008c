"""Taking in 1,000 claims from JSON Lines: validation, encoding, commit and publishing.

    python tests/benchmarks/bench_claims.py [--claims 1000] [--rounds 3]

The baseline is reading the same file with the standard library's ``json`` alone.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))

from kg.dataset.writer import Writer
from kg.ingest.taking import Ingest
from tests.benchmarks.results import Measure, record, spread_of


def write_claims(path: Path, count: int) -> None:
    """Grants with all that a claim can have, told by ten documents."""
    with path.open("w", encoding="utf-8") as out:
        for number in range(count):
            words = f"Producer {number % 300} received an export license for Customer {number % 40}"
            record = {
                "type": "license_granted",
                "quote": {"exact": words, "start": 100 * number, "end": 100 * number + len(words)},
                "roles": {
                    "authority": {"text": "China"},
                    "producer": {"text": f"Producer {number % 300}"},
                    "licensee": {"text": f"Producer {number % 300}"},
                    "customer": {"text": f"Customer {number % 40}"},
                    "product": {"text": "rare earth magnets"},
                },
                "quantity": {"value": 1 + number % 5, "qualifier": "at_least", "unit": "licenses"},
                "when": {"text": "late April", "edtf": "2025-04-21/2025-04-30"},
                "attribution": [
                    {"kind": "anonymous_sources", "count": 3, "text": "Three sources"},
                    {"kind": "organization", "name": "Reuters", "text": "Reuters"},
                    {"kind": "publisher", "name": f"Outlet {number % 10}"},
                ],
                "modality": "reported",
                "polarity": "positive",
                "document": {"title": f"Article {number % 10}", "publisher": f"Outlet {number % 10}"},
                "assessment": {
                    "reliability": "B",
                    "credibility": 2,
                    "reason": "an agency with three sources",
                },
            }
            out.write(json.dumps(record) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--claims", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "claims.jsonl"
        write_claims(data, args.claims)
        took, read, spent = [], [], []
        for number in range(args.rounds):
            began = time.perf_counter()
            for line in data.read_text(encoding="utf-8").splitlines():
                json.loads(line)
            read.append(time.perf_counter() - began)
            began, processor = time.perf_counter(), time.process_time()
            with Writer(Path(folder) / f"store-{number}") as writer:
                report = Ingest(writer).run([data])
            took.append(time.perf_counter() - began)
            spent.append(time.process_time() - processor)
            if report.claims_new != args.claims or not report.clean:
                raise SystemExit(f"not all claims were taken in: {report}")
    rate = args.claims / median(took)
    print(f"{args.claims:,} claims in {median(took):.2f} s: {rate:,.0f} claims/s (aim: at least 500)")
    record(
        Measure(
            "taking in a claim",
            median(took) / args.claims,
            median(read) / args.claims,
            baseline="reading its JSON",
            size=args.claims,
            spread=spread_of(t / r for t, r in zip(took, read, strict=True)),
            rounds=args.rounds,
            cpu=median(spent) / args.claims,
        ),
        Measure(
            "taking in a claim", median(took) / args.claims, size=args.claims, aim=1 / 500, rounds=args.rounds
        ),
    )
    print(f"taking in ÷ reading the JSON alone: {median(took) / median(read):,.0f}")


if __name__ == "__main__":
    main()
