"""axe finds nothing on any kind of page: wide and light, narrow and dark."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from kg.claims.document import Document, text_hash
from kg.claims.names import BASE, Names
from kg.cli.demo import QUESTION
from server.manual import chapters
from tests.browser.conftest import Open, Site
from tests.server.conftest import ARTICLE

ASKED = "/sparql?" + urlencode({"query": QUESTION, "format": "html"})
AUTOWERK = Names().entity("party", "Autowerk", None)
NOT_ALL = 'SELECT * { ?p ls:holdsLicenseFor ?c . FILTER(RAND() < 2) } #"without"'
PAGES = {
    "start": "/",
    "query": "/sparql?format=html",
    "answer": ASKED,
    "answer under a policy": f"{ASKED}&min-confidence=0.7",
    "answer without provenance": "/sparql?" + urlencode({"query": NOT_ALL, "format": "html"}),
    "ontology": "/ontology",
    "docs": "/docs",
    "questions": "/docs/questions",
    **{f"chapter {name}": f"/docs/{name}" for name in chapters()},
    "review": "/review",
    "judgments": "/judgments",
    "conflicts": "/conflicts",
    "conflicts of one": "/conflicts?" + urlencode({"about": AUTOWERK, "kind": "contradiction"}),
    "explanation": "/explain?" + urlencode({"s": AUTOWERK, "p": "rdf:type", "o": "ls:Party"}),
    "explain": "/explain",
    "claims": "/claims",
    "chosen claims": "/claims?contested=yes&q=autowerk&since=2025-01-01",
    "entities": "/entities",
    "entity": "/entity/" + AUTOWERK.rpartition("/")[2],
    "hostile entity": "/entity?" + urlencode({"iri": "urn:hostile:thing"}),
    "event": "/event/{grant}",
    "source": "/source/" + Names().source("organization", "Example Wire", None, "").rpartition("/")[2],
    "document": "/document/" + Document(hash=text_hash(ARTICLE)).key[:32],
    "search": "/claims?q=Autowerk",
    "claim": "/claim/{grant}",
    "claim of an older version": "/claim/{grant}?version=1",
    "edit": "/review/edit?subject=" + BASE + "claim/{follow}",
    "retracted claim": "/claim/{wrong}",
    "hostile claim": "/claim/{hostile}",
    "mistake": "/sparql?format=html&query=nonsense",
    "nothing there": "/claim/none",
}
"""A page of each kind, by its path on the site; ``{grant}`` and so on are ids of its claims."""

NARROW = ("color-contrast", "scrollable-region-focusable", "target-size")
"""Rules that another width or other colours may break."""


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(name: str, site: Site, open_page: Open, axe: Callable[..., list[str]]) -> None:
    page = open_page(site.path(PAGES[name]), viewport={"width": 1280, "height": 900})
    assert axe(page) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    assert axe(page, *NARROW) == []


def test_judgments_one_by_one(open_page: Open, axe: Callable[..., list[str]]) -> None:
    page = open_page("/judgments", viewport={"width": 1280, "height": 900})
    page.locator(".line h3 a").first.click()
    page.wait_for_url("**/judgment/*")
    assert axe(page) == []
