"""The pages of an agent's draft: what it did, taking some of it, taking it back, and stopping it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsers.accessibility import LOOKS, findings
from tests.support.browsers.pages import DESKTOP, OpenPage
from tests.support.browsers.pictures import take_pictures
from tests.support.forge.seeded_agents import CHANGE_PAGE, DRAFT_PAGE, OWNER, PERSON
from tests.support.servers.forge_with_draft import ForgeWithDraft, opened

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def look(page: Page, name: str) -> None:
    """Asserts that nothing is wrong with the page in any look."""
    take_pictures(page, name)
    assert findings(page, LOOKS) == []
    page.set_viewport_size(DESKTOP)


def test_people_take_some_of_an_agents_draft_undo_and_stop(
    forge_with_draft: ForgeWithDraft, open_page: OpenPage
) -> None:
    page = opened(open_page(), forge_with_draft, DRAFT_PAGE, PERSON)
    expect(page.get_by_role("heading", name="Claude for Jo Okafor")).to_be_visible()
    expect(page.get_by_text("Under 70 % the answer becomes nothing.").first).to_be_visible()
    # Both builds are made by the server; the page has their figures then.
    for _ in range(60):
        if page.get_by_role("heading", name="Figures").count():
            break
        page.wait_for_timeout(2000)
        page.reload()
    expect(page.get_by_role("heading", name="Figures")).to_be_visible()
    look(page, "draft")

    owner = opened(open_page(), forge_with_draft, CHANGE_PAGE, OWNER)
    form = owner.get_by_role("form", name="Changes")
    expect(form.get_by_text("5 of 5 chosen")).to_be_visible()
    look(owner, "change")
    form.get_by_role("checkbox", name="sure").uncheck()
    expect(form.get_by_text("answer needs sure. Take both, or neither.")).to_be_visible()
    expect(form.get_by_role("button", name="Take these 4")).to_be_disabled()
    form.get_by_role("checkbox", name="answer").uncheck()
    form.get_by_role("button", name="Take these 3").click()
    expect(owner.get_by_role("form", name="Changes").get_by_text("3 of 5 chosen")).to_be_visible()
    expect(owner.get_by_role("list", name="What is there and what is missing")).to_contain_text("Build 3")

    page.goto(f"{forge_with_draft.address}{DRAFT_PAGE}")
    page.get_by_role("button", name="Undo all", exact=True).click()
    page.get_by_role("button", name="Press again to confirm").click(delay=600)
    expect(page.get_by_role("status").filter(has_text="4 steps taken back.")).to_be_visible()
    expect(page.get_by_text("No changes yet.")).to_be_visible()
    look(page, "undone")
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_role("button", name="Press again to confirm").click(delay=600)
    expect(page.get_by_text("Its right has ended. The draft stays.")).to_be_visible()
    # The token of the agent is still its person's: its calls are refused all the same.
    assert forge_with_draft.refused("read_project", draft=1)["error"] == "agent-stopped"
    page.goto(f"{forge_with_draft.address}/acme/kitchen/drafts")
    expect(page.get_by_role("link", name="Hear glass better, in 24 kB")).to_be_visible()
    look(page, "drafts")
