"""The editor of a Runefile: what the toolchain's own language, running in the page, does for the author."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, create, expect_running, sign_in, write
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

STRANGE = """() => {
  const token = (name) => {
    const probe = document.body.appendChild(document.createElement("i"));
    probe.style.color = `var(${name})`;
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
  const list = document.querySelector(".cm-tooltip-autocomplete");
  const card = document.querySelector(".cm-completionInfo");
  const strange = [];
  for (const [name, element] of [["list", list], ["card", card]]) {
    if (element === null) { strange.push(`no ${name}`); continue; }
    const { left, top, right, bottom } = element.getBoundingClientRect();
    if (left < 0 || top < 0 || right > innerWidth || bottom > innerHeight) strange.push(`${name} leaves the window`);
    const { backgroundColor, color } = getComputedStyle(element);
    if (backgroundColor !== token("--surface")) strange.push(`${name} on ${backgroundColor}`);
    if (name === "card" && color !== token("--text")) strange.push(`${name} in ${color}`);
  }
  const chosen = getComputedStyle(document.querySelector("[role=option][aria-selected=true]")).backgroundColor;
  if (chosen !== token("--accent-soft")) strange.push(`chosen on ${chosen}`);
  for (const label of document.querySelectorAll(".cm-completionLabel"))
    if (label.scrollWidth > label.clientWidth + 1) strange.push(`cut: ${label.textContent}`);
  return strange;
}"""


def strange_completions(page: Page) -> list[str]:
    """Whatever of the open list and its card is off the screen, cut, or in other colours than the product's."""
    expect(page.locator(".cm-completionInfo")).to_be_visible(timeout=PATIENCE)
    strange: list[str] = page.evaluate(STRANGE)
    return strange


def line(page: Page, has: str) -> Locator:
    return page.get_by_role("textbox", name="Runefile.yml").locator(".cm-line").filter(has_text=has).first


def to_end_of(page: Page, has: str) -> None:
    line(page, has).click()
    page.keyboard.press("End")


def test_the_page_checks_completes_explains_renames_and_formats_by_itself(
    forge: LiveForge, open_page: OpenPage
) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")

    # Words get their colours when the language is there: from the server first, then from the page's own Python.
    expect(page.locator("[data-language='browser']")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".word-capability").first).to_have_text("IMAGE", timeout=PATIENCE)

    # From now on nothing is asked of the server: the page reports a problem, and a key fixes it.
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url) if request.url.endswith("/language") else None)
    to_end_of(page, "inputs: [drawing]")
    page.keyboard.press("ArrowLeft")
    page.keyboard.type("s")
    expect(page.get_by_role("button", name="1 error")).to_be_visible(timeout=PATIENCE)
    page.keyboard.press("Control+.")
    expect(page.get_by_role("button", name="No problems")).to_be_visible(timeout=PATIENCE)
    expect(line(page, "inputs: [drawing]")).to_be_visible()

    # Completion knows the blocks, and says what they do.
    to_end_of(page, "inputs: [drawing]")
    page.keyboard.press("Enter")
    page.keyboard.type("ar")
    option = page.get_by_role("listbox").get_by_role("option", name="args")
    expect(option).to_be_visible(timeout=PATIENCE)
    assert strange_completions(page) == []
    page.keyboard.press("Escape")
    for key in ("Home", "Home", "Shift+End", "Delete", "Backspace"):
        page.keyboard.press(key)

    # Hover tells what a model takes and gives.
    line(page, "model: ./digits.tflite").hover(position={"x": 120, "y": 8})
    expect(page.locator(".hover-card")).to_contain_text("f32[1, 28, 28, 1]", timeout=PATIENCE)

    # A stage is renamed wherever it stands, and Undo takes it back in one step.
    line(page, "inputs: [drawing]").click(position={"x": 110, "y": 8})
    page.keyboard.press("F2")
    dialog = page.get_by_role("dialog", name="Rename drawing")
    write(dialog.get_by_role("textbox"), "label")
    dialog.get_by_role("button", name="Rename").click()
    expect(dialog.get_by_role("status")).to_contain_text("label", timeout=PATIENCE)
    write(dialog.get_by_role("textbox"), "sketch")
    dialog.get_by_role("button", name="Rename").click()
    expect(line(page, "inputs: [sketch]")).to_be_visible(timeout=PATIENCE)
    expect(line(page, "sketch:")).to_be_visible()
    page.get_by_role("textbox", name="Runefile.yml").focus()
    page.keyboard.press("Control+z")
    expect(line(page, "inputs: [drawing]")).to_be_visible()

    # F12 goes to where a name is defined.
    line(page, "inputs: [drawing]").click(position={"x": 110, "y": 8})
    page.keyboard.press("F12")
    expect(page.get_by_text("Ln 7, Col 3")).to_be_visible(timeout=PATIENCE)

    # The text is formatted without losing a comment.
    to_end_of(page, "capability: IMAGE")
    page.keyboard.type("    # my comment")
    page.keyboard.press("Shift+Alt+f")
    expect(line(page, "capability: IMAGE  # my comment")).to_be_visible(timeout=PATIENCE)

    assert requests == []
    expect_running(page)
