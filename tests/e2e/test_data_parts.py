"""Selecting, deleting with a way back, and cutting long recordings on the page of a project's data."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_data import send
from tests.support.browsers.accessibility import LOOKS, findings
from tests.support.browsers.pages import DESKTOP, OpenPage
from tests.support.browsers.studio import create, sign_in
from tests.support.forge.factories.recordings import loud, sound
from tests.support.servers.live_forge import LiveForge

pytestmark = pytest.mark.e2e


def knocks() -> bytes:
    """Two seconds with two loud places, at 0.5 and 1.5 s."""
    return sound(*(9_000 * (-1) ** index if index % 16_000 in range(8_000, 9_600) else 0 for index in range(32_000)))


def data_of(forge: LiveForge, page: Page) -> tuple[str, str]:
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    project = page.url.removesuffix("/studio").removeprefix(f"{forge.address}/")
    return project, f"{forge.address}/{project}/data"


@pytest.mark.slow
def test_ranges_are_selected_and_deleting_can_be_taken_back(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    project, address = data_of(forge, page)
    send(page, project, *((loud(number), "knock", "Guest 1") for number in range(12)))
    page.goto(address)
    expect(page.locator("[data-count]")).to_have_text("12 samples")

    page.get_by_role("checkbox", name="Sample 0011").check()
    page.get_by_role("checkbox", name="Sample 0008").click(modifiers=["Shift"])
    expect(page.locator("[data-chosen]")).to_have_text("4 selected")
    page.locator("[data-number='8'] [data-open]").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("[data-chosen]")).to_have_text("5 selected")
    assert findings(page, LOOKS) == []

    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator("[data-status]")).to_contain_text("5 samples will be deleted in 8 seconds")
    expect(page.locator("[data-count]")).to_have_text("7 samples")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-count]")).to_have_text("12 samples")
    page.reload()
    expect(page.locator("[data-count]")).to_have_text("12 samples")

    # Who leaves the page means it.
    page.locator("[data-number='12'] [data-open]").focus()
    page.keyboard.press("Delete")
    expect(page.locator("[data-count]")).to_have_text("11 samples")
    page.goto(f"{forge.address}/{project}")
    page.goto(address)
    expect(page.locator("[data-count]")).to_have_text("11 samples")


@pytest.mark.slow
def test_a_long_recording_is_cut_beside_the_others_and_marked(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page(viewport=DESKTOP)
    project, address = data_of(forge, page)
    send(page, project, (knocks(), "knock", "Guest 7"), (loud(1), "glass", "Guest 8"))
    page.goto(address)
    page.locator("[data-number='1'] [data-open]").click()
    panel = page.locator("[data-detail]")
    panel.get_by_role("button", name="Crop or split").click()
    expect(panel.get_by_text("2 parts found.")).to_be_visible()
    expect(panel.get_by_label("Start of part 1")).to_have_value("0.40")
    assert findings(page, LOOKS) == []

    # The pointer moves an edge, and so does its field.
    handle = panel.locator(".part-box").first.locator(".end")
    box = handle.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 4, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + 24, box["y"] + 4, steps=4)
    page.mouse.up()
    assert float(panel.get_by_label("End of part 1").input_value()) > 0.75
    panel.get_by_label("End of part 1").fill("0.8")
    panel.get_by_label("Label of part 2").fill("glass")

    panel.get_by_role("button", name="Mark on the time line").click()
    expect(panel.locator(".time-line")).to_contain_text("glass 1.40 to 1.70 s")
    panel.get_by_role("button", name="Crop or split").click()
    expect(panel.get_by_label("End of part 1")).to_have_value("0.80")
    panel.get_by_role("button", name="Make samples").click()
    expect(page.locator("[data-count]")).to_have_text("4 samples")
    expect(page.locator("[data-number='3'] b")).to_have_text("knock")
    expect(page.locator("[data-number='4'] b")).to_have_text("glass")
    expect(page.locator("[data-number='1']")).to_contain_text("left out")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-number='4']")).to_contain_text("left out")
    expect(page.locator("[data-number='1']")).not_to_contain_text("left out")

    # The label is set and confirmed beside the others too.
    panel.get_by_label("Label of sample 0001").fill("glass")
    panel.get_by_role("button", name="Set label").click()
    expect(page.locator("[data-number='1'] b")).to_have_text("glass")
    panel.get_by_role("button", name="Label is right").click()
    expect(page.locator("[data-status]")).to_contain_text("1 changed")


@pytest.mark.slow
def test_a_version_is_exported_on_the_page(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    project, address = data_of(forge, page)
    send(page, project, (loud(1), "knock", "Guest 7"))
    page.goto(address)
    page.get_by_role("button", name="Save version").click()
    page.get_by_label("Layout of version 1").select_option("Croissant")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    assert download.value.suggested_filename.endswith("-data-1-croissant.zip")
