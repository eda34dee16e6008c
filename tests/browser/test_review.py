"""The review queue by keyboard."""

import pytest

from tests.browser.conftest import Open

pytestmark = pytest.mark.usefixtures("bundle")


def test_a_key_decides_and_is_not_typed_into_the_field_that_lacks(open_page: Open) -> None:
    page = open_page("/review")
    token = page.locator(".card").first.get_by_label("Token")
    page.keyboard.press("j")
    page.keyboard.press("a")
    assert token.evaluate("field => field === document.activeElement")
    assert token.input_value() == ""


def test_a_rejection_by_key_asks_for_the_reason_and_acceptance_does_not(open_page: Open) -> None:
    page = open_page("/review")
    card = page.locator(".card", has=page.get_by_role("button", name="Reject")).first
    reason = card.get_by_label("Reason")
    card.get_by_label("Token").fill("unknown")
    card.focus()
    page.keyboard.press("r")
    assert reason.evaluate("field => field === document.activeElement")
    assert reason.input_value() == ""
    card.get_by_role("button", name="Accept").click()
    assert page.get_by_role("heading", name="A token is needed").is_visible()
