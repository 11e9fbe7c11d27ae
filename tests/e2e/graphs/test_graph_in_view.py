"""The graph beside the text that is being typed: the caret's line stays in view, and stages can be read and seen."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.support.browsers.graph import open_palette, runefile, show_graph, stage, write_runefile
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import (
    PATIENCE,
    create,
    expect_running,
    expect_saved,
    open_file,
    replace_in_editor,
    sign_in,
)
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

LAPTOP: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 800}

CARET_IN_VIEW = """() => {
  const line = getSelection().focusNode.parentElement.closest(".cm-line");
  const [caret, window] = [line, line.closest(".cm-scroller")].map((each) => each.getBoundingClientRect());
  const middle = document.querySelector(".middle-body").getBoundingClientRect();
  const top = Math.max(window.top, middle.top), bottom = Math.min(window.bottom, middle.bottom);
  // What is drawn over the line counts as well: whatever is there must be the editor.
  const over = document.elementFromPoint(caret.left + 40, (caret.top + caret.bottom) / 2);
  return caret.top >= top - 0.5 && caret.bottom <= bottom + 0.5 && line.closest(".cm-editor").contains(over);
}"""

LETTERS = """() => [...document.querySelectorAll(".react-flow [data-stage] > :is(b, span)")].map((each) => {
  // What the picture is scaled by, from the node as it is drawn.
  const node = each.closest(".react-flow__node");
  const size = parseFloat(getComputedStyle(each).fontSize) * node.getBoundingClientRect().width / node.offsetWidth;
  return Math.round(100 * size) / 100;
})"""

PICTURES = r"""() => [...document.querySelectorAll("[data-pipeline]")].map((host) => {
  const { wires } = JSON.parse(host.dataset.pipeline);
  const room = host.getBoundingClientRect();
  const drawn = [...host.querySelectorAll(".pipeline-wire")].map((each) => [each.dataset.from, each.dataset.to]);
  const nodes = [...host.querySelectorAll(".pipeline-picture .node")];
  return {
    wires: wires.map(({ source, target }) => [source, target]),
    drawn,
    names: nodes.map((node) => node.querySelector("b").textContent),
    cut: nodes.filter((node) => {
      const { left, right, bottom } = node.getBoundingClientRect();
      const name = node.querySelector("b");
      return left < room.left || right > room.right || bottom > room.bottom || name.scrollWidth > name.clientWidth;
    }).map((node) => node.title),
    letters: nodes.flatMap((node) => [...node.children].map((each) => parseFloat(getComputedStyle(each).fontSize))),
    said: [...host.closest("section, .project").querySelectorAll(".pipeline-list > li")]
      .map((each) => each.textContent.trim().replace(/\s+/g, " ")),
    sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  };
})"""

BRANCHING = """\
version: 1
image: runicos/base
pipeline:
  drawing:
    capability: IMAGE
    outputs: [{type: u8, dimensions: [1, 28, 28, 1]}]
    args: {width: 28, height: 28, pixel-format: "@PixelFormat::GrayScale"}
  number:
    capability: RAND
    outputs: [{type: f32, dimensions: [1, 1]}]
  pixels:
    proc-block: hotg-ai/proc-blocks@v0.11.3#image-normalization
    inputs: [drawing]
    outputs: [{type: f32, dimensions: [1, 28, 28, 1]}]
  digits:
    model: ./digits.tflite
    inputs: [pixels]
    outputs: [{type: f32, dimensions: [1, 11]}]
  again:
    model: ./digits.tflite
    inputs: [pixels]
    outputs: [{type: f32, dimensions: [1, 11]}]
  answer:
    out: serial
    inputs: [digits]
  scores:
    out: serial
    inputs: [digits, again]
  plain:
    out: serial
    inputs: [number, drawing]
