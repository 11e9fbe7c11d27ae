"""The bar of the verdict on a phone, before a verdict and after each of them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsers.accessibility import findings
from tests.support.browsers.overlaps import overlapping
from tests.support.browsers.pages import PHONE, OpenPage
from tests.support.browsers.studio import (
    PATIENCE,
    ask_for_review,
    create,
    draw_digit,
    expect_label,
    sign_in,
)
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_no_button_overlaps_another_on_a_phone_whatever_the_verdict_and_the_bar_says_how_the_review_ended(
    forge: LiveForge, open_page: OpenPage
) -> None:
    developer, reviewer = open_page(), open_page(viewport=PHONE, is_touch=True)
    sign_in(developer, forge.printed_link())
    create(developer, "Digits")
    project = ask_for_review(developer, reviewer)

    reviewer.goto(f"{project}/reviews/1")
    draw_digit(reviewer, "7")
    expect_label(reviewer, "answer", "7")
    bar = reviewer.get_by_role("complementary", name="Your verdict")
    assert _problems(reviewer) == []
    reviewer.get_by_label("Comment (sent with your verdict)").fill("My sevens have a bar.")
    bar.get_by_role("button", name="Ask for changes").click()
    expect(bar.get_by_role("button", name="Ask for changes again")).to_be_visible(timeout=PATIENCE)
    assert _problems(reviewer) == []
    bar.get_by_role("button", name="Approve").click()
    expect(bar.get_by_text("You approved it")).to_be_visible(timeout=PATIENCE)
    expect(bar.get_by_text("Approved by Ana Lind")).to_be_visible()
    assert _problems(reviewer) == []
    assert findings(reviewer) == []

    # The page is not loaded again: the bar and the header say that the review was closed, and by whom.
    developer.reload()
    developer.get_by_role("button", name="Close the review").click()
    expect(bar.get_by_text("closed the review")).to_be_visible(timeout=PATIENCE)
    expect(bar.get_by_role("button")).to_have_count(0)
    expect(reviewer.get_by_role("main").get_by_text("closed the review")).to_be_visible()
    assert _problems(reviewer) == []


def _problems(page: Page) -> list[str]:
    """The buttons that overlap at the width of a phone and of a small one."""
    problems = []
    for width, height in ((390, 844), (390, 667), (320, 740)):
        page.set_viewport_size({"width": width, "height": height})
        problems += [f"{width} x {height}: {each}" for each in overlapping(page)]
    page.set_viewport_size(PHONE)
    return problems
