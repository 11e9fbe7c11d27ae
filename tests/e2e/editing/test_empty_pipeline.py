"""The studio of an empty pipeline says how an app begins, and offers nothing that could not work yet."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsers.graph import open_palette, wait_for_text
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, expect_running, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = pytest.mark.e2e


def open_empty_studio(page: Page, forge: LiveForge) -> None:
    page.goto(forge.address)
    page.get_by_role("button", name=re.compile("^Numbers from a sensor")).click()
    page.wait_for_url("**/start**")
    page.goto(page.url.split("/start")[0] + "/studio")
    expect_running(page)


def test_an_empty_pipeline_names_its_next_step(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    open_empty_studio(page, forge)
    preview = page.get_by_role("region", name="Preview")
    begin = preview.get_by_role("region", name="The pipeline has no stage yet")
    expect(begin).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("This rune reads no input.")).to_have_count(0)
    # Nothing answers, so nothing can be wrong, timed or measured.
    for name in ("This was wrong", "Timing", "First steps"):
        expect(page.get_by_text(name)).to_have_count(0)
    expect(begin.get_by_role("link", name="Choose how it begins")).to_be_visible()

    begin.get_by_role("button", name="Draw the first stage").click()
    expect(page.get_by_role("heading", name="Nothing to draw yet")).to_be_visible()
    open_palette(page, "accel").click()
    wait_for_text(page, lambda text: "capability: ACCEL" in text)
    expect(begin).to_have_count(0)
