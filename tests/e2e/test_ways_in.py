"""The ways in, in a browser: templates answer in their cards, a rune that is dropped runs, and an empty project leads
to its doors from the studio."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.browsers.accessibility import findings
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, sign_in
from tests.support.servers.live_forge import REPOSITORY, LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_templates_answer_in_their_cards_and_a_dropped_rune_runs(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    digits = page.locator("[data-template-rune]", has_text="Digits")
    expect(digits.locator(".top")).to_contain_text("7", timeout=PATIENCE)
    expect(digits.locator(".top")).to_contain_text("%")
    assert findings(page) == []
    rune = next((REPOSITORY / "static/template-runes").glob("sine-*/sine.rune"))
    page.locator("[data-drop-model] input[type=file]").set_input_files(rune)
    page.wait_for_url("**/try")
    expect(page.get_by_role("region", name="The rune", exact=True)).to_be_visible(timeout=PATIENCE)


def test_an_empty_project_has_no_finding_and_begins_with_a_template(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    page.get_by_role("link", name="Empty project").click()
    page.get_by_label("Name").fill("door")
    page.get_by_role("button", name="Create project").click()
    page.wait_for_url("**/door/studio")
    page.get_by_role("link", name="choose how it begins").click()
    assert findings(page) == []
    page.get_by_role("link", name="See the templates").click()
    page.get_by_role("button", name="The sine of a number").click()
    page.wait_for_url("**/door/studio")
