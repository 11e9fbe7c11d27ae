"""A developer asks for a review; the reviewer's open page counts it, leads there, and the verdict comes back as a note
in the studio and in the inbox. The same on a phone, where nothing is covered and axe finds nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.browsers.accessibility import findings
from tests.support.browsers.pages import PHONE, OpenPage
from tests.support.browsers.studio import PATIENCE, create, invite, join, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]


def test_a_review_is_heard_of_by_who_is_asked_and_its_verdict_by_who_asked(
    forge: LiveForge, open_page: OpenPage
) -> None:
    developer, reviewer = open_page(), open_page(viewport=PHONE)
    sign_in(developer, forge.printed_link())
    create(developer, "Sine")
    project = developer.url.removesuffix("/studio")
    join(reviewer, invite(developer, "reviewer"), "Ari Rossi")
    reviewer.goto(f"{forge.address}/accounts/notices")
    bell = reviewer.get_by_role("link", name="Notices")
    expect(bell).to_have_accessible_name("Notices")

    developer.goto(f"{project}/builds")
    developer.get_by_role("button", name="Build now").click()
    # A review can be asked for before the build succeeds, under another name: here it is there first.
    expect(developer.get_by_role("heading", name="Try it")).to_be_visible(timeout=PATIENCE)
    developer.get_by_role("link", name="Ask for a review").click()
    developer.locator("#field-title").fill("Follows the curve")
    developer.get_by_role("checkbox", name="Ari Rossi").check()
    developer.get_by_role("button", name="Ask for a review").click()
    expect(developer.get_by_role("heading", name="Follows the curve")).to_be_visible(timeout=PATIENCE)

    # The page that was open says so by itself.
    expect(bell).to_have_accessible_name("Notices, 1 unread", timeout=PATIENCE)
    reviewer.get_by_role("link", name="Show them").click()
    expect(reviewer.get_by_text("asks for your review of build 1")).to_be_visible()
    assert findings(reviewer) == []
    reviewer.set_viewport_size(PHONE)
    developer.goto(f"{project}/studio")
    reviewer.get_by_role("button", name="Review: Follows the curve").click()
    expect(reviewer.get_by_role("heading", name="Follows the curve")).to_be_visible(timeout=PATIENCE)
    expect(bell).to_have_accessible_name("Notices")
    reviewer.get_by_role("button", name="Approve", exact=True).click()

    expect(developer.get_by_text("Ari Rossi approved build 1.")).to_be_visible(timeout=PATIENCE)
    developer.goto(f"{forge.address}/accounts/notices")
    expect(developer.get_by_text("Ari Rossi approved build 1")).to_be_visible()
    developer.get_by_role("button", name="Done: Follows the curve").click()
    expect(developer.get_by_role("heading", name="Nothing here")).to_be_visible()
