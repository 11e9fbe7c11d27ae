"""Marking objects in pictures on the page of a project's data: by pressing, by keyboard, and in the list."""

from __future__ import annotations

import io
import json
import re
from itertools import product
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, expect

from tests.e2e.test_data import send
from tests.e2e.test_data_parts import data_of
from tests.support.browsers.accessibility import LOOKS, findings
from tests.support.browsers.pages import DESKTOP, PHONE, OpenPage
from tests.support.servers.live_forge import LiveForge

pytestmark = pytest.mark.e2e


def tray(shade: int) -> bytes:
    """A picture of 320 x 240 pixels with six round parts on a tray."""
    picture = Image.new("RGB", (320, 240), (shade, shade, shade + 12))
    draw = ImageDraw.Draw(picture)
    for column, row in product(range(3), range(2)):
        x, y = 60 + column * 100, 70 + row * 100
        draw.ellipse((x - 22, y - 22, x + 22, y + 22), fill=(180, 150 + 20 * row, 110), outline=(40, 40, 40), width=2)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def press(page: Page, face: Locator, x: float, y: float) -> None:
    """Presses a place of a picture, in fractions of its width and height."""
    face.scroll_into_view_if_needed()
    box = face.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])


def bottom(element: Locator) -> float:
    """Pixels from the top of the window to the lower edge of an element."""
    box = element.bounding_box()
    assert box
    return box["y"] + box["height"]


def near(act: str, left: int, top: int, count: str) -> re.Pattern[str]:
    """The sentence about an object that was placed. A press is on a whole pixel, so percent may be one less."""
    return re.compile(rf"{act}, ({left - 1}|{left})\S* % from the left, ({top - 1}|{top})\S* % from the top: {count}\.")


def stored(page: Page, project: str, number: int) -> list[dict[str, Any]] | None:
    answer = page.evaluate(
        "async (address) => JSON.stringify((await (await fetch(address)).json()).sample.positions)",
        f"/api/v1/projects/{project}/data/samples/{number}",
    )
    positions: list[dict[str, Any]] | None = json.loads(answer)
    return positions


@pytest.mark.slow
def test_objects_are_marked_beside_the_samples_by_mouse_and_keyboard(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page(viewport=DESKTOP)
    project, address = data_of(forge, page)
    send(page, project, (tray(60), "bolt", ""), (tray(200), "nut", ""))
    page.goto(address)
    page.locator("[data-number='1'] [data-open]").click()
    panel = page.locator("[data-detail]")
    panel.get_by_role("button", name="Mark objects").click()
    face, status = panel.locator("[data-objects-face]"), panel.locator("[data-objects-status]")
    expect(face).to_be_focused()

    # The mouse places two, and a key chooses the label of the next one.
    press(page, face, 0.2, 0.3)
    expect(status).to_have_text(near("bolt placed", 20, 30, "1 object"))
    page.keyboard.press("2")
    press(page, face, 0.5, 0.3)
    expect(panel.get_by_label("Label, object 2")).to_have_value("nut")

    # The keyboard alone: the cross is at the last object.
    page.keyboard.press("Shift+ArrowRight")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(status).to_have_text(near("nut placed", 60, 33, "3 objects"))
    page.keyboard.press("Delete")
    expect(status).to_contain_text("nut removed: 2 objects.")
    page.keyboard.press("u")
    expect(panel.locator(".object-list > li")).to_have_count(3)

    # A dot is dragged, and a place is typed into the list.
    box = face.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.7 * box["height"], steps=4)
    page.mouse.up()
    expect(panel.get_by_label("From the top in percent, object 1")).to_have_value(re.compile(r"^(69|70)"))
    expect(panel.locator(".object-list > li")).to_have_count(3)
    panel.get_by_label("From the left in percent, object 3").fill("80")
    panel.get_by_label("From the left in percent, object 3").press("Tab")
    panel.get_by_placeholder("Another label").fill("washer")
    panel.get_by_role("button", name="Add", exact=True).click()
    press(page, face, 0.8, 0.8)
    expect(panel.get_by_label("Label, object 4")).to_have_value("washer")
    assert findings(page, LOOKS) == []
    panel.get_by_role("button", name="Save 4 objects").click()

    card = page.locator("[data-number='1']")
    expect(card).to_contain_text("4 objects")
    assert bottom(card.locator(".num", has_text="4 objects")) < bottom(card), "what is below the card is not seen"
    expect(panel.get_by_role("list", name="Objects").first).to_contain_text("nut 2")
    assert [(each["label"], round(each["x"], 1), round(each["y"], 1)) for each in stored(page, project, 1) or []] == [
        ("nut", 0.5, 0.3),
        ("nut", 0.8, 0.3),
        ("bolt", 0.4, 0.7),
        ("washer", 0.8, 0.8),
    ]

    # The editor stays open for the next picture, which has no object; undo takes that back.
    page.locator("[data-number='2'] [data-open]").click()
    panel.get_by_role("button", name="Save no objects").click()
    expect(page.locator("[data-number='2']")).to_contain_text("no objects")
    page.get_by_role("button", name="Undo").first.click()
    expect(page.locator("[data-number='2']")).not_to_contain_text("objects")
    assert stored(page, project, 2) is None
    page.reload()
    page.get_by_role("link", name="Objects not marked").click()
    expect(page.locator("[data-count]")).to_have_text("1 sample")


@pytest.mark.slow
def test_objects_are_marked_on_the_page_of_a_picture_on_a_phone(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page(viewport=PHONE)
    project, address = data_of(forge, page)
    send(page, project, (tray(60), "", ""))
    page.goto(f"{address}/samples/1")
    page.get_by_role("button", name="Mark objects").click()
    face = page.locator("[data-objects-face]")
    press(page, face, 0.5, 0.5)
    expect(page.locator("[data-objects-status]")).to_have_text("Add a label first.")
    page.get_by_placeholder("Another label").fill("bolt")
    page.get_by_placeholder("Another label").press("Enter")
    press(page, face, 0.2, 0.3)
    press(page, face, 0.5, 0.3)
    assert findings(page, LOOKS) == []
    page.get_by_role("button", name="Save 2 objects").click()
    expect(page.get_by_role("list", name="Objects").first).to_contain_text("bolt 2")
    expect(page.get_by_label("Label of sample 0001")).to_have_value("bolt")
