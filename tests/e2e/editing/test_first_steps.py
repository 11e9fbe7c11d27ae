"""The first steps of a newcomer: each is ticked when its person has done it, and stays ticked."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import (
    PATIENCE,
    create,
    draw_digit,
    expect_running,
    open_file,
    replace_in_editor,
    sign_in,
)
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

STEPS = ("Try it", "Change it", "Build it")


def expect_done(page: Page, *finished_steps: str) -> None:
    steps = page.get_by_role("region", name="First steps").get_by_role("listitem")
    for step in STEPS:
        mark = "Done" if step in finished_steps else "To do"
        expect(steps.filter(has_text=step).get_by_label(mark, exact=True)).to_be_visible(timeout=PATIENCE)


def test_each_step_is_ticked_when_it_is_done_and_stays_so(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    # The example that plays by itself ticks nothing.
    expect_done(page)
    draw_digit(page, "7")
    expect_done(page, "Try it")
    open_file(page, "labels.txt")
    replace_in_editor(page, "labels.txt", "7", "seven")
    expect_done(page, "Try it", "Change it")
    expect_running(page)
    page.get_by_role("button", name="Build", exact=True).click()
    expect_done(page, *STEPS)
    page.reload()
    expect_running(page)
    expect_done(page, *STEPS)
