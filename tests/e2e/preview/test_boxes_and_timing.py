"""Boxes and key points over the picture, one source for each of three inputs, and what each stage takes."""

from __future__ import annotations

import struct
import zlib
from functools import partial

import pytest
from playwright.sync_api import Locator, expect

from tests.support.browsers.accessibility import findings
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, create, put_file, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

WIDTH, HEIGHT = 96, 64
STAGES = ["camera", "corners", "joints", "seen", "boxes", "points"]
RUNEFILE = f"""\
version: 1
image: runicos/base
pipeline:
  camera:
    capability: IMAGE
    outputs:
      - type: u8
        dimensions: [1, {HEIGHT}, {WIDTH}, 3]
    args:
      width: {WIDTH}
      height: {HEIGHT}
      pixel-format: "@PixelFormat::RGB"
  corners:
    capability: RAW
    outputs:
      - type: f32
        dimensions: [1, 1, 4]
  joints:
    capability: RAW
    outputs:
      - type: f32
        dimensions: [4, 2]
  seen:
    out: TENSOR
    inputs: [camera]
  boxes:
    out: TENSOR
    inputs: [corners]
  points:
    out: TENSOR
    inputs: [joints]
"""
PIXEL = "(canvas, [x, y]) => [...canvas.getContext('2d').getImageData(x, y, 1, 1).data].slice(0, 3)"

IS_OF_THE_CAMERA = """box => {
    const canvas = box.querySelector("canvas");
    const isCropped = canvas.width === 96 && canvas.height === 64;
    return isCropped && canvas.getContext("2d").getImageData(2, 32, 1, 1).data[1] > 100;
}"""


def half_red() -> bytes:
    """A PNG whose left half is red and whose right half is white."""
    row = b"\0" + b"\xff\0\0" * (WIDTH // 2) + b"\xff\xff\xff" * (WIDTH // 2)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(row * HEIGHT)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def give(card: Locator, values: list[float]) -> None:
    for number, value in enumerate(values, start=1):
        card.get_by_label(f"Value {number} as a number").fill(str(value))


def pixels(canvas: Locator, *places: tuple[int, int]) -> list[list[int]]:
    return [canvas.evaluate(PIXEL, list(place)) for place in places]


def is_half_red(canvas: Locator) -> bool:
    return pixels(canvas, (5, 5), (90, 60)) == [[255, 0, 0], [255, 255, 255]]


def test_boxes_and_points_lie_where_they_belong_and_each_stage_has_its_time(
    forge: LiveForge, open_page: OpenPage
) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    preview = page.get_by_role("region", name="Preview")
    # A picture that is there when the first rune runs is played to it unasked, in place of the camera.
    expect(preview.get_by_role("application", name="Drawing sheet")).to_be_visible(timeout=PATIENCE)
    put_file(page, "half.png", half_red())
    put_file(page, "Runefile.yml", RUNEFILE.encode())

    # One source for each input: a picture of the project, sliders, sliders.
    camera = preview.get_by_role("region", name="Camera camera")
    camera.get_by_role("button", name="File", exact=True).click(timeout=PATIENCE)
    picture = preview.get_by_role("region", name="Picture camera")
    picture.get_by_role("combobox", name="A file of the project").select_option("half.png")
    expect(picture.get_by_role("status")).to_have_text("half.png", timeout=PATIENCE)
    give(preview.get_by_role("region", name="Numbers corners"), [0.25, 0.5, 0.75, 0.9])
    give(preview.get_by_role("region", name="Numbers joints"), [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8])
    boxes = preview.get_by_role("img", name="1 object in the picture")
    points = preview.get_by_role("img", name="4 points over the picture")
    expect(boxes.locator(".mark")).to_have_attribute(
        "style", "left: 50%; top: 25%; width: 40%; height: 50%;", timeout=PATIENCE
    )
    expect(points.locator(".point").last).to_have_attribute("style", "left: 80%; top: 70%;", timeout=PATIENCE)
    for overlay in (boxes, points):
        forge.until(partial(is_half_red, overlay.locator("canvas")))
    # Nothing says how sure a box of this rune is, so nothing asks for a bound.
    expect(preview.get_by_label("Minimum score")).to_have_count(0)
    preview.get_by_label("Order of the box coordinates").select_option("left, top, right, bottom")
    expect(boxes.locator(".mark")).to_have_attribute("style", "left: 25%; top: 50%; width: 50%; height: 40%;")

    # The camera's picture is cropped to the sides that the rune asks for, and mirrored under the box as well.
    picture.get_by_role("button", name="Camera", exact=True).click()
    camera.get_by_role("button", name="Start the camera").click()
    forge.until(lambda: boxes.evaluate(IS_OF_THE_CAMERA))
    camera.get_by_role("button", name="Mirror the picture").click()
    expect(camera.get_by_role("button", name="Mirror the picture")).to_have_attribute("aria-pressed", "true")

    # Timing, by the keyboard: the frame budget of the camera, and a table whose rows add up.
    summary = preview.locator("summary").filter(has_text="Timing")
    summary.focus()
    page.keyboard.press("Enter")
    table = preview.get_by_role("table")
    expect(table.get_by_role("rowheader")).to_have_text([*STAGES, "Inference time"], timeout=PATIENCE)
    expect(preview.get_by_text("ms between two inputs: ")).to_be_visible(timeout=PATIENCE)
    expect(preview.get_by_text("The browser's clock moves in steps of")).to_be_visible()
    assert [each for each in findings(page) if "preview-" in each] == []
    summary.press("Enter")
    expect(table).to_have_count(0)
