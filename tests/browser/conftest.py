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

from kg.cli.linking import Within, run_within
from kg.dataset.writer import Writer
from kg.ingest.taking import Ingest
from server.bundle import script_address
from tests.server.conftest import Names, fill
from tests.server.running import ROOT, Server, start, stop

playwright = pytest.importorskip("playwright.sync_api", reason="there is no playwright here")
Browser, BrowserContext = playwright.Browser, playwright.BrowserContext
Page, Locator = playwright.Page, playwright.Locator

AXE = ROOT / "server" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
TOKEN = "a token of the tests"  # noqa: S105 - it opens nothing else
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
    """The store of the server's tests, the packaged brief, and what is of this folder, served.

    Tests that write leave alone what others look at.
    """
    folder = tmp_path_factory.mktemp("browser")
    names = fill(folder / "store", folder / "foreign.trig")
    take(folder / "store", folder)
    server = start(folder / "store", folder, token=TOKEN)
    yield Site(server, folder / "store", names)
    stop(server)


def take(store: Path, folder: Path) -> None:
    """Take the packaged brief into a store, two refusals of firms that may be one, and what is hostile."""
    refusals = folder / "refusals.jsonl"
    refusals.write_text("\n".join(json.dumps(refusal(*firm)) for firm in FIRMS), encoding="utf-8")
    hostile = folder / "hostile.trig"
    hostile.write_text(HOSTILE, encoding="utf-8")
    with Writer(store) as writer:
        Ingest(writer).run([ROOT / "kg" / "example" / "brief.txt", refusals, hostile])
    run_within(store, Within(accept=False, events=False, reference=False), form="json", wait=10)


FIRMS = (("Nordhavn Magnets", "Daily Example"), ("Nordhavn Magnets GmbH", "Weekly Example"))
"""Two names that the linker proposes to be one, each with who reports of it."""


def refusal(firm: str, outlet: str) -> dict[str, object]:
    """A report that a firm was refused a license for Kestrel Motors."""
    return {
        "type": "license_denied",
        "roles": {"producer": firm, "customer": "Kestrel Motors"},
        "document": {"title": f"{firm} refused", "publisher": outlet, "published": "2025-06-02"},
        "attribution": [{"kind": "publisher", "name": outlet}],
        "assessment": {"reliability": "B", "credibility": 2},
    }


LONG = 100_000
HOSTILE = f"""
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix ls: <https://w3id.org/lodestone/ontology#> .
<urn:hostile:claim> {{
  <urn:hostile:thing> rdfs:label "{"long " * (LONG // 5)}", "<img src=x onerror=alert(1)>", "\u202egnp.exe" ;
    ls:locatedIn <javascript:alert(2)> ; rdfs:seeAlso <data:text/html,%3Cscript%3Ealert(3)%3C/script%3E> .
  <javascript:alert(2)> rdfs:label "</title><script>alert(4)</script>" .
}}
"""
"""A claim made of what must not be run, believed or let through at length."""


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

    context: BrowserContext
    page: Page
    troubles: list[str]
    size: dict[str, int]
    taken: bool = False


Open = Callable[..., Page]


Pool = dict[str, list[Watched]]


@pytest.fixture(scope="package")
def pool() -> Pool:
    """Pages that tests have opened, by the settings of their profiles: to make one takes most of a second."""
    return {}


@pytest.fixture
def open_page(browser: Browser, site: Site, pool: Pool) -> Iterator[Open]:
    """Opens a page of the site in a profile of its own: ``open_page(path, **settings of the profile)``.

    A profile is used again by later tests once nothing is left in it. At the end of the
    test no page may have thrown, been refused anything, or asked anybody else.
    """
    watched: list[Watched] = []

    def open_it(path: str, **settings: object) -> Page:
        alike = pool.setdefault(repr(sorted(settings.items())), [])
        one = next((one for one in alike if not one.taken), None)
        if one is None:
            context = browser.new_context(**settings)
            context.set_default_timeout(SECONDS * 1000)
            one = _watch(context, site)
            alike.append(one)
        one.taken = True
        watched.append(one)
        one.page.goto(path if path.startswith("http") else site.address(path))
        return one.page

    yield open_it
    troubles = [trouble for one in watched for trouble in one.troubles]
    for key in pool:
        pool[key] = [one for one in pool[key] if not one.taken or _is_left_as_new(one)]
    assert troubles == []


def _is_left_as_new(one: Watched) -> bool:
    """Forget what a test did in a profile; what went wrong in one is not used again."""
    if one.troubles or len(one.context.pages) != 1:
        one.context.close()
        return False
    one.page.evaluate("localStorage.clear(), sessionStorage.clear()")
    one.context.clear_cookies()
    one.page.emulate_media(media="null", color_scheme="null")
    one.page.set_viewport_size(one.size)
    one.taken = False
    return True


def _watch(context: BrowserContext, site: Site) -> Watched:
    page = context.new_page()
    found = Watched(context, page, [], page.viewport_size)
    home = urlsplit(site.server.address).netloc

    def asked(request: object) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != home:
            found.troubles.append(f"{page.url} asked for {request.url}")

    def said(message: object) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            found.troubles.append(f"{page.url} said {message.text}")

    def offered(dialog: object) -> None:
        found.troubles.append(f"{page.url} opened a dialog: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", offered)
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
        options = {"resultTypes": ["violations"], "selectors": False} | (
            {"runOnly": list(rules)} if rules else {}
        )
        if not page.evaluate("'axe' in window"):
            page.evaluate(source)  # by the debugger: the page's own policy would not let it in
        found = page.evaluate("async options => (await axe.run(document, options)).violations", options)
        return [
            f"{rule['id']} ({rule['help']}): {json.dumps([node['html'][:200] for node in rule['nodes'][:5]])}"
            for rule in found
        ]

    return examine
