"""axe finds nothing on any page: wide and light, narrow and dark."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from kg.claims.document import Document, text_hash
from kg.claims.names import Names
from kg.cli.demo import QUESTION
from tests.browser.conftest import Open, Site
from tests.server.conftest import ARTICLE

ASKED = "/sparql?" + urlencode({"query": QUESTION, "format": "html"})
PAGES = {
    "start": "/",
    "query": "/sparql?format=html",
    "answer": ASKED,
    "answer under a policy": f"{ASKED}&min-confidence=0.7",
    "ontology": "/ontology",
    "docs": "/docs",
    "tutorial": "/docs/tutorial",
    "model": "/docs/model",
    "questions": "/docs/questions",
    "review": "/review",
    "claims": "/claims",
    "chosen claims": "/claims?contested=yes&q=autowerk&since=2025-01-01",
    "entities": "/entities",
    "entity": "/entity/" + Names().entity("party", "Autowerk", None).rpartition("/")[2],
    "event": "/event/{grant}",
    "source": "/source/" + Names().source("organization", "Example Wire", None, "").rpartition("/")[2],
    "document": "/document/" + Document(hash=text_hash(ARTICLE)).key[:32],
    "search": "/claims?q=Autowerk",
    "claim": "/claim/{grant}",
    "hostile claim": "/claim/{hostile}",
    "error": "/sparql?format=html&query=nonsense",
}
"""A page of each kind, by its path on the site; ``{grant}`` and so on are ids of its claims."""


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(name: str, site: Site, open_page: Open, axe: Callable[..., list[str]]) -> None:
    page = open_page(site.path(PAGES[name]), viewport={"width": 1280, "height": 900})
    assert axe(page) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    assert axe(page, "color-contrast", "scrollable-region-focusable", "target-size") == []
