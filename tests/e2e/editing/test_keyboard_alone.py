"""A person gets from the sign-in link to a built rune without a mouse: every step is reached by Tab or by a key of the
studio."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, expect_running, expect_saved
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

FARTHEST = 60
"""Presses of Tab after which something counts as out of reach."""
IN_TEXT = "document.activeElement?.classList.contains('cm-content') === true"


def tab_to(page: Page, target: Locator) -> None:
    """Presses Tab until it has the focus; nothing on the way may keep the focus."""
    expect(target).to_be_visible(timeout=PATIENCE)
    for _ in range(FARTHEST):
        if page.evaluate(IN_TEXT):
            page.keyboard.press("Escape")  # in a text Tab types; its description says so
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"not reached by Tab: {target}")


def run_command(page: Page, words: str) -> None:
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="A command, a file or a stage")).to_be_focused()
    page.keyboard.type(words)
    page.keyboard.press("Enter")


def test_a_rune_is_made_and_built_with_the_keyboard_alone(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(forge.printed_link())
    tab_to(page, page.get_by_role("button", name="Digits"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/studio")
    expect_running(page)

    # A one, drawn with the pen that the arrow keys move.
    tab_to(page, page.get_by_role("application", name="Drawing sheet"))
    for key, times in (("ArrowUp", 6), ("Space", 1), ("ArrowDown", 12), ("Space", 1)):
        for _ in range(times):
            page.keyboard.press(key)
    card = page.get_by_role("region", name="Output answer")
    expect(card.get_by_role("paragraph").first).to_have_text("1", timeout=PATIENCE)

    # Another word for it.
    run_command(page, "labels.txt")
    labels = page.get_by_role("textbox", name="labels.txt")
    expect(labels).to_be_visible(timeout=PATIENCE)
    if not page.evaluate(IN_TEXT):
        tab_to(page, labels)
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+End")
    page.keyboard.type("one")
    expect(card.get_by_role("paragraph").first).to_have_text("one", timeout=PATIENCE)
    expect_saved(page)

    # The editor lets the focus go.
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert not page.evaluate(IN_TEXT)

    # One key goes to a mistake, another fixes it.
    run_command(page, "Runefile.yml")
    text = page.get_by_role("textbox", name="Runefile.yml")
    expect(text).to_be_visible(timeout=PATIENCE)
    if not page.evaluate(IN_TEXT):
        tab_to(page, text)
    page.keyboard.press("Control+f")
    page.keyboard.type("inputs: [drawing]")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.keyboard.type("inputs: [drawinng]")
    # A half-typed name is a problem too: only the whole one has a fix.
    expect(text.locator(".problem.error")).to_have_text("drawinng", timeout=PATIENCE)
    expect(page.get_by_role("button", name="1 error")).to_be_visible(timeout=PATIENCE)
    page.keyboard.press("Control+Home")
    page.keyboard.press("F8")
    page.keyboard.press("Control+.")
    expect(page.get_by_role("button", name="No problems")).to_be_visible(timeout=PATIENCE)
    expect_running(page)

    # Built, and its page opened.
    page.keyboard.press("Control+Enter")
    panel = page.get_by_role("region", name="Problems and builds")
    expect(panel.get_by_text("Succeeded", exact=True)).to_be_visible(timeout=PATIENCE)
    tab_to(page, panel.get_by_role("link", name="Build page"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("Build 1"))).to_be_visible(timeout=PATIENCE)
