"""Journeys on the query page: asking, why, the words in the article, what if, sharing, without scripts."""

import json
from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from kg.cli.demo import QUESTION
from tests.browser.conftest import Locator, Open, Page, Site

LICENSES = "SELECT ?who ?customer { ?p ls:holdsLicenseFor ?c ; rdfs:label ?who . ?c rdfs:label ?customer }"
DATED = """SELECT ?customer ?from ?until {
  ?grant a ls:LicenseGranted ; ls:customer/rdfs:label ?customer ; ls:earliest ?from ; ls:latest ?until }"""
HOSTILE = "<script>alert(1)</script>"
SCREEN = {"viewport": {"width": 1280, "height": 900}}


def asking(query: str, **parameters: str) -> str:
    return "/sparql?" + urlencode({"query": query, "format": "html", **parameters})


def type_query(page: Page, query: str) -> None:
    """Write a query into the editor, as by hand."""
    page.locator(".CodeMirror").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(query)


def source(page: Page, name: str) -> Locator:
    """The box of a source that can be left out; claims name who says them, too."""
    return page.get_by_role("group", name="Sources").get_by_label(name)


def rows(page: Page) -> list[str]:
    return [" ".join(text.split()) for text in page.locator("tbody.row > tr:first-child").all_inner_texts()]


def test_from_the_question_to_the_words_in_the_article(open_page: Open, bundle: None) -> None:
    page = open_page("/sparql?format=html", **SCREEN)
    page.locator(".CodeMirror").wait_for()
    type_query(page, QUESTION)
    page.keyboard.press("Control+Enter")
    page.locator("tbody.row").wait_for()
    [row] = rows(page)
    assert row.startswith("a magnet producer in Baotou Volkswagen")
    assert "61 %" in row
    reasons = page.locator("details.because")
    reasons.locator("summary").click()
    reasons.locator("summary").click()
    assert "Because" in reasons.locator(".ways").inner_text()
    assert reasons.locator("svg.circuit .claim").count() >= 1
    assert "Three sources → Reuters" in reasons.locator(".told-by").inner_text()
    quote = reasons.locator("blockquote").inner_text().strip("“”")
    reasons.locator(".ways a.number").click()
    assert page.locator(":target").get_attribute("id") == "row-1-1"
    reasons.get_by_role("link", name="read it in").click()
    page.wait_for_url("**/document/*#quote-*")
    place = page.locator(":target")
    assert place.locator("xpath=following-sibling::mark[1]").inner_text() in quote
    assert place.evaluate("one => one.getBoundingClientRect().top") < 900


def test_a_distrusted_source_makes_its_rows_fade_and_come_back(open_page: Open, bundle: None) -> None:
    page = open_page(asking(LICENSES), **SCREEN)
    page.locator(".CodeMirror").wait_for()
    source(page, "Three sources").uncheck()
    page.locator("tbody.vanished").wait_for()
    assert page.locator("tbody.vanished").inner_text().startswith("a magnet producer in Baotou")
    assert page.locator("tbody.same").inner_text().startswith("Fabrika Magnit")
    assert page.locator("#fates").inner_text() == "1 vanishes, 1 stays the same"
    assert "without=https%3A%2F%2Fw3id.org%2Flodestone%2Fsource%2Fthree-sources" in page.url
    assert page.locator("tbody.vanished .evidence .badge").inner_text() == "left out"
    source(page, "Three sources").check()
    page.locator("tbody.vanished").wait_for(state="detached")
    assert "without" not in page.url


def test_the_threshold_and_the_days(open_page: Open, bundle: None) -> None:
    page = open_page(asking(LICENSES), **SCREEN)
    page.locator(".CodeMirror").wait_for()
    page.get_by_label("Claims of at least this confidence").fill("0.65")
    page.locator("tbody.vanished").first.wait_for()
    assert "min-confidence=0.65" in page.url
    page.get_by_role("link", name="Believe everything").click()
    page.locator("tbody.vanished").first.wait_for(state="detached")
    page.get_by_label("What held on").fill("2025-01-01")
    page.locator("tbody.vanished, tbody.changed").first.wait_for()
    assert "valid-at=2025-01-01" in page.url
    page.get_by_label("As known on").fill("2020-01-01")
    page.locator("tbody.vanished").nth(1).wait_for()


