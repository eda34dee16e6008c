"""The review queue: by keyboard, and what becomes of an answer when a link is accepted."""

from urllib.parse import urlencode

import pytest

from tests.browser.conftest import TOKEN, Open

pytestmark = pytest.mark.usefixtures("bundle")
WIDE = {"viewport": {"width": 1280, "height": 900}}
REFUSED = "/sparql?" + urlencode(
    {"query": "SELECT DISTINCT ?p ?c { ?p ls:deniedLicenseFor ?c }", "format": "html"}
)


def test_a_key_decides_and_is_not_typed_into_the_field_that_lacks(open_page: Open) -> None:
    page = open_page("/review", **WIDE)
    token = page.locator(".card").first.get_by_label("Token")
    page.keyboard.press("j")
    page.keyboard.press("a")
    assert token.evaluate("field => field === document.activeElement")
    assert token.input_value() == ""


def test_a_rejection_by_key_asks_for_the_reason_and_acceptance_does_not(open_page: Open) -> None:
    page = open_page("/review", **WIDE)
    card = page.locator(".card", has=page.get_by_role("button", name="Reject")).first
    reason = card.get_by_label("Reason")
    card.get_by_label("Token").fill("unknown")
    card.focus()
    page.keyboard.press("r")
    assert reason.evaluate("field => field === document.activeElement")
    assert reason.input_value() == ""
    card.get_by_role("button", name="Accept").click()
    assert page.get_by_role("heading", name="A token is needed").is_visible()


def test_an_accepted_link_changes_an_answer(open_page: Open) -> None:
    page = open_page(REFUSED, **WIDE)
    rows = page.locator("tbody.row")
    assert rows.count() == 2
    assert rows.locator(".origins-count").all_inner_texts() == ["1", "1"]
    assert rows.locator(".sure b").all_inner_texts()[:2] == ["64 %", "64 %"]
    page.get_by_role("link", name="Review").click()
    card = page.locator(".card", has_text="Nordhavn Magnets GmbH").first
    sides = card.locator(".two section")
    assert sides.count() == 2
    assert set(sides.locator("h3").all_inner_texts()) == {"Nordhavn Magnets", "Nordhavn Magnets GmbH"}
    assert sides.locator("blockquote").count() == 2
    card.get_by_label("Token").fill(TOKEN)
    card.get_by_label("Reason").fill("one register entry")
    card.focus()
    page.keyboard.press("a")
    page.wait_for_url("**/review?done=same")
    assert page.get_by_role("status").inner_text() == "The two are judged to be the same."
    assert page.locator(".card", has_text="Nordhavn Magnets GmbH").locator("h2", has_text="same").count() == 0
    page.goto(page.url.partition("review")[0] + REFUSED[1:])
    assert rows.count() == 1
    assert rows.locator(".origins-count").inner_text() == "2"
    page.get_by_text("Judgments that are believed").or_(page.get_by_text("Judgments to leave out")).wait_for()
    judgment = page.locator(".doubts", has_text="Judgments").get_by_role("checkbox").first
    judgment.uncheck()
    page.locator("tbody.appeared, tbody.vanished, tbody.changed").first.wait_for()
    assert "without=" in page.url


def test_enter_in_a_field_goes_through_with_the_key_that_was_pressed(open_page: Open) -> None:
    page = open_page("/review", **WIDE)
    card = page.locator(".card", has=page.get_by_role("button", name="Reject")).first
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.post_data or "") if asked.method == "POST" else None)
    card.get_by_label("Token").fill("unknown")
    card.focus()
    page.keyboard.press("r")
    page.keyboard.type("it is not in the article")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="A token is needed").wait_for()
    assert ["action=reject" in body for body in sent] == [True]


@pytest.mark.parametrize("scripts", [True, False])
def test_enter_alone_decides_nothing(open_page: Open, scripts: bool) -> None:
    page = open_page("/review", java_script_enabled=scripts, **WIDE)
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.url) if asked.method == "POST" else None)
    card = page.locator(".card", has=page.get_by_role("button", name="Reject")).first
    card.get_by_label("Reason").fill("said by none")
    card.get_by_label("Token").fill("unknown")
    page.keyboard.press("Enter")
    page.wait_for_timeout(200)
    assert sent == []
    assert page.url.endswith("/review")


def test_the_queue_goes_on_where_it_was(open_page: Open) -> None:
    page = open_page("/review", **WIDE)
    card = page.locator(".card", has=page.get_by_role("button", name="Reject")).nth(1)
    place = page.locator(".card").evaluate_all("(all, one) => all.indexOf(one)", card.element_handle())
    card.get_by_label("Token").fill(TOKEN)
    card.focus()
    page.keyboard.press("r")
    page.keyboard.type("of the test")
    page.keyboard.press("Enter")
    page.wait_for_url("**/review?done=reject")
    assert page.get_by_role("status").inner_text() == "The claim is rejected."
    focused = page.evaluate("[...document.querySelectorAll('.card')].indexOf(document.activeElement)")
    assert focused == place


def test_a_claim_is_edited_by_the_keyboard_alone(open_page: Open) -> None:
    page = open_page("/review", **WIDE)
    card = page.locator(".card", has=page.get_by_role("button", name="Reject")).first
    card.get_by_label("Token").fill(TOKEN)
    card.focus()
    page.keyboard.press("e")
    page.get_by_role("heading", name="Edit a claim").wait_for()
    assert page.get_by_label("Token").first.input_value() == TOKEN
    page.get_by_label("Date", exact=True).focus()
    page.keyboard.type("some day")
    page.keyboard.press("Enter")
    wrong = page.get_by_role("alert")
    wrong.wait_for()
    assert "not an EDTF date" in wrong.inner_text()
    page.get_by_role("link", name="Date").focus()
    page.keyboard.press("Enter")
    date = page.get_by_label("Date", exact=True)
    assert date.evaluate("field => field === document.activeElement")
    assert date.get_attribute("aria-invalid") == "true"
    page.keyboard.press("Control+a")
    page.keyboard.type("2025-06")
    page.get_by_label("Mode").focus()
    page.keyboard.type("he")
    assert page.get_by_label("Mode").input_value() == "hedged"
    page.keyboard.press("Tab")
    page.get_by_label("Date", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/review?done=edit")
    assert page.get_by_role("status").inner_text() == "The claim is edited."
    assert page.evaluate("document.activeElement.classList.contains('card')")
