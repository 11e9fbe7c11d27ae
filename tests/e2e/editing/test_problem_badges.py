"""The badge of a file and of a stage names the place of the problem, and a press goes there."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.browsers.graph import runefile, write_runefile
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, create, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = pytest.mark.e2e


def test_a_badge_leads_to_the_line_that_it_names(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    text = runefile(page).replace("count: 1", "count: many")
    line = 1 + text[: text.index("count: many")].count("\n")
    place = f"an error in Runefile.yml, line {line}"
    write_runefile(page, text)

    for area in (
        page.get_by_role("tree", name="Files"),
        page.get_by_role("region", name="Pipeline"),
        page.locator(".react-flow"),
    ):
        badge = area.get_by_role("button", name=f"Go to {place}")
        expect(badge).to_be_visible(timeout=PATIENCE)
        page.locator(".cm-content").press("Control+Home")
        expect(page.get_by_role("contentinfo")).to_contain_text("Ln 1,")
        badge.click()
        expect(page.get_by_role("contentinfo")).to_contain_text(f"Ln {line},")

    # The row says it too, and its menu goes there without a pointer.
    row = page.get_by_role("treeitem", name=f"Runefile.yml, has {place}")
    page.locator(".cm-content").press("Control+Home")
    row.press("Shift+F10")
    page.get_by_role("menuitem", name=f"Go to {place}").press("Enter")
    expect(page.get_by_role("contentinfo")).to_contain_text(f"Ln {line},")
