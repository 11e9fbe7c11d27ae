"""A new project from each template shows what it does at once: no sensor, no permission, no press of a button."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, create, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

SHOWN = {
    "Digits": ("7", ("7",)),
    "Spoken words": ("no-up-yes", ("no", "up", "yes")),
    "Machine sound": ("fan", ("normal", "anomaly")),
    "Exercises": ("exercises", ("resting", "forward elevation", "upright row", "resting")),
    "Wake word": ("two-calls", ("listening", "okay hammer", "listening")),
    "Signs": ("sign", ("left",)),
}


@pytest.mark.parametrize("title", SHOWN)
def test_a_template_plays_its_recording_at_once(title: str, forge: LiveForge, open_page: OpenPage) -> None:
    recording, words = SHOWN[title]
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, title)
    preview = page.get_by_role("region", name="Preview")
    example = preview.get_by_role("group", name="Example inputs").get_by_role("button", name=recording, exact=True)
    expect(example).to_have_attribute("aria-pressed", "true", timeout=PATIENCE)
    output = preview.get_by_role("region", name=re.compile("^Output")).first
    for word in words:
        expect(output.get_by_text(word, exact=True).first).to_be_visible(timeout=PATIENCE)


def test_nothing_plays_over_what_a_person_chose(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Exercises")
    preview = page.get_by_role("region", name="Preview")
    example = preview.get_by_role("group", name="Example inputs").get_by_role("button", name="exercises")
    expect(example).to_have_attribute("aria-pressed", "true", timeout=PATIENCE)
    preview.get_by_role("button", name="Signal", exact=True).click()
    preview.get_by_role("combobox", name="Signal").select_option("shake")
    expect(example).to_have_attribute("aria-pressed", "false")
    # Windows of the signal fill by themselves, at the sensor's rate; what was said of the recording is gone.
    output = preview.get_by_role("region", name=re.compile("^Output")).first
    expect(
        output.get_by_text(re.compile("resting|something else|rotation|elevation|extension|row")).first
    ).to_be_visible(timeout=PATIENCE)
    preview.get_by_role("button", name="Pause").click()
    preview.get_by_role("button", name="Live", exact=True).click()
    expect(preview.get_by_text("Results appear here as soon as there is input.")).to_be_visible()
    expect(preview.get_by_role("region", name=re.compile("^Output"))).to_have_count(0)
    # One press brings it back.
    example.click()
    expect(output.get_by_text("resting", exact=True).first).to_be_visible(timeout=PATIENCE)
    expect(example).to_have_attribute("aria-pressed", "true")
    live = preview.get_by_role("button", name="Live", exact=True)
    expect(live).to_have_attribute("aria-pressed", "false")
    # The source behind the example is chosen: the answer to the example does not stay as if it were its own.
    live.click()
    expect(preview.get_by_text("Results appear here as soon as there is input.")).to_be_visible()
    expect(preview.get_by_role("region", name=re.compile("^Output"))).to_have_count(0)


DARK_PIXELS = """canvas => {
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  let dark = 0;
  for (let at = 0; at < data.length; at += 4) dark += data[at + 3] > 0 && data[at] < 100;
  return dark / (width * height);
}"""


def test_the_picture_of_an_example_is_on_the_sheet_until_somebody_draws(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    preview = page.get_by_role("region", name="Preview")
    expect(preview.get_by_text("Draw your own")).to_be_visible(timeout=PATIENCE)
    # The example's name is its label: the answer is marked, and that of a drawing, which has none, is not.
    expect(preview.get_by_text("Right: its label is 7", exact=True)).to_be_visible(timeout=PATIENCE)
    sheet = preview.get_by_role("application", name=re.compile("^Drawing sheet"))
    ink = sheet.evaluate(DARK_PIXELS)
    assert 0.02 < ink < 0.5
    box = sheet.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    example = preview.get_by_role("group", name="Example inputs").get_by_role("button", name="7", exact=True)
    expect(example).to_have_attribute("aria-pressed", "false")
    assert sheet.evaluate(DARK_PIXELS) < ink, "the first stroke begins on an empty sheet"
    expect(preview.get_by_text("Draw your own")).to_have_count(0)
    expect(preview.get_by_text("Right: its label is 7", exact=True)).to_have_count(0)
