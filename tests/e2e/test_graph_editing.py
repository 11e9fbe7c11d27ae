"""The graph edits the same text: with the mouse and with the keys alone, and what others wrote in the text stays."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.studio import PATIENCE, create, expect_saved, sign_in
from tests.live_forge import LiveForge

pytestmark = pytest.mark.e2e


def runefile(page: Page) -> str:
    """The text as the forge has it."""
    expect_saved(page)
    address, organisation, name = page.url.removesuffix("/studio").rsplit("/", 2)
    answer = page.request.get(f"{address}/api/v1/projects/{organisation}/{name}/files/Runefile.yml")
    assert answer.ok
    return answer.text()


def wait_for_text(page: Page, holds: Callable[[str], bool]) -> str:
    """The text as soon as it is as it should be."""
    for _ in range(100):
        text = runefile(page)
        if holds(text):
            return text
        page.wait_for_timeout(100)
    raise AssertionError(text)


def comments(text: str) -> set[str]:
    return set(re.findall(r"#.*", text))


def stage(page: Page, name: str) -> Locator:
    return page.locator(f'[data-stage="{name}"]')


def port(page: Page, stage: str, side: str, index: int) -> Locator:
    return page.locator(f'.react-flow__handle[data-nodeid="{stage}"][data-handleid="{side} {index}"]')


def drag(page: Page, start: Locator, end: Locator) -> None:
    source, target = start.bounding_box(), end.bounding_box()
    assert source is not None
    assert target is not None
    page.mouse.move(source["x"] + source["width"] / 2, source["y"] + source["height"] / 2)
    page.mouse.down()
    page.mouse.move(target["x"] - 30, target["y"] - 10, steps=5)
    page.mouse.move(target["x"] + target["width"] / 2, target["y"] + target["height"] / 2, steps=5)
    page.mouse.up()


def test_the_graph_edits_the_text_and_keeps_what_stands_in_it(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.link())
    create(page, "Digits")
    expect(page.locator("[data-language=browser]")).to_be_visible(timeout=3 * PATIENCE)
    said = comments(runefile(page))
    page.get_by_role("group", name="View").get_by_role("button", name="Graph").click()

    # From the palette: a capability, which is selected and has what it needs.
    page.get_by_role("button", name="Add a stage").click()
    palette = page.get_by_role("region", name="Add a stage")
    palette.get_by_role("searchbox").fill("accel")
    palette.get_by_role("button", name="ACCEL").click()
    panel = page.get_by_role("complementary", name="accel")
    expect(panel).to_be_visible(timeout=PATIENCE)
    palette.get_by_role("button", name="Close the palette").click()
    page.get_by_role("button", name="Show the whole graph").click()

    # What does not fit says why and changes nothing; what fits is connected.
    expect(stage(page, "accel")).to_have_attribute("aria-pressed", "true")
    before = runefile(page)
    drag(page, port(page, "accel", "output", 0), port(page, "digits", "input", 0))
    expect(page.get_by_text("The model's input")).to_be_visible(timeout=PATIENCE)
    assert runefile(page) == before
    stage(page, "scores").hover()
    drag(page, port(page, "accel", "output", 0), port(page, "scores", "input", 1))
    wait_for_text(page, lambda text: "accel" in text.partition("scores:")[2].partition("accel:")[0])

    # Arguments: a slider, which is one step of the undo, and a choice.
    stage(page, "drawing").click()
    drawing = page.get_by_role("complementary", name="drawing")
    slider = drawing.get_by_role("slider", name="width")
    slider.focus()
    page.keyboard.down("ArrowRight")
    for _ in range(3):
        page.keyboard.down("ArrowRight")
    page.keyboard.up("ArrowRight")
    wait_for_text(page, lambda text: "width: 32" in text and "[1, 32, 28, 1]" in text)
    page.keyboard.press("Control+z")
    wait_for_text(page, lambda text: "width: 28" in text and "[1, 28, 28, 1]" in text)
    drawing.get_by_role("combobox", name="pixel_format").select_option("@PixelFormat::RGB")
    wait_for_text(page, lambda text: "PixelFormat::RGB" in text and "[1, 28, 28, 3]" in text)

    # A name, which all that read from it follow.
    stage(page, "accel").click()
    name = panel.get_by_role("textbox", name="Name")
    name.fill("motion")
    name.press("Enter")
    wait_for_text(page, lambda text: "motion:" in text and "accel" not in text)
    name = page.get_by_role("complementary", name="motion").get_by_role("textbox", name="Name")
    name.fill("no name")
    name.press("Enter")
    expect(page.get_by_text("cannot name a stage")).to_be_visible(timeout=PATIENCE)
    name.press("Escape")

    # Away and back.
    stage(page, "motion").click()
    stage(page, "motion").focus()
    page.keyboard.press("Delete")
    expect(stage(page, "motion")).to_have_count(0, timeout=PATIENCE)
    gone = wait_for_text(page, lambda text: "motion" not in text)
    assert comments(gone) == said
    page.keyboard.press("Control+z")
    expect(stage(page, "motion")).to_be_visible(timeout=PATIENCE)
    assert comments(runefile(page)) == said


def test_the_graph_is_edited_by_keys_alone(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.link())
    create(page, "Digits")
    expect(page.locator("[data-language=browser]")).to_be_visible(timeout=3 * PATIENCE)
    said = comments(runefile(page))
    page.get_by_role("group", name="View").get_by_role("button", name="Graph").click()
    stage(page, "drawing").focus()
    page.keyboard.press("ArrowRight")
    expect(stage(page, "pixels")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(stage(page, "digits")).to_be_focused()

    # Into the wire's end: what is added reads from the stage that is selected.
    page.keyboard.press("+")
    expect(page.get_by_role("searchbox", name="Find a stage to add")).to_be_focused()
    page.keyboard.type("tensor")
    page.keyboard.press("Enter")
    wait_for_text(page, lambda text: "out: TENSOR" in text and "inputs: [digits]" in text.partition("TENSOR")[2])
    page.keyboard.press("Escape")

    # Enter leads to the panel, Escape back to the stage.
    stage(page, "digits").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Name")).to_be_focused()
    page.keyboard.press("Escape")
    expect(stage(page, "digits")).to_be_focused()

    # A wire without a pointer: from here, along the arrows, to there.
    page.keyboard.press("Home")
    expect(stage(page, "drawing")).to_be_focused()
    page.keyboard.press("c")
    expect(page.get_by_text("Choose what reads from")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Choose what reads from")).to_be_hidden()
    page.keyboard.press("c")
    stage(page, "scores").focus()
    expect(stage(page, "scores")).to_have_accessible_name(re.compile("the wire fits here"))
    page.keyboard.press("Enter")
    text = wait_for_text(page, lambda text: "drawing" in text.partition("scores:")[2])
    assert comments(text) == said
    page.keyboard.press("Control+z")
    wait_for_text(page, lambda text: "drawing" not in text.partition("scores:")[2].partition("tensor")[0])
