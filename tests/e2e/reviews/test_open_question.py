"""A model that does not say how it reads pixels: the preview asks, runs both answers, and writes the chosen one."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, draw_digit, expect_running, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]


def test_the_preview_asks_for_the_range_of_pixels_shows_both_answers_and_writes_the_chosen_one(
    forge: LiveForge, open_page: OpenPage, test_data: Path
) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    page.locator("[data-drop-model] input[type=file]").set_input_files(test_data / "models" / "mlperf_ic_float.tflite")
    page.wait_for_url("**/studio")
    expect_running(page)

    question = page.get_by_role("region", name="An open question")
    expect(question).to_contain_text("does the model read pixels from 0 to 1, or from 0 to 255?", timeout=PATIENCE)
    expect(question.get_by_role("button", name="0 to 1, as it is")).to_be_enabled(timeout=PATIENCE)
    question.get_by_role("button", name="Compare both").click()
    page.get_by_role("region", name="Preview").get_by_role("button", name="File", exact=True).click()
    page.locator("input[type=file][accept='image/*']").set_input_files(test_data / "samples" / "flower.jpg")
    as_it_is = question.get_by_role("region", name="With 0 to 1, as it is")
    as_bytes = question.get_by_role("region", name="With 0 to 255")
    expect(as_it_is.locator("dd").last).to_be_visible(timeout=PATIENCE)
    expect(as_bytes.locator("dd").last).to_be_visible(timeout=PATIENCE)
    expect(question).to_contain_text("They answer differently on this input")
    assert as_it_is.locator("dl").inner_text() != as_bytes.locator("dl").inner_text()
    before = as_bytes.locator("dl").text_content()
    assert before
    page.get_by_role("region", name="Preview").get_by_role("button", name="Draw", exact=True).click()
    expect(as_bytes).to_contain_text("as soon as there is input", timeout=PATIENCE)
    draw_digit(page, "7")
    expect(as_bytes.locator("dl")).not_to_have_text(before, timeout=PATIENCE)
    expect(as_it_is.locator("dl")).to_be_visible()
    as_bytes.get_by_role("button", name="Choose 0 to 255").click()
    expect(question).to_have_count(0, timeout=PATIENCE)
    text = page.get_by_role("textbox", name="Runefile.yml")
    expect(text).to_contain_text("capability: FLOAT_IMAGE")
    expect(text).to_contain_text("inputs: [image]")
    expect(text).not_to_contain_text("Open question")
    expect_running(page)