"""


def caret_line_is_in_view(page: Page) -> None:
    page.wait_for_function(CARET_IN_VIEW, timeout=PATIENCE)


def walk_to(page: Page, words: str) -> None:
    """Brings the caret to the line from above: then it is the last in sight."""
    line = next(number for number, line in enumerate(runefile(page).splitlines()) if words in line)
    page.get_by_role("textbox", name="Runefile.yml").locator(".cm-line").first.click()
    for _ in range(line):
        page.keyboard.press("ArrowDown")


def stage_is_free(page: Page, name: str) -> bool:
    """Returns whether all of a stage is in sight and nothing lies over it."""
    is_free: bool = stage(page, name).evaluate(
        """(node) => {
          const { left, right, top, bottom } = node.getBoundingClientRect();
          const corners = [left + 12, right - 12].flatMap((x) => [top + 6, bottom - 6].map((y) => [x, y]));
          return corners.every(([x, y]) => node.contains(document.elementFromPoint(x, y)));
        }"""
    )
    return is_free


def letters(page: Page) -> list[float]:
    sizes: list[float] = page.evaluate(LETTERS)
    assert sizes
    return sizes


def strip_height(page: Page) -> float:
    box = page.locator(".graph-area").bounding_box()
    assert box is not None
    return box["height"]


def test_the_line_being_typed_stays_in_view_while_the_graph_grows(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page(viewport=LAPTOP)
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    expect(stage(page, "scores")).to_be_visible(timeout=PATIENCE)
    assert min(letters(page)) >= 11

    # The tour: another label, then an input of the Runefile misspelt, so that stages stand apart and the graph grows.
    open_file(page, "labels.txt")
    replace_in_editor(page, "labels.txt", "7", "seven")
    open_file(page, "Runefile.yml")
    before = strip_height(page)
    walk_to(page, "inputs: [best]")
    page.keyboard.press("Home")
    page.keyboard.press("Shift+End")
    page.keyboard.insert_text("inputs: [bset]")
    expect(page.locator(".react-flow__edge")).to_have_count(5, timeout=PATIENCE)
    caret_line_is_in_view(page)
    assert min(letters(page)) >= 11

    # By the splitter's keys as high as it goes; the next visit remembers it.
    edge = page.get_by_role("separator", name="Height of the graph")
    edge.press("End")
    page.wait_for_function("(least) => document.querySelector('.graph-area').offsetHeight > least", arg=before + 80)
    caret_line_is_in_view(page)
    highest = strip_height(page)
    expect_saved(page)
    page.reload()
    expect(stage(page, "scores")).to_be_visible(timeout=PATIENCE)
    page.wait_for_function("(high) => document.querySelector('.graph-area').offsetHeight === high", arg=highest)
    edge.press("Enter")
    page.wait_for_function("(high) => document.querySelector('.graph-area').offsetHeight < high", arg=highest)

    # Hidden, shown and shown alone: the caret's line is there again each time.
    walk_to(page, "inputs: [bset]")
    page.keyboard.press("Home")
    page.keyboard.press("Shift+End")
    page.keyboard.insert_text("inputs: [best]")
    expect_running(page)
    views = page.get_by_role("group", name="View")
    for view in ("Text", "Both", "Graph", "Both"):
        views.get_by_role("button", name=view).click()
        if view != "Graph":
            page.get_by_role("textbox", name="Runefile.yml").focus()
            caret_line_is_in_view(page)
    assert "best" in page.evaluate("getSelection().focusNode.parentElement.closest('.cm-line').textContent")


def test_every_stage_can_be_read_and_no_panel_covers_the_one_that_it_is_about(
    forge: LiveForge, open_page: OpenPage
) -> None:
    page = open_page(viewport=LAPTOP)
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    write_runefile(page, BRANCHING)
    expect(stage(page, "plain")).to_be_visible(timeout=PATIENCE)
    names = ("drawing", "number", "pixels", "digits", "again", "answer", "scores", "plain")
    items = page.get_by_role("list", name="The stages and what each reads").get_by_role("listitem")
    expect(items).to_have_count(len(names), timeout=PATIENCE)
    expect(items.filter(has_text="scores")).to_have_text("scores, output SERIAL, reads digits and again")
    for viewport in (LAPTOP, PHONE):
        page.set_viewport_size(viewport)
        if viewport is PHONE:
            parts = page.get_by_role("navigation", name="Parts of the studio")
            parts.get_by_role("button", name="Text").click()
        page.get_by_role("group", name="View").get_by_role("button", name="Both").click()
        assert min(letters(page)) >= 11
        show_graph(page)
        assert min(letters(page)) >= 11
        stage(page, "drawing").focus()
        for name in names:
            stage(page, name).focus()
            page.keyboard.press("Enter")
            expect(page.get_by_role("complementary", name=name, exact=False)).to_be_visible(timeout=PATIENCE)
            page.wait_for_function(
                "(name) => document.querySelector(`[data-stage=${name}]`)?.classList.contains('on')", arg=name
            )
            assert_free(page, name)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Show the whole graph").click()
        assert min(letters(page)) >= 0.8 * 11
        open_palette(page, "fft")
        assert_free(page, names[-1])
        page.get_by_role("button", name="Close the palette").click()


def assert_free(page: Page, name: str) -> None:
    """Waits until the picture has come to rest with the stage in sight."""
    for _ in range(PATIENCE // 100):
        if stage_is_free(page, name):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{name} is covered or out of sight")


def test_cards_and_build_pages_draw_the_wires_that_there_are(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page(viewport=LAPTOP)
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    write_runefile(page, BRANCHING)
    expect(stage(page, "plain")).to_be_visible(timeout=PATIENCE)
    expect_running(page)
    page.get_by_role("button", name="Build", exact=True).click()
    page.get_by_role("link", name="Build 1 ok").click(timeout=PATIENCE)
    for viewport in (LAPTOP, PHONE):
        page.set_viewport_size(viewport)
        [build] = pictures(page)
        assert sorted(build["drawn"]) == sorted(build["wires"])
        assert build["cut"] == []
        assert min(build["letters"]) >= 11
        assert build["said"][6] == "scores, output SERIAL, reads digits and again"
        assert build["sideways"] == 0
    page.goto(forge.address)
    for viewport in (LAPTOP, PHONE):
        page.set_viewport_size(viewport)
        [card] = pictures(page)
        assert card["cut"] == []
        assert min(card["letters"]) >= 11
        assert card["sideways"] == 0
        # Names that a card has no room for are counted in it, and still spoken.
        counts = [int(name.removeprefix("+").split()[0]) for name in card["names"] if name.startswith("+")]
        assert sum(counts) + len(card["names"]) - len(counts) == len(card["said"]) == 8


def pictures(page: Page) -> list[Any]:
    page.wait_for_function(
        "() => [...document.querySelectorAll('[data-pipeline]')].every((each) => {"
        " const drawn = each.querySelector('.pipeline-picture');"
        " return drawn !== null && drawn.offsetWidth <= each.clientWidth; })"
    )
    drawings: list[Any] = page.evaluate(PICTURES)
    return drawings
