"""The studio of a draft while its agent works in it: who is there, its edits, and stopping it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.browsers.accessibility import LOOKS, findings
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.pictures import take_pictures
from tests.support.browsers.studio import PATIENCE, open_file
from tests.support.forge.seeded_agents import DRAFT_PAGE, PERSON
from tests.support.servers.forge_with_draft import ForgeWithDraft, opened

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_a_person_sees_the_agent_edit_and_stops_it(forge_with_draft: ForgeWithDraft, open_page: OpenPage) -> None:
    page = opened(open_page(), forge_with_draft, DRAFT_PAGE, PERSON)
    page.get_by_role("link", name="Open in the studio").click()
    strip = page.get_by_role("region", name="Draft")
    expect(strip).to_contain_text("Draft 1 of kitchen, by Claude for Jo Okafor. Nothing of it is in the project.")
    expect(strip.get_by_role("link", name="What changes")).to_have_attribute("href", DRAFT_PAGE)
    expect(strip.get_by_role("link", name="Change request 1")).to_be_visible()

    open_file(page, "level.py")
    edits = [{"path": "level.py", "old": "min(x[i] * gain, 1.0)", "new": "min(x[i] * gain, 0.9)"}]
    forge_with_draft.call("edit_draft", draft=1, edits=edits, reason="It leaves room.")
    line = page.get_by_role("textbox", name="level.py").locator(".cm-line").filter(has_text="min(x[i] * gain").first
    expect(line).to_contain_text("0.9", timeout=PATIENCE)
    expect(line.locator(".caret-name")).to_have_text("Claude for Jo Okafor", timeout=PATIENCE)
    agent = page.get_by_role("list", name="Who is here").get_by_role(
        "button", name="Claude for Jo Okafor is in level.py"
    )
    expect(agent).to_be_visible()
    expect(agent.locator("svg")).to_be_visible()
    take_pictures(page, "studio-of-a-draft")
    assert findings(page, LOOKS) == []

    strip.get_by_role("button", name="Stop").click()
    strip.get_by_role("button", name="Press again to stop").click()
    expect(strip.get_by_text("Stopped")).to_be_visible()
    expect(agent).to_have_count(0)
    assert forge_with_draft.refused("read_project", draft=1)["error"] == "agent-stopped"
    page.reload()
    expect(strip).to_contain_text("by Claude for Jo Okafor")
    expect(strip.get_by_role("button", name="Stop")).to_have_count(0)
