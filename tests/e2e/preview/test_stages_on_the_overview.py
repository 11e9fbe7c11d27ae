"""The overview shows what each stage of the pipeline gives: of the build that runs there and its newest input."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browsers.accessibility import findings
from tests.support.browsers.layout import layout_problems
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import (
    PATIENCE,
    create,
    draw_digit,
    expect_label,
    expect_saved,
    open_file,
    publish,
    replace_in_editor,
    sign_in,
)
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

INK = """canvas => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
}"""
"""How many colours a canvas has: one for an empty canvas."""


def stage(page: Page, name: str) -> Locator:
    return page.locator(f'.overview-what .node-value[data-stage="{name}"]')


def expect_drawn(picture: Locator) -> None:
    expect(picture.locator("canvas")).to_be_visible(timeout=PATIENCE)
    assert picture.locator("canvas").evaluate(INK) > 1


def test_each_stage_shows_what_it_gives_of_the_build_and_of_the_newest_input(
    forge: LiveForge, open_page: OpenPage
) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    project = page.url.removesuffix("/studio")
    publish(page, project)
    # The text goes on; the page runs the build.
    page.goto(f"{project}/studio")
    open_file(page, "labels.txt")
    replace_in_editor(page, "labels.txt", "7", "seven")
    expect_saved(page)

    page.goto(project)
    expect_label(page, "answer", "7")
    size = page.locator(".preview-figures dd").nth(2).inner_text()
    expect(stage(page, "label")).to_have_text("7", timeout=PATIENCE)
    expect(stage(page, "answer")).to_have_text("7")
    expect_drawn(stage(page, "drawing"))
    expect(stage(page, "digits").locator("rect")).to_have_count(11)
    expect(page.locator(".preview-figures dd").nth(2)).to_have_text(size)

    draw_digit(page, "1")
    expect(stage(page, "label")).to_have_text("1", timeout=PATIENCE)
    expect_label(page, "answer", "1")

    for width in (1440, 1024, 390):
        page.set_viewport_size({"width": width, "height": 900})
        # The picture is drawn anew around what was filled in.
        expect(stage(page, "label")).to_have_text("1")
        assert findings(page) == []
        assert layout_problems(page) == []


def test_the_stages_follow_a_microphone(forge: LiveForge, open_page: OpenPage, test_data: Path) -> None:
    page = open_page(microphone=test_data / "samples" / "up.wav")
    sign_in(page, forge.printed_link())
    create(page, "Spoken words")
    project = page.url.removesuffix("/studio")
    publish(page, project)
    page.goto(project)
    page.get_by_role("button", name="Start listening").click()
    expect_label(page, "heard", "up")
    expect(stage(page, "heard")).to_have_text("up", timeout=PATIENCE)
    for name in ("audio", "spectrogram", "features"):
        expect_drawn(stage(page, name))
