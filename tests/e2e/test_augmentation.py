"""Augmentation in the browser: recordings beside their draws, which are heard, and change with the settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_training import LONG, project_with_samples, require_fit
from tests.support.browsers.pages import OpenPage
from tests.support.servers.live_forge import LiveForge
from tests.support.training.sight_and_sound_data import write_sounds

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
DRAWS = 4


def first_draw(page: Page) -> list[int]:
    """The pixels of the first draw."""
    pixels: list[int] = page.locator(".augmentation-draws figure:not(.original) canvas").first.evaluate(
        "each => [...each.getContext('2d').getImageData(0, 0, each.width, each.height).data]"
    )
    return pixels


def test_augmentation_is_seen_and_heard_with_the_settings_of_the_form(
    forge: LiveForge, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page()
    project = project_with_samples(forge, page, write_sounds(tmp_path / "sounds"))
    page.goto(f"{project}/training?recipe=keywords")
    page.get_by_role("button", name="Show augmentation").click()
    cards = page.locator(".augmentation-example")
    expect(cards).to_have_count(3, timeout=LONG)
    expect(cards.first.locator("figure canvas")).to_have_count(1 + DRAWS)
    expect(cards.first.get_by_role("link", name="Sample")).to_be_visible()
    require_fit(page)

    play = cards.first.get_by_role("button", name="Play: Recording")
    play.click()
    expect(play).to_have_attribute("aria-pressed", "true")
    other = cards.first.get_by_role("button", name="Play: Draw 2")
    other.click()
    expect(other).to_have_attribute("aria-pressed", "true")
    expect(play).to_have_attribute("aria-pressed", "false")
    expect(other).to_have_attribute("aria-pressed", "false", timeout=LONG)  # it is over

    before = first_draw(page)
    page.get_by_role("button", name="Other draws").click()
    page.wait_for_function(
        "before => { const each = document.querySelector('.augmentation-draws figure:not(.original) canvas');"
        " return [...each.getContext('2d').getImageData(0, 0, each.width, each.height).data].join() !== before; }",
        arg=",".join(map(str, before)),
        timeout=LONG,
    )
    page.locator("details[data-advanced] > summary").click()
    for name in ("shift", "pitch", "masked", "loudness", "background"):
        page.locator(f"[data-argument={name}] input").fill("0")
    page.wait_for_function(
        "() => { const [each, draw] = [...document.querySelectorAll('.augmentation-draws canvas')]"
        ".map(one => [...one.getContext('2d').getImageData(0, 0, one.width, one.height).data].join());"
        " return each === draw; }",
        timeout=LONG,
    )

    page.locator("input[name=argument-shift]").fill("5000")
    refusal = page.get_by_text("Time shift, up to must be a number from 0 to 1000.")
    expect(refusal).to_be_visible(timeout=LONG)
    page.locator("input[name=argument-shift]").fill("100")
    expect(refusal).to_be_hidden(timeout=LONG)
