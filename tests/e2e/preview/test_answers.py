"""An answer looks the same everywhere: what, how sure, bars, and the sound that it is of with its window framed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, create, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
SURE = re.compile(r"^(over |under )?\d+ % sure")


def opened(page: Page, forge: LiveForge, template: str) -> Page:
    """A new project from a template, in the studio."""
    sign_in(page, forge.printed_link())
    create(page, template)
    return page


def test_a_word_is_named_over_its_window_with_how_sure_the_model_is(forge: LiveForge, open_page: OpenPage) -> None:
    page = opened(open_page(), forge, "Spoken words")
    preview = page.get_by_role("region", name="Preview")
    output = preview.get_by_role("region", name=re.compile("^Output")).first
    expect(output.locator(".sure")).to_have_text(SURE, timeout=PATIENCE)
    strip = preview.locator("[data-heard]").first
    expect(strip.locator(".heard-window b").last).to_have_text(re.compile(r"^\w+, (over )?\d+ %$"), timeout=PATIENCE)
    expect(strip.locator(".heard-window.old").first).to_be_visible(timeout=PATIENCE)
    expect(strip.locator(".heard-axis")).to_contain_text("6 s ago")
    expect(output.locator("[aria-live]")).to_have_text(re.compile(r"\w+, (over )?\d+ percent sure"), timeout=PATIENCE)


def test_a_window_that_fills_says_how_far_it_is(forge: LiveForge, open_page: OpenPage) -> None:
    page = opened(open_page(), forge, "Exercises")
    preview = page.get_by_role("region", name="Preview")
    listening = preview.get_by_role("img", name=re.compile("percent of the window"))
    expect(listening.first).to_be_visible(timeout=PATIENCE)
    output = preview.get_by_role("region", name=re.compile("^Output")).first
    expect(output.locator(".sure")).to_have_text(SURE, timeout=PATIENCE)
