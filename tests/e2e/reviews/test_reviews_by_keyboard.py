"""Reviews with the keyboard and at several widths: the verdict is near, tables are read, long selects searched."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, Playwright, Route, expect

from tests.e2e.reviews.test_gate import build
from tests.e2e.widths import squeezed_at_any_width
from tests.support.browsers.accessibility import findings
from tests.support.browsers.pages import OpenPage, launch, people
from tests.support.browsers.studio import PATIENCE, create, invite, join, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

NEAR = 10
"""Presses of a key within which a reviewer gives a verdict."""
PROJECTS = "".join(f'<option value="project-{number}">project-{number}</option>' for number in range(300))


UNCONNECTED = "ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS"


@pytest.fixture
def open_page(playwright: Playwright) -> Iterator[OpenPage]:
    """Chromium lets a page that a test answered open no socket."""
    with people(lambda microphone: launch(playwright, microphone), lambda text: UNCONNECTED in text) as opener:
        yield opener


def has_focus(target: Locator) -> bool:
    return bool(target.evaluate("element => element === document.activeElement"))


def presses_to(page: Page, target: Locator) -> int:
    """Presses of Tab until it has the focus, where links that skip are taken."""
    for presses in range(1, 3 * NEAR):
        page.keyboard.press("Tab")
        if has_focus(target):
            return presses
        if page.evaluate("document.activeElement?.hash === '#verdict'"):
            page.keyboard.press("Enter")
    raise AssertionError("not reached")


def with_many_projects(route: Route) -> None:
    """The page as an organisation with 300 projects has it."""
    answer = route.fetch()
    route.fulfill(
        response=answer, body=answer.text().replace("All projects</option>", f"All projects</option>{PROJECTS}")
    )


def test_a_review_is_decided_by_keyboard_and_read_at_each_width(forge: LiveForge, open_page: OpenPage) -> None:
    owner, reviewer = open_page(), open_page()
    sign_in(owner, forge.printed_link())
    create(owner, "The sine of a number")
    project = owner.url.removesuffix("/studio")
    join(reviewer, invite(owner, "reviewer"), "Ana Lind")
    build(owner, project, 1)
    owner.goto(f"{project}/builds/1/ask")
    owner.get_by_label("What to review").fill("Follows the curve")
    owner.get_by_role("checkbox").first.check()
    owner.get_by_role("button", name="Ask for a review").click()
    expect(owner.get_by_role("heading", name="Follows the curve")).to_be_visible(timeout=PATIENCE)

    # The title of a pending review leads to it, and its pages are read at each width.
    reviewer.goto(forge.address)
    reviewer.get_by_role("link", name="Follows the curve").first.click()
    expect(reviewer.get_by_role("heading", name="Follows the curve")).to_be_visible(timeout=PATIENCE)
    for address in (f"{project}/reviews/1", f"{project}/builds/1", f"{project}/builds", forge.address):
        reviewer.goto(address)
        assert squeezed_at_any_width(reviewer) == [], address
    meaning = owner.locator("table .meaning").first
    assert (meaning.bounding_box() or {"width": 0})["width"] >= 140

    # Few presses lead to the verdict, which then is no button any more.
    reviewer.goto(f"{project}/reviews/1")
    approve = reviewer.get_by_role("button", name="Approve", exact=True)
    expect(approve).to_be_visible(timeout=PATIENCE)
    expect(reviewer.get_by_role("link", name="Skip to your verdict")).to_have_count(1)
    assert presses_to(reviewer, approve) < NEAR
    reviewer.keyboard.press("Enter")
    expect(reviewer.get_by_text("You approved it")).to_be_visible(timeout=PATIENCE)
    expect(approve).to_have_count(0)
    assert findings(reviewer) == []

    # One of 300 projects is chosen by a part of its name.
    webhooks = f"{project.rpartition('/')[0]}/-/settings/webhooks"
    owner.route(webhooks, with_many_projects)
    owner.goto(webhooks)
    field = owner.get_by_role("combobox", name="Project")
    field.click()
    field.fill("299")
    expect(owner.get_by_role("option")).to_have_text(["project-299"])
    assert findings(owner) == []
    field.press("Enter")
    expect(field).to_have_value("project-299")
    expect(owner.locator("select[name=project]")).to_have_value("project-299")
