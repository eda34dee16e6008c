"""What wants to be run, to mislead or to flood is harmless text on every page that shows it."""

from urllib.parse import urlencode

import pytest

from kg.claims.document import Document
from kg.claims.names import Names
from tests.browser.conftest import LONG, Open, Page, Site
from tests.server.conftest import HOSTILE

THING, RUN = "urn:hostile:thing", "javascript:alert(2)"
MOST = 300_000
"""Bytes that a page may have before the editor."""


def with_iri(kind: str, iri: str) -> str:
    return f"/{kind}?" + urlencode({"iri": iri})


def asking(query: str, **more: str) -> str:
    return "/sparql?" + urlencode({"query": query, "format": "html", **more})


def local(iri: str) -> str:
    return "/" + iri.removeprefix(Names().base)


PAGES = {
    "start": "/",
    "claims": "/claims?size=100",
    "event": "/event/{hostile}",
    "document": local(Names().document(Document(title=HOSTILE, url="javascript:alert(1)").key)),
    "source": local(Names().source("publisher", HOSTILE, None, "")),
    "party": local(Names().entity("product", HOSTILE, None)),
    "judgments": "/judgments",
    "preview": "/reconcile/preview?" + urlencode({"id": THING}),
    "what if": asking("SELECT * { <urn:hostile:thing> ?p ?o }", without=RUN),
    "entity": with_iri("entity", THING),
    "entity whose name is a script": with_iri("entity", RUN),
    "claim": with_iri("claim", "urn:hostile:claim"),
    "claim of the store": "/claim/{hostile}",
    "search": "/claims?" + urlencode({"q": "<script>alert(1)</script>"}),
    "entities": "/entities?" + urlencode({"q": "script"}),
    "review": "/review",
    "conflicts": "/conflicts?" + urlencode({"about": THING}),
    "explanation": "/explain?" + urlencode({"s": THING, "p": "ls:locatedIn", "o": RUN}),
    "answer": asking("SELECT * { GRAPH ?g { <urn:hostile:thing> ?p ?o } }"),
    "triples": asking("DESCRIBE <urn:hostile:thing>"),
    "mistake": asking("SELECT <script>alert(1)</script>"),
}


def is_harmless(page: Page) -> None:
    """Nothing on it runs or leads to a script; ``open_page`` sees that no dialog opened."""
    assert page.locator("main script, main img[src='x'], main iframe, main [onerror]").count() == 0
    read = "all => all.map(a => new URL(a.href.baseVal ?? a.href, location).protocol)"
    links = page.eval_on_selector_all("a", read)
    assert set(links) <= {"http:", "https:"}
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("name", PAGES)
def test_it_is_text(name: str, open_page: Open, site: Site) -> None:
    page = open_page(site.path(PAGES[name]), viewport={"width": 390, "height": 844})
    is_harmless(page)
    assert len(page.content()) < MOST
    status, _, _ = site.server.get(site.path(PAGES[name])[1:], Accept="text/html")
    assert status == (400 if name == "mistake" else 200)


def test_what_is_long_is_cut_and_whole_in_its_twin(open_page: Open, site: Site) -> None:
    page = open_page(PAGES["entity"], viewport={"width": 390, "height": 844})
    assert len(page.locator("main").inner_text()) < LONG // 4
    status, _, body = site.server.get(PAGES["triples"][1:].replace("format=html", "format=ttl"))
    assert status == 200
    assert len(body) > LONG


def test_text_that_turns_the_line_stays_in_its_place(open_page: Open) -> None:
    page = open_page(PAGES["entity"], viewport={"width": 390, "height": 844})
    turned = page.get_by_text("gnp.exe").first
    assert turned.evaluate("one => one.closest('bdi') !== null || one.closest('[dir=auto]') !== null")


def test_an_answer_that_is_kept(open_page: Open) -> None:
    page = open_page(PAGES["answer"], viewport={"width": 390, "height": 844})
    page.get_by_role("button", name="cite this answer").click()
    page.wait_for_url("**/answer/*")
    is_harmless(page)
    assert page.locator(".result").get_by_text("gnp.exe").count() > 0