def test_a_shared_address_shows_the_same_elsewhere(open_page: Open, bundle: None) -> None:
    first = open_page(asking(LICENSES), **SCREEN)
    first.locator(".CodeMirror").wait_for()
    source(first, "Three sources").uncheck()
    first.locator("tbody.vanished").wait_for()
    other = open_page(first.url, **SCREEN)
    other.locator(".CodeMirror").wait_for()
    assert rows(other) == rows(first)
    assert not source(other, "Three sources").is_checked()
    assert other.locator("textarea#query").input_value() == LICENSES
    assert other.locator(".past").is_visible()


def test_queries_of_this_browser_can_be_asked_again(open_page: Open, bundle: None) -> None:
    page = open_page(asking(LICENSES), **SCREEN)
    page.locator(".CodeMirror").wait_for()
    type_query(page, "ASK { ?s ls:holdsLicenseFor ?o }")
    page.keyboard.press("Control+Enter")
    page.locator(".boolean").wait_for()
    assert page.locator(".boolean b").first.inner_text() == "Yes"
    page.go_back()
    page.locator("tbody.row").first.wait_for()
    assert page.locator("textarea#query").input_value() == LICENSES
    page.locator(".past summary").click()
    page.locator(".past a").first.click()
    page.locator(".boolean").wait_for()
    page.get_by_role("button", name="Forget them").click()
    assert not page.locator(".past").is_visible()


def test_terms_are_completed_from_ontology_and_data(open_page: Open, bundle: None) -> None:
    page = open_page("/sparql?format=html", **SCREEN)
    page.locator(".CodeMirror").wait_for()
    type_query(page, "SELECT * { ?p ")
    page.keyboard.type("ls:hold")
    hint = page.locator(".CodeMirror-hint").first
    hint.wait_for()
    assert hint.inner_text().startswith("ls:holdsLicenseFor")
    page.keyboard.press("Enter")
    assert page.locator("textarea#query").input_value() == "SELECT * { ?p ls:holdsLicenseFor"


@pytest.mark.parametrize(
    ("before", "typed", "name"),
    [
        ("SELECT * { ?p ls:holdsLicenseFor ", "Volksw", "Volkswagen"),
        ("SELECT * { ", "<Fabrika Mag", "Fabrika Magnit"),
        ("SELECT * { ?p ?is ?o . FILTER(?o = ", "<autowrk", "Autowerk"),
    ],
)
def test_an_entity_is_completed_by_its_name(
    open_page: Open, bundle: None, before: str, typed: str, name: str
) -> None:
    page = open_page("/sparql?format=html", **SCREEN)
    page.locator(".CodeMirror").wait_for()
    type_query(page, before)
    page.keyboard.type(typed)
    hint = page.locator(".CodeMirror-hint").first
    hint.wait_for()
    assert hint.locator("b").inner_text() == name
    page.keyboard.press("Enter")
    asked = page.locator("textarea#query").input_value()
    assert asked.startswith(f"{before}<http")
    assert name.lower().replace(" ", "-") in asked
    assert asked.endswith(">")


def test_no_name_is_completed_where_none_may_stand(open_page: Open, bundle: None) -> None:
    page = open_page("/sparql?format=html", **SCREEN)
    page.locator(".CodeMirror").wait_for()
    for before in ("SELECT * { ?s ?p ?o FILTER(", 'SELECT * { ?s ?p "', "SELECT * { # "):
        type_query(page, before)
        page.keyboard.type("Autow")
        page.wait_for_timeout(400)
        assert page.locator(".CodeMirror-hint").count() == 0


def test_an_answer_as_graph_timeline_and_raw(
    open_page: Open, bundle: None, axe: Callable[..., list[str]]
) -> None:
    page = open_page(asking(DATED), **SCREEN)
    page.get_by_role("tab", name="Graph").click()
    page.locator(".graph canvas").first.wait_for()
    page.get_by_role("tab", name="Timeline").click()
    assert page.locator(".timeline .span").count() == page.locator("tbody.row").count() == 2
    page.get_by_role("tab", name="Raw").click()
    raw = json.loads(page.locator("pre.raw").inner_text())
    assert len(raw["results"]["bindings"]) == 2
    assert axe(page) == []


