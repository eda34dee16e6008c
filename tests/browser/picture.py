"""Make the README's pictures from the running program.

    python tests/browser/picture.py [NAME…] [--chromium chromium] [--out server/docs]

Takes the packaged brief and some reports of our own in, serves them, and has a headless
Chromium (Debian's package, driven by Playwright) take a picture of each of the main pages.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))

from kg.cli.demo import QUESTION, free_port
from kg.dataset.snapshots import Reader
from kg.dataset.text.search import Ask
from kg.dataset.writer import Writer
from kg.ingest.taking import Ingest
from ontology.vocab import LS

ROOT = Path(__file__).parents[2]
COLOURS = 128
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--hide-scrollbars"]


REPORTS = (
    {"name": "Example Daily", "published": "2025-05-20", "reliability": "C", "credibility": 3},
    {"name": "Example Wire", "published": "2025-05-16", "reliability": "B", "credibility": 2},
    {
        "name": "Volkswagen",
        "kind": "spokesperson",
        "published": "2025-06-10",
        "reliability": "B",
        "credibility": 4,
        "polarity": "negative",
    },
)
"""Who else says that the producer in Baotou holds a license for Volkswagen, or denies it."""

PRODUCER = "https://w3id.org/lodestone/entity/a-magnet-producer-in-baotou-facba541356ce0f193ee"
ANSWER = f"/sparql?{urlencode({'query': QUESTION, 'format': 'html'})}"


def record(report: Mapping[str, Any]) -> dict[str, Any]:
    """A report as a record of a claim."""
    name = report["name"]
    return {
        "type": "license_granted",
        "roles": {
            "producer": {"text": "a magnet producer in Baotou", "iri": PRODUCER},
            "customer": "Volkswagen",
        },
        "attribution": [{"kind": report.get("kind", "publisher"), "name": name}],
        "document": {"title": f"{name} on licenses", "publisher": name, "published": report["published"]},
        "polarity": report.get("polarity", "positive"),
        "assessment": {k: report[k] for k in ("reliability", "credibility")},
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="answer, start, claim, document, entity")
    parser.add_argument("--chromium", default="chromium")
    parser.add_argument("--out", type=Path, default=ROOT / "server" / "docs")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        pages = fill(store, Path(folder) / "reports.jsonl")
        port = free_port("127.0.0.1")
        command = [sys.executable, "-m", "kg.cli", "serve", "--store", str(store), "--port", str(port)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT) as server:
            try:
                address = f"http://127.0.0.1:{port}"
                wait(address)
                take({n: address + pages[n] for n in args.names or pages}, args.chromium, args.out)
            finally:
                server.terminate()


def fill(store: Path, reports: Path) -> dict[str, str]:
    """Make a store; gives back the path of each page of which there is a picture."""
    reports.write_text("\n".join(json.dumps(record(r)) for r in REPORTS), encoding="utf-8")
    with Writer(store) as writer:
        Ingest(writer).run([ROOT / "kg" / "example" / "brief.txt"])
        Ingest(writer).run([reports])
    snapshot = Reader(store).current()
    assert snapshot.text is not None
    [claim] = snapshot.text.claims(Ask(text='"late April"')).claims
    document = snapshot.node(claim).need(LS.document)
    base = snapshot.names.base
    return {
        "answer": ANSWER,
        "start": "/",
        "claim": "/" + claim.removeprefix(base),
        "document": "/" + document.removeprefix(base),
        "entity": "/" + PRODUCER.removeprefix(base),
    }


def take(pages: Mapping[str, str], chromium: str, folder: Path) -> None:
    """Take a picture of each page, the upper part of it."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which(chromium), args=FLAGS)
        for name, address in pages.items():
            tab = browser.new_page(viewport={"width": 1240, "height": 960})
            tab.goto(address)
            if name == "answer":
                tab.locator(".CodeMirror").wait_for()
                tab.wait_for_timeout(500)
            out = folder / f"{name}.png"
            taken = Image.open(BytesIO(tab.screenshot())).convert("RGB")
            taken.quantize(COLOURS, dither=Image.Dither.NONE).save(out, optimize=True)
            print(f"{out} {out.stat().st_size // 1000} kB")
        browser.close()


def wait(address: str) -> None:
    for _ in range(200):
        try:
            with urlopen(f"{address}/health/ready", timeout=1):  # noqa: S310 - our own address
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    main()
