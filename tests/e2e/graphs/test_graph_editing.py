"""The graph edits the same text, with the mouse and with the keys alone: what someone wrote in the text stays."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.support.browsers.graph import (
    comments,
    drag,
    open_palette,
    port,
    runefile,
    show_graph,
    stage,
    wait_for_text,
    write_runefile,
)
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, create, expect_running, sign_in, write
from tests.support.servers.live_forge import LiveForge

pytestmark = pytest.mark.e2e

OLD = """\
FROM runicos/base
# what moves
CAPABILITY<F32[100, 3]> motion ACCEL --n=100
OUT serial
RUN motion serial
"""


@pytest.mark.proof
def test_a_stage_is_dragged_from_the_palette_onto_the_canvas_or_into_a_wire(
    forge: LiveForge, open_page: OpenPage
) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    expect(page.locator("[data-language=browser]")).to_be_visible(timeout=PATIENCE)
    show_graph(page)

    # Dragged from the palette: onto the canvas, where it stands alone, is selected and has what it needs.
    open_palette(page, "accel").drag_to(page.locator(".react-flow__pane"), target_position={"x": 250, "y": 500})
    expect(stage(page, "accel")).to_have_attribute("aria-pressed", "true", timeout=PATIENCE)
    alone = runefile(page)
    assert "capability: ACCEL" in alone

    # Onto a wire, into which it goes; what does not fit there says why and changes nothing.
    open_palette(page, "fft").drag_to(page.locator('[data-wire="best 0"]'))
    expect(page.locator(".toast").filter(has_text="fft takes sound")).to_be_visible(timeout=PATIENCE)
    assert runefile(page) == alone
    open_palette(page, "normalize").drag_to(page.locator('[data-wire="best 0"]'))
    text = wait_for_text(page, lambda text: "inputs: [normalize]" in text)
    assert "inputs: [digits]" in text.partition("normalize:")[2]
    page.keyboard.press("Control+z")
    assert wait_for_text(page, lambda text: "normalize:" not in text) == alone


@pytest.mark.proof
def test_the_graph_edits_the_text_and_keeps_what_stands_in_it(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    expect(page.locator("[data-language=browser]")).to_be_visible(timeout=PATIENCE)
    expected_comments = comments(runefile(page))
    show_graph(page)

    # A sensor from the palette stands alone, is selected and has what it needs.
    open_palette(page, "accel").click()
    wait_for_text(page, lambda text: "capability: ACCEL" in text)

    # The palette stands where the panel of the stage would have no room beside it, until it is closed.
    panel = page.get_by_role("complementary", name="accel")
    stage(page, "accel").click()
    expect(panel).to_be_hidden()
    page.get_by_role("button", name="Close the palette").click()
    expect(panel).to_be_visible()
    preview = page.get_by_role("region", name="Preview")
    wide = page.get_by_role("button", name="Use the whole width")
    wide.click()
    expect(preview).to_be_hidden()
    wide.click()
    expect(preview).to_be_visible()
    page.get_by_role("button", name="Show the whole graph").click()

    # A wire that does not fit says why and changes nothing; one that fits is connected.
    expect(stage(page, "accel")).to_have_attribute("aria-pressed", "true")
    before = runefile(page)
    drag(page, port(page, "accel", "output", 0), port(page, "digits", "input", 0))
    expect(page.get_by_text("The model's input")).to_be_visible(timeout=PATIENCE)
    assert runefile(page) == before
    stage(page, "scores").hover()
    drag(page, port(page, "accel", "output", 0), port(page, "scores", "input", 1))
    wait_for_text(page, lambda text: "inputs: [digits, accel]" in text)

    # The order of what a stage reads, and back as one step.
    stage(page, "scores").click()
    page.get_by_role("button", name="Move input 1 up").click()
    wait_for_text(page, lambda text: "inputs: [accel, digits]" in text)
    page.keyboard.press("Control+z")
    wait_for_text(page, lambda text: "inputs: [digits, accel]" in text)

    # The type of an output: left to what it follows from, or said again; a wrong one is refused with the reason.
    stage(page, "best").click()
    best = page.get_by_role("complementary", name="best")
    best.get_by_role("button", name="Outputs: back to the default").click()
    wait_for_text(page, lambda text: "type: u32" not in text)
    best.get_by_role("button", name="Change the type of output 0").click()
    form = best.get_by_role("form", name="The type of output 0")
    form.get_by_role("combobox", name="Elements").select_option("f32")
    form.get_by_role("button", name="Set the type").click()
    expect(form.get_by_text("gives u32[1], and not f32")).to_be_visible(timeout=PATIENCE)
    form.get_by_role("combobox", name="Elements").select_option("u32")
    form.get_by_role("button", name="Set the type").click()
    wait_for_text(page, lambda text: "type: u32, dimensions: [1]" in text)

    # A long text comes from a file of the project.
    page.get_by_role("button", name="Show the whole graph").click()
    stage(page, "label").click()
    source = page.get_by_role("complementary", name="label").get_by_role("combobox", name="Where wordlist comes from")
    source.select_option("README.md")
    wait_for_text(page, lambda text: "README.md" in text)
    page.keyboard.press("Control+z")
    wait_for_text(page, lambda text: "README.md" not in text)

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
    write(name, "motion")
    name.press("Enter")
    wait_for_text(page, lambda text: "motion:" in text and "accel" not in text)
    name = page.get_by_role("complementary", name="motion").get_by_role("textbox", name="Name")
    write(name, "no name")
    name.press("Enter")
    expect(page.get_by_text("cannot name a stage")).to_be_visible(timeout=PATIENCE)
    name.press("Escape")

    # Away and back.
    stage(page, "motion").click()
    stage(page, "motion").focus()
    page.keyboard.press("Delete")
    expect(stage(page, "motion")).to_have_count(0, timeout=PATIENCE)
    text = wait_for_text(page, lambda text: "motion" not in text)
    assert comments(text) == expected_comments
    page.keyboard.press("Control+z")
    expect(stage(page, "motion")).to_be_visible(timeout=PATIENCE)
    assert comments(runefile(page)) == expected_comments


@pytest.mark.proof
def test_the_graph_is_edited_by_keys_alone(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    expect(page.locator("[data-language=browser]")).to_be_visible(timeout=PATIENCE)
    expected_comments = comments(runefile(page))
    show_graph(page)
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
    expect(stage(page, "tensor")).to_have_attribute("aria-pressed", "true", timeout=PATIENCE)
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
    assert comments(text) == expected_comments
    page.keyboard.press("Control+z")
    wait_for_text(page, lambda text: "drawing" not in text.partition("scores:")[2].partition("tensor")[0])

    # A wire is walked to; taken away, brought back, and a stage put into it.
    stage(page, "best").focus()
    page.keyboard.press("w")
    expect(page.get_by_role("button", name="Put a stage between")).to_be_visible()
    page.keyboard.press("Delete")
    wait_for_text(page, lambda text: "inputs: []" in text.partition("best:")[2].partition("label:")[0])
    page.keyboard.press("Control+z")
    wait_for_text(page, lambda text: "inputs: []" not in text)
    stage(page, "best").focus()
    page.keyboard.press("w")
    page.keyboard.press("+")
    page.keyboard.type("normalize")
    page.keyboard.press("Enter")
    wait_for_text(page, lambda text: "inputs: [normalize]" in text)
    page.keyboard.press("Escape")
    expect(stage(page, "normalize")).to_be_focused()

    # Another name, an argument and no input, in the panel; then no stage.
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Name")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("even")
    page.keyboard.press("Enter")
    wait_for_text(page, lambda text: "inputs: [even]" in text)
    expect(page.get_by_role("textbox", name="Name")).to_have_value("even")
    expect(page.get_by_role("textbox", name="Name")).to_be_focused()
    page.keyboard.press("Escape")
    expect(stage(page, "even")).to_be_focused()
    page.keyboard.press("Delete")
    wait_for_text(page, lambda text: "even" not in text)
    page.keyboard.press("Control+z")
    wait_for_text(page, lambda text: "inputs: [even]" in text)
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    wait_for_text(page, lambda text: "inputs: [digits]" in text.partition("best:")[2].partition("label:")[0])
    stage(page, "best").focus()
    page.keyboard.press("Enter")
    count = page.get_by_role("complementary", name="best").get_by_role("textbox", name="count")
    for _ in range(8):
        if not count.evaluate("field => field === document.activeElement"):
            page.keyboard.press("Tab")
    expect(count).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    text = wait_for_text(page, lambda text: "count: 3" in text and "dimensions: [3]" in text)
    assert comments(text) == expected_comments

    # The list of stages: its rows are walked, and what a stage gives is watched from there.
    rows = page.get_by_role("region", name="Pipeline").get_by_role("list")
    rows.get_by_role("button", name="drawing", exact=False).first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    watch = rows.get_by_role("button", name="Watch pixels")
    expect(watch).to_be_focused()
    page.keyboard.press("Enter")
    expect(watch).to_have_attribute("aria-pressed", "true")

    # A graph that cannot be edited says so, and how it can; an empty one has a beginning.
    write_runefile(page, OLD)
    expect(stage(page, "motion")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("button", name="Add a stage")).to_be_hidden(timeout=PATIENCE)
    page.get_by_role("button", name="Convert to YAML").press("Enter")
    text = wait_for_text(page, lambda text: "pipeline:" in text)
    assert "# what moves" in text
    write_runefile(page, "")
    page.get_by_role("button", name="Add the first stage").press("Enter")
    page.keyboard.type("accel")
    expect(page.locator(".add-item").first).to_be_visible()
    page.keyboard.press("Enter")
    wait_for_text(page, lambda text: "capability: ACCEL" in text)
    page.keyboard.press("Control+a")
    page.keyboard.type("serial")
    page.keyboard.press("Enter")
    wait_for_text(page, lambda text: "out: SERIAL" in text and "inputs: [accel]" in text)
    expect_running(page)


@pytest.mark.proof
def test_a_stage_that_is_removed_offers_to_connect_its_neighbours(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    expect(page.locator("[data-language=browser]")).to_be_visible(timeout=PATIENCE)
    show_graph(page)
    open_palette(page, "normalize").drag_to(page.locator('[data-wire="best 0"]'))
    between = wait_for_text(page, lambda text: "inputs: [normalize]" in text)
    page.get_by_role("button", name="Close the palette").click()

    # One press connects what fits, and one undo takes both back.
    stage(page, "normalize").press("Delete")
    page.get_by_role("button", name="Connect digits to best").click()
    text = wait_for_text(page, lambda text: "normalize:" not in text and "inputs: []" not in text)
    assert "inputs: [digits]" in text.partition("best:")[2]
    stage(page, "best").press("Control+z")
    wait_for_text(page, lambda text: text == between)

    # Neighbours that do not fit say why; in the list of the pipeline as on the canvas.
    page.get_by_role("region", name="Pipeline").get_by_role("button", name="pixels proc-block").press("Delete")
    refusal = page.locator(".toast").filter(
        has_text="pixels was removed. drawing to digits cannot be connected: The model"
    )
    expect(refusal).to_be_visible(timeout=PATIENCE)
    assert "\n  pixels:" not in wait_for_text(page, lambda text: "inputs: []" in text)
    expect(page.get_by_role("region", name="Pipeline").get_by_role("button", name="digits model")).to_be_focused()
