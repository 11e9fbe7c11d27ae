"""A reviewer suggests a change that they tried, a guest comments by a link, and the developer takes the change."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.browsers.accessibility import DARK_AND_NARROW, findings
from tests.support.browsers.pages import PHONE, OpenPage
from tests.support.browsers.studio import PATIENCE, ask_for_review, create, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]


def test_a_tried_change_is_suggested_and_taken_and_a_guest_needs_no_account(
    forge: LiveForge, open_page: OpenPage
) -> None:
    developer, reviewer, guest = open_page(), open_page(viewport=PHONE), open_page(viewport=PHONE)
    sign_in(developer, forge.printed_link())
    create(developer, "Digits")
    project = ask_for_review(developer, reviewer)

    # A label in words, tried in a copy of the build's files.
    reviewer.goto(f"{project}/reviews/1")
    reviewer.get_by_role("link", name="Suggest a change").click()
    labels = reviewer.get_by_label("Labels")
    labels.fill(labels.input_value().replace("8", "eight"))
    reviewer.get_by_role("button", name="Try it").click()
    expect(reviewer.get_by_role("heading", name="Your suggestion")).to_be_visible(timeout=PATIENCE)
    expect(reviewer.get_by_text("Label 8 is now eight.")).to_be_visible()
    assert findings(reviewer) == []
    reviewer.get_by_label("Why").fill("We read words.")
    reviewer.get_by_role("button", name="Send the suggestion").click()
    expect(reviewer.get_by_text("Ana Lind suggests")).to_be_visible(timeout=PATIENCE)

    # The link is made, opened by somebody without an account, and answered.
    developer.get_by_text("Invite a guest by a link").click()
    developer.get_by_label("For whom").fill("Lena")
    developer.get_by_role("button", name="Make a link").click()
    link = developer.get_by_label("The link for the guest").input_value()
    assert findings(developer) == []
    guest.goto(link)
    expect(guest.get_by_text("shown to Lena")).to_be_visible(timeout=PATIENCE)
    assert "#" not in guest.url
    expect(guest.get_by_role("application", name="Drawing sheet")).to_be_visible(timeout=PATIENCE)
    assert findings(guest, (DARK_AND_NARROW,)) == []
    form = guest.locator("form").last
    form.get_by_label("Your name").fill("Lena Ray")
    form.get_by_label("Comment").fill("It reads my sevens.")
    form.get_by_role("button", name="Comment").click()
    expect(guest.get_by_text("Lena Ray (guest)", exact=True)).to_be_visible(timeout=PATIENCE)

    # Another change is declined by the keyboard alone.
    reviewer.goto(f"{project}/reviews/1")
    reviewer.get_by_role("link", name="Suggest a change").click()
    labels = reviewer.get_by_label("Labels")
    labels.fill(labels.input_value().replace("9", "nine"))
    reviewer.get_by_role("button", name="Try it").click()
    expect(reviewer.get_by_role("heading", name="Your suggestion")).to_be_visible(timeout=PATIENCE)
    reviewer.get_by_label("Why").fill("Another word.")
    reviewer.get_by_role("button", name="Send the suggestion").click()
    expect(reviewer.get_by_role("paragraph").filter(has_text="Another word.")).to_be_visible(timeout=PATIENCE)
    developer.goto(f"{project}/reviews/1")
    developer.get_by_text("Decline…").last.click()
    developer.get_by_label("Why it is declined").last.fill("One word is enough.")
    developer.keyboard.press("Control+Enter")
    expect(developer.get_by_role("link", name="Resolved 1")).to_be_visible(timeout=PATIENCE)

    # One click, and the files say so; the reviewer's open page hears of it.
    developer.goto(f"{project}/reviews/1")
    expect(developer.get_by_text("Lena Ray (guest)", exact=True)).to_be_visible(timeout=PATIENCE)
    developer.get_by_role("button", name="Take it").click()
    expect(developer.get_by_role("link", name="Resolved 2")).to_be_visible(timeout=PATIENCE)
    expect(reviewer.get_by_role("link", name="Resolved 2")).to_be_visible(timeout=PATIENCE)
    text = developer.evaluate(
        "async (address) => (await fetch(address)).text()",
        f"/api/v1/projects{project.removeprefix(forge.address)}/files/labels.txt",
    )
    assert "eight" in text
    assert findings(developer) == []
