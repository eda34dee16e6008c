"""Make the README's picture from the running program.

    python tests/browser/picture.py [--chromium chromium] [--out server/docs/answer.png]

Takes the packaged brief in, serves it, asks who holds a license for Volkswagen, and has a
headless Chromium (Debian's package, driven by Playwright) take a picture of the answer.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))

from kg.cli.demo import QUESTION, free_port
from kg.dataset.writer import Writer
from kg.ingest.taking import Ingest

ROOT = Path(__file__).parents[2]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--hide-scrollbars"]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--chromium", default="chromium")
    parser.add_argument("--out", type=Path, default=ROOT / "server" / "docs" / "answer.png")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        with Writer(store) as writer:
            Ingest(writer).run([ROOT / "kg" / "example" / "brief.txt"])
        port = free_port("127.0.0.1")
        command = [sys.executable, "-m", "kg.cli", "serve", "--store", str(store), "--port", str(port)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT) as server:
            try:
                address = f"http://127.0.0.1:{port}"
                wait(address)
                page = f"{address}/sparql?{urlencode({'query': QUESTION, 'format': 'html'})}"
                take(page, args.chromium, args.out)
            finally:
                server.terminate()
    print(args.out)


def take(page: str, chromium: str, out: Path) -> None:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which(chromium), args=FLAGS)
        tab = browser.new_page(viewport={"width": 1240, "height": 960})
        tab.goto(page)
        tab.locator(".CodeMirror").wait_for()
        tab.wait_for_timeout(500)
        tab.screenshot(path=out)
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