def test_an_answer_is_cited(open_page: Open, bundle: None, axe: Callable[..., list[str]]) -> None:
    page = open_page(asking(LICENSES, **{"min-confidence": "0.7"}), **SCREEN)
    page.get_by_role("button", name="cite this answer").click()
    page.wait_for_url("**/answer/*")
    assert page.url.rpartition("/")[2] in page.locator(".citation").inner_text()
    assert page.locator("tbody.vanished").count() == 2
    page.get_by_role("tab", name="Graph").click()
    page.locator(".graph canvas").first.wait_for()
    assert axe(page) == []
    page.get_by_role("link", name="ask it again today").click()
    page.wait_for_url("**/sparql?*min-confidence=0.7*")


def test_a_mistake_is_told_in_place(open_page: Open, bundle: None) -> None:
    page = open_page("/sparql?format=html", **SCREEN)
    page.locator(".CodeMirror").wait_for()
    type_query(page, "SELECT ?x WHERE { ?x ?y")
    page.keyboard.press("Control+Enter")
    assert "not SPARQL" in page.locator("[role=alert]").inner_text()


@pytest.mark.parametrize("scripts", [True, False])
def test_hostile_content_is_text(scripts: bool, open_page: Open, site: Site, bundle: None) -> None:
    query = (
        f'CONSTRUCT {{ ?s rdfs:label ?l ; rdfs:seeAlso <javascript:alert(1)> ; rdfs:comment "{HOSTILE}" }}'
        " { ?s rdfs:label ?l FILTER(CONTAINS(?l, 'script')) }"
    )
    page = open_page(asking(query), **SCREEN, java_script_enabled=scripts)
    assert HOSTILE in page.locator(".result").inner_text()
    assert page.locator("main a[href^='javascript:' i]").count() == 0
    assert page.locator("main script").count() == 0
    if scripts:
        page.get_by_role("tab", name="Graph").click()
        page.locator(".graph canvas").first.wait_for()


def test_without_scripts_an_answer_can_be_read_and_doubted(open_page: Open) -> None:
    page = open_page(asking(LICENSES), **SCREEN, java_script_enabled=False)
    assert len(rows(page)) == 2
    assert "Because" in page.locator(".ways").first.inner_text()
    page.locator("#whatif > summary").click()
    source(page, "Three sources").check()
    page.get_by_role("button", name="See what changes").click()
    page.wait_for_url("**without=*")
    assert page.locator("tbody.vanished").inner_text().startswith("a magnet producer in Baotou")
    page.locator(".evidence h3 a").first.click()
    page.wait_for_url("**/claim/*")
    assert page.locator("h1").inner_text().lower().startswith("a magnet producer in baotou")


def test_what_is_unticked_while_an_answer_is_on_its_way_stays_unticked(open_page: Open, bundle: None) -> None:
    page = open_page(asking(LICENSES), **SCREEN)
    page.locator(".CodeMirror").wait_for()
    held = []
    page.route("**/sparql?*without=*", lambda route: route.continue_() if held else held.append(route))
    boxes = page.locator("#whatif input[data-without]")
    with page.expect_request("**/sparql?*without=*"):
        boxes.nth(0).uncheck()
    page.wait_for_timeout(100)
    answer = page.request.get(held[0].request.url, headers={"Accept": "text/html"})
    boxes.nth(1).uncheck()
    held[0].fulfill(response=answer)
    page.wait_for_url(lambda address: address.count("without=") == 2)
    assert [boxes.nth(n).is_checked() for n in range(2)] == [False, False]
    page.unroute("**/sparql?*without=*")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_link_to_a_mistake_opens_the_query_page(
    open_page: Open, bundle: None, scripts: bool, axe: Callable[..., list[str]]
) -> None:
    page = open_page(asking("ASK { ?s foo:bar ?o }"), **SCREEN, java_script_enabled=scripts)
    told = page.locator("[role=alert]").inner_text()
    assert "line 1, column 10: the prefix foo: is not declared" in told
    assert told.lower().count("not sparql") == 1
    if scripts:
        page.locator(".CodeMirror").wait_for()
        assert axe(page) == []
        type_query(page, "ASK { ?s ls:holdsLicenseFor ?o }")
        page.keyboard.press("Control+Enter")
    else:
        page.locator("textarea#query").fill("ASK { ?s ls:holdsLicenseFor ?o }")
        page.get_by_role("button", name="Ask again").click()
    page.locator(".boolean").wait_for()
    assert page.locator("[role=alert]").count() == 0
