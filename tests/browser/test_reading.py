"""Reading, as somebody does who has no scripts: from what is contested to the words in the article."""

from urllib.parse import urlencode

import pytest

from tests.browser.conftest import Open, Site

WIDE = {"viewport": {"width": 1280, "height": 900}, "java_script_enabled": False}
NARROW = {"viewport": {"width": 390, "height": 844}, "java_script_enabled": False}


@pytest.mark.parametrize("settings", [WIDE, NARROW], ids=["wide", "narrow"])
def test_from_the_start_page_to_the_quote(open_page: Open, settings: dict[str, object]) -> None:
    page = open_page("/", **settings)
    page.get_by_role("link", name="All contested claims").click()
    assert page.get_by_role("heading", level=2, name="5 claims").is_visible()
    page.get_by_label("Search quotes, participants, sources and titles").fill("fabrka magnit")
    page.get_by_role("button", name="Search").click()
    found = page.locator(".found .line h3 a")
    assert found.first.locator("mark").all_inner_texts() == ["Fabrika", "Magnit"]
    page.locator(".line", has_text="Two people at the carmaker").locator("h3 a").click()
    assert page.get_by_role("heading", level=2, name="Who contradicts").is_visible()
    page.get_by_role("link", name="in the article").click()
    place = page.url.partition("#")[2]
    quote = page.locator(f"#{place} + mark")
    assert quote.inner_text().replace("\n", " ").startswith("Fabrika Magnit received an export license")
    box = quote.bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 900


def test_a_claim_in_the_margin_leads_to_its_page(open_page: Open, site: Site) -> None:
    page = open_page(site.path("/claim/{grant}"), **WIDE)
    page.get_by_role("link", name="in the article").click()
    note = page.get_by_role("note").first
    text = page.locator(".article mark").first
    note_box, text_box = note.bounding_box(), text.bounding_box()
    assert note_box is not None
    assert text_box is not None
    assert note_box["x"] > text_box["x"]
    note.get_by_role("link").click()
    assert "/claim/" in page.url


def test_conflicts_stand_side_by_side(open_page: Open) -> None:
    page = open_page("/entities?q=autowerk", **WIDE)
    page.get_by_role("link", name="Autowerk").click()
    sides = page.locator(".sides section")
    assert sides.locator("h4").all_inner_texts() == ["FOR", "AGAINST"]
    left, right = sides.nth(0).bounding_box(), sides.nth(1).bounding_box()
    assert left is not None
    assert right is not None
    assert abs(left["y"] - right["y"]) < 2
    page.set_viewport_size({"width": 390, "height": 844})
    below = sides.nth(1).bounding_box()
    assert below is not None
    assert below["y"] > left["y"] + 50


@pytest.mark.parametrize("path", ["/", "/claims", "/entities", "/claim/{grant}", "/claim/{hostile}"])
def test_nothing_is_wider_than_a_telephone(open_page: Open, site: Site, path: str) -> None:
    page = open_page(site.path(path), viewport={"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_on_paper_everything_is_open(open_page: Open, site: Site) -> None:
    page = open_page(site.path("/claim/{grant}"), **WIDE)
    page.emulate_media(media="print")
    assert page.get_by_text("Version https://").is_visible()
    assert not page.get_by_role("navigation", name="Site").is_visible()
    assert page.get_by_role("cell", name="ls:holdsLicenseFor").is_visible()


def test_a_wide_answer_scrolls_by_itself(open_page: Open) -> None:
    query = "SELECT * { ?p ls:holdsLicenseFor ?c . ?p rdfs:label ?l . ?c rdfs:label ?m }"
    page = open_page("/sparql?" + urlencode({"query": query, "format": "html"}), **NARROW)
    assert page.locator(".result tbody.row").count() > 0
    assert page.evaluate("document.documentElement.scrollWidth") == 390
