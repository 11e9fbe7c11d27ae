"""The form that begins a run, in the browser: sizes have figures before anything is trained, what differs is marked,
and what cannot be learned is said before the start."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_training import LONG, project_with_samples
from tests.support.browsers.accessibility import LOOKS, findings
from tests.support.browsers.pages import DESKTOP, PHONE, OpenPage
from tests.support.servers.live_forge import LiveForge
from tests.support.training.motion_data import write_motion

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
FIGURE = re.compile(r"\d")


def test_sizes_have_figures_and_what_differs_from_one_is_marked(
    forge: LiveForge, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page()
    write_motion(tmp_path / "motion")
    project = project_with_samples(forge, page, tmp_path / "motion")
    page.goto(f"{project}/training")
    sizes = page.get_by_role("navigation", name="Sizes")
    small, balanced = sizes.get_by_role("link", name="Small"), sizes.get_by_role("link", name="Balanced")
    expect(balanced).to_have_attribute("aria-current", "true")
    for figure in ("ram", "flash", "milliseconds"):
        expect(small.locator(f"[data-figure={figure}]")).to_have_text(FIGURE, timeout=LONG)
    boards = page.get_by_label("On your boards").locator("table")
    expect(boards.locator("td[data-figure=ram] b").first).to_have_text(FIGURE, timeout=LONG)
    balanced_flash = boards.locator("td[data-figure=flash] b").first.inner_text()

    small.click()
    expect(small).to_have_attribute("aria-current", "true")
    expect(page.locator("[data-differing]")).to_be_hidden()
    expect(boards.locator("td[data-figure=flash] b").first).not_to_have_text(balanced_flash, timeout=LONG)
    page.locator("details[data-advanced] > summary").click()
    expect(page.get_by_label("Filters per layer")).to_have_value("8")
    page.get_by_label("Dropout").fill("35")
    expect(page.locator("[data-differing]")).to_have_text("1 differs from Small: dropout")
    expect(page.locator("[data-argument=dropout] .argument-base")).to_have_text(re.compile(r"Small\s+has 20 %"))
    page.get_by_role("switch", name="Labels count alike").uncheck()
    expect(page.locator("[data-differing]")).to_have_text("2 differ from Small: dropout, labels count alike")
    page.get_by_role("searchbox", name="Find an argument").fill("kernel")
    expect(page.get_by_label("Kernel size")).to_be_visible()
    expect(page.get_by_label("Dropout")).to_be_hidden()
    page.get_by_role("searchbox", name="Find an argument").fill("")
    take_pictures(page, "advanced")
    page.get_by_role("link", name=re.compile("Back to\\s+Small")).click()
    expect(page.get_by_label("Dropout")).to_have_value("20")
    expect(page.locator("[data-differing]")).to_be_hidden()

    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        heading = page.get_by_role("heading", name="Train a model").bounding_box()
        assert heading is not None
        assert heading["height"] < 60, "the heading is broken into several lines"
        expect(page.get_by_role("button", name="Train", exact=True)).to_be_in_viewport()
    assert findings(page, LOOKS) == []

    # A value out of range is named in place of a figure, in the words of the page.
    page.get_by_label("Dropout").fill("99")
    expect(page.locator("[data-needs-status]")).to_have_text("Dropout must be a number from 0 to 90.")

    # Several labels and none of them normal: said before the start, with the page where labels are changed.
    page.goto(f"{project}/training?recipe=anomaly")
    notice = page.locator("[data-lack]")
    expect(notice).to_contain_text("Name the one of normal recordings normal")
    expect(notice.get_by_role("link", name="Open Data")).to_be_visible()
    page.goto(f"{project}/training")
    take_pictures(page, "form")


def take_pictures(page: Page, name: str) -> None:
    """Pictures to look at, where the environment names a folder for them."""
    folder = os.environ.get("FORGE_TEST_PICTURES")
    if folder is None:
        return
    for look in ("light", "dark"):
        page.emulate_media(color_scheme=look)
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(3000)
            page.screenshot(path=f"{folder}/{name}-{look}-{width}.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(DESKTOP)
