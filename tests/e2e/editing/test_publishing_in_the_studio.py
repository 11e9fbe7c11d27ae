"""The studio's bell rings while one works, and its dialog says what a protected tag misses before one goes past it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright, expect

from tests.support.browsers.accessibility import findings
from tests.support.browsers.pages import OpenPage, launch, people
from tests.support.browsers.studio import PATIENCE, create, expect_running, invite, join, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

REFUSAL = "the server responded with a status of 409"


@pytest.fixture
def open_page(playwright: Playwright) -> Iterator[OpenPage]:
    """Chromium notes each refusal that a page gets; the gate's is what this test is about."""
    with people(lambda microphone: launch(playwright, microphone), lambda text: REFUSAL in text) as opener:
        yield opener


def test_the_bell_rings_and_an_owner_publishes_past_the_gate(forge: LiveForge, open_page: OpenPage) -> None:
    owner, reviewer = open_page(), open_page()
    sign_in(owner, forge.printed_link())
    create(owner, "The sine of a number")
    studio = owner.url
    join(reviewer, invite(owner, "reviewer"), "Ana Lind")
    owner.goto(studio)
    expect_running(owner)
    owner.get_by_role("button", name="Build", exact=True).click()
    panel = owner.get_by_role("region", name="Problems and builds")
    expect(panel.get_by_text("Succeeded", exact=True)).to_be_visible(timeout=PATIENCE)
    expect(owner.get_by_role("link", name="Notices", exact=True)).to_be_visible(timeout=PATIENCE)

    reviewer.goto(f"{studio.removesuffix('/studio')}/builds/1")
    reviewer.get_by_label("Comment (sent with your verdict)").fill("It is flat near zero.")
    reviewer.get_by_role("button", name="Ask for changes").click()
    expect(owner.get_by_role("link", name="Notices, 1 unread")).to_be_visible(timeout=PATIENCE)

    panel.get_by_role("button", name="Publish").click()
    dialog = owner.get_by_role("dialog", name="Publish build 1")
    dialog.get_by_role("button", name="Publish", exact=True).click()
    closed = dialog.get_by_role("region", name="1.0 is protected, and this build lacks something")
    expect(closed.get_by_role("listitem").first).to_be_visible(timeout=PATIENCE)
    expect(closed.get_by_role("button", name="Publish 1.0 past its gate")).to_be_disabled()
    assert findings(owner) == []
    closed.get_by_label("Reason for publishing anyway").fill("The fair opens today; the next build follows.")
    closed.get_by_role("button", name="Publish 1.0 past its gate").press("Enter")
    expect(owner.get_by_role("dialog", name="Published as 1.0")).to_be_visible(timeout=PATIENCE)
    owner.goto(f"{studio.removesuffix('/studio')}/published")
    expect(owner.get_by_text("The fair opens today; the next build follows.")).to_be_visible(timeout=PATIENCE)
