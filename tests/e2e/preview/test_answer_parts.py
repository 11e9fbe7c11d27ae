"""The parts of answers: objects on their picture, an answer that is held and saved as a sample, the strip of motion."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.preview.test_boxes_and_timing import give, half_red
from tests.support.browsers.accessibility import findings
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, create, expect_running, put_file, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
COUNTING = """\
version: 1
image: runicos/base
pipeline:
  camera:
    capability: IMAGE
    outputs:
      - {type: u8, dimensions: [1, 64, 96, 3]}
    args: {width: 96, height: 64, pixel-format: "@PixelFormat::RGB"}
  grid:
    capability: RAW
    outputs:
      - {type: f32, dimensions: [1, 1, 2, 3]}
  objects:
    proc-block: count_on_grid
    inputs: [grid]
    outputs:
      - {type: u32, dimensions: [2]}
      - {type: f32, dimensions: [2, 4]}
    args: {threshold: 0.6, names: $LABELS}
  counts:
    out: SERIAL
    inputs: [objects.0]
  positions:
    out: SERIAL
    inputs: [objects.1]
  seen:
    out: TENSOR
    inputs: [camera]
resources:
  LABELS:
    inline: "nut\\ncoin"
    type: string
"""


def studio(page: Page, forge: LiveForge, template: str) -> Locator:
    """The preview of a new project from a template."""
    sign_in(page, forge.printed_link())
    create(page, template)
    return page.get_by_role("region", name="Preview")


def test_objects_are_counted_first_and_marked_on_their_picture(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    preview = studio(page, forge, "Digits")
    put_file(page, "half.png", half_red())
    put_file(page, "Runefile.yml", COUNTING.encode())
    grid = preview.get_by_role("region", name="Numbers grid")
    expect(grid).to_be_visible(timeout=PATIENCE)
    camera = preview.get_by_role("region", name="Camera camera")
    camera.get_by_role("button", name="File", exact=True).click(timeout=PATIENCE)
    preview.get_by_role("combobox", name="A file of the project").select_option("half.png")
    give(grid, [0.05, 0.1, 0.875, 0.1, 0.75, 0.1])

    card = preview.get_by_role("region", name="Output counts")
    expect(card.locator(".saying")).to_have_text("1nut", timeout=PATIENCE)
    expect(card.locator(".sure").first).to_have_text("and 1 coin")
    picture = card.get_by_role("img", name="1 nut and 1 coin in the picture")
    expect(picture.locator(".mark b")).to_have_text(["coin 88 %", "nut 75 %"])
    expect(card.locator("[aria-live]")).to_have_text("1 nut and 1 coin")
    expect(card.get_by_text("2 above 60 %.")).to_be_visible()
    # The positions are on the picture, and in the raw output of the card.
    expect(preview.get_by_role("region", name="Output positions")).to_have_count(0)
    assert [each for each in findings(page) if "objects" in each or "preview" in each] == []

    give(grid, [0.9, 0.05, 0.05, 0.9, 0.05, 0.05])
    expect(card.locator(".saying")).to_have_text("0objects", timeout=PATIENCE)
    expect(card.locator(".mark")).to_have_count(0)


@pytest.mark.protects("recordings/saved-windows")
def test_an_answer_is_held_and_its_window_becomes_a_sample(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    preview = studio(page, forge, "Spoken words")
    strip = preview.locator("[data-heard]").first
    expect(strip.locator(".heard-window b").last).to_have_text(re.compile(r"^\w+"), timeout=PATIENCE)
    expect(
        preview.get_by_text(re.compile(r"^window 1\.0 s, a new answer every \d+ ms · \d\.\d s behind$"))
    ).to_be_visible(timeout=PATIENCE)
    preview.get_by_role("button", name="Signal", exact=True).click()
    output = preview.get_by_role("region", name=re.compile("^Output")).first
    expect(output.locator(".saying")).to_have_text(re.compile(r"\w"), timeout=PATIENCE)
    hold = preview.get_by_role("button", name="Hold this")
    hold.click()
    expect(hold).to_have_attribute("aria-pressed", "true")
    expect(preview.get_by_text("Held", exact=True)).to_be_visible()

    preview.get_by_role("button", name="Save the window as a sample").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("1.0 s is sent to the project's data")).to_be_visible(timeout=PATIENCE)
    dialog.get_by_role("combobox", name="Label").fill("tone")
    dialog.get_by_role("button", name="I agree, send it").click()
    note = page.get_by_text("The recording is sample 1 of the project's data")
    expect(note).to_be_visible(timeout=PATIENCE)
    address = page.url.removesuffix("/studio")
    assert len(samples(page, address)) == 1
    page.get_by_role("button", name="Undo").last.click()
    forge.until(lambda: samples(page, address) == [])
    hold.click()
    expect(hold).to_have_attribute("aria-pressed", "false")
    assert [each for each in findings(page) if "heard" in each] == []


def samples(page: Page, address: str) -> list[object]:
    server, organisation, project = address.rsplit("/", 2)
    answer = page.request.get(f"{server}/api/v1/projects/{organisation}/{project}/samples")
    rows: list[object] = json.loads(answer.text())["samples"]
    return rows


def test_a_motion_has_its_window_framed_and_named(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    preview = studio(page, forge, "Exercises")
    strip = preview.locator("[data-heard=motion]").first
    expect(strip.locator(".heard-window b").last).to_have_text(re.compile(r", (over )?\d+ %$"), timeout=PATIENCE)
    expect(strip.locator("canvas")).to_have_count(1)
    expect(preview.get_by_role("button", name="Hold this")).to_be_visible()
    expect_running(page)
