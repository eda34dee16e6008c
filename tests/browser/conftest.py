"""One browser and one server for all tests of pages; axe looks for what keeps people out.

The browser is Debian's Chromium (``chromium`` on the path, or ``$LODESTONE_CHROMIUM``), driven by Playwright.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from kg.dataset.writer import Writer
from kg.ingest.taking import Ingest
from server.bundle import script_address
from tests.server.conftest import Names, fill
from tests.server.running import ROOT, Server, start, stop

playwright = pytest.importorskip("playwright.sync_api", reason="there is no playwright here")
Browser, BrowserContext, Page = playwright.Browser, playwright.BrowserContext, playwright.Page

AXE = ROOT / "server" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
SECONDS = 15
"""How long a page may take to get there before a test gives up."""


@dataclass(frozen=True)
class Site:
    """A served store and the names of its claims."""

    server: Server
    store: Path
    names: Names

    def path(self, pattern: str) -> str:
        """A path in which ``{grant}`` stands for the id of that claim of the store."""
        return pattern.format(**{name: iri.rpartition("/")[2] for name, iri in asdict(self.names).items()})

    def address(self, path: str) -> str:
        """The address of a page, by its path."""
        return self.server.address + path.removeprefix("/")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The store of the server's tests and the packaged brief, served. Tests that write take another one."""
    folder = tmp_path_factory.mktemp("browser")
    names = fill(folder / "store", folder / "foreign.trig")
    take_brief(folder / "store")
    server = start(folder / "store", folder)
    yield Site(server, folder / "store", names)
    stop(server)


def take_brief(store: Path) -> None:
    """Take the packaged brief into a store."""
    with Writer(store) as writer:
        Ingest(writer).run([ROOT / "kg" / "example" / "brief.txt"])


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The browser, for the tests of this folder: while Playwright runs, no other event loop can."""
    program = os.environ.get("LODESTONE_CHROMIUM") or shutil.which("chromium")
    if program is None:
        pytest.skip("there is no chromium here (LODESTONE_CHROMIUM names one elsewhere)")
    with playwright.sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=program, args=FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="session")
def bundle() -> None:
    """The scripts of the pages have been built."""
    if script_address("query") is None:
        pytest.skip("the scripts of the pages are not built (python hatch_build.py says why)")


@dataclass
class Watched:
    """A page with what went wrong in it: errors of scripts, what the policy refused, calls to elsewhere."""

    page: Page
    troubles: list[str]


Open = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[Open]:
    """Opens a page of the site in a profile of its own: ``open_page(path, **settings of the profile)``.

    At the end of the test no page may have thrown, been refused anything, or asked anybody else.
    """
    watched: list[Watched] = []
    contexts: list[BrowserContext] = []

    def open_it(path: str, **settings: object) -> Page:
        context = browser.new_context(**settings)
        context.set_default_timeout(SECONDS * 1000)
        contexts.append(context)
        page = context.new_page()
        watched.append(_watch(page, site))
        page.goto(path if path.startswith("http") else site.address(path))
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert [trouble for one in watched for trouble in one.troubles] == []


def _watch(page: Page, site: Site) -> Watched:
    found = Watched(page, [])
    home = urlsplit(site.server.address).netloc

    def asked(request: object) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != home:
            found.troubles.append(f"{page.url} asked for {request.url}")

    def said(message: object) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            found.troubles.append(f"{page.url} said {message.text}")

    page.on("request", asked)
    page.on("console", said)
    page.on("pageerror", lambda error: found.troubles.append(f"{page.url} threw {error}"))
    return found


@pytest.fixture(scope="session")
def axe() -> Callable[..., list[str]]:
    """What axe finds wrong with a page, by all rules or by some: the rule, and the elements that break it."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed (npm ci in server/frontend)")
    source = AXE.read_text(encoding="utf-8")

    def examine(page: Page, *rules: str) -> list[str]:
        options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
        if not page.evaluate("'axe' in window"):
            page.evaluate(source)  # by the debugger: the page's own policy would not let it in
        found = page.evaluate("async options => (await axe.run(document, options)).violations", options)
        return [
            f"{rule['id']} ({rule['help']}): {json.dumps([node['html'][:200] for node in rule['nodes'][:5]])}"
            for rule in found
        ]

    return examine
