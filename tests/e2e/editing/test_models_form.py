"""The models of forge.yml as a form: one edits them, another sees it in the text, and a third only looks."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browsers.accessibility import LOOKS, findings
from tests.support.browsers.pages import PHONE, OpenPage
from tests.support.browsers.studio import (
    PATIENCE,
    create,
    expect_saved,
    invite,
    join,
    open_file,
    put_file,
    sign_in,
    write,
)
from tests.support.servers.live_forge import LiveForge

pytestmark = pytest.mark.e2e

ONNX = Path(__file__).resolve().parents[2] / "lab" / "models" / "onnx" / "keywords.onnx"
TEXT = """\
# of the team
limits:
  size: 2 MB # small

models:
  # the words
  words.tflite: # at night
    source: training/keywords.onnx
    quantize: int8 # for boards
"""


def form(page: Page) -> Locator:
    return page.get_by_role("region", name="forge.yml as a form")


def card(page: Page, path: str) -> Locator:
    return form(page).get_by_role("region", name=path, exact=True)


def line(page: Page, has: str) -> Locator:
    return page.get_by_role("textbox", name="forge.yml").locator(".cm-line").filter(has_text=has)


@pytest.mark.slow
def test_one_edits_the_models_as_a_form_and_another_sees_them_in_the_text(
    forge: LiveForge, open_page: OpenPage
) -> None:
    owner, colleague, viewer = open_page(), open_page(), open_page()
    sign_in(owner, forge.printed_link())
    create(owner, "Digits")
    studio = owner.url
    put_file(owner, "training/keywords.onnx", ONNX.read_bytes())
    put_file(owner, "forge.yml", TEXT.encode())
    open_file(owner, "forge.yml")
    expect(card(owner, "words.tflite")).to_be_visible(timeout=PATIENCE)
    assert findings(owner, LOOKS) == []
    join(colleague, invite(owner, "developer"), "Jo Okafor")
    join(viewer, invite(owner, "viewer"), "Vi Lund")
    for page in (owner, colleague, viewer):
        page.goto(studio)
        open_file(page, "forge.yml")
        expect(card(page, "words.tflite")).to_be_visible(timeout=PATIENCE)
    view = owner.get_by_role("group", name="View")
    view.get_by_role("button", name="Form").click()
    expect(owner.get_by_role("textbox", name="forge.yml")).to_have_count(0)

    # Edits of one are in the text of the other, with the comments and in the other's form.
    words = card(owner, "words.tflite")
    words.get_by_label("Ranges measured on").select_option("validation")
    expect(line(colleague, "calibration: validation")).to_be_visible(timeout=PATIENCE)
    words.get_by_label("Layers kept in float").fill("dense_1")
    owner.keyboard.press("Enter")
    expect(line(colleague, "keep: [dense_1]")).to_be_visible(timeout=PATIENCE)
    expect(card(colleague, "words.tflite").get_by_text("dense_1")).to_be_visible(timeout=PATIENCE)
    for comment in ("# of the team", "# small", "# the words", "# at night", "# for boards"):
        expect(line(colleague, comment)).to_be_visible()

    # An edit of the text comes into the form, and a value that the check refuses has the reason beside its field.
    line(colleague, "# for boards").click()
    colleague.keyboard.press("Home")
    colleague.keyboard.press("Shift+End")
    colleague.keyboard.insert_text("quantize: int9")
    expect(words.get_by_label("Form")).to_have_value("int9", timeout=PATIENCE)
    expect(words.get_by_label("Form")).to_have_attribute("aria-invalid", "true", timeout=PATIENCE)
    words.get_by_label("Form").select_option("int16x8")
    expect(line(colleague, "quantize: int16x8")).to_be_visible(timeout=PATIENCE)
    expect(words.get_by_label("Form")).not_to_have_attribute("aria-invalid", "true", timeout=PATIENCE)

    # A name that cannot be is refused beside its field; one that can is written, and the undo takes it back.
    name = words.get_by_label("Model file")
    write(name, "words.onnx")
    name.press("Enter")
    expect(words.get_by_text("ends with .tflite")).to_be_visible(timeout=PATIENCE)
    write(name, "spoken.tflite")
    name.press("Enter")
    model_card = card(owner, "spoken.tflite")
    expect(model_card.get_by_label("Model file")).to_be_focused(timeout=PATIENCE)
    model_card.get_by_label("Form").focus()
    owner.keyboard.press("Control+z")
    expect(words).to_be_visible(timeout=PATIENCE)

    # A second model by the keyboard alone, which is removed again and brought back.
    owner.get_by_role("button", name="Add a model").focus()
    owner.keyboard.press("Enter")
    new = form(owner).get_by_role("form", name="New model")
    expect(new.get_by_label("Model file")).to_have_value("keywords.tflite")
    new.get_by_label("Model file").press("Enter")
    expect(card(owner, "keywords.tflite")).to_be_visible(timeout=PATIENCE)
    expect(card(viewer, "keywords.tflite")).to_be_visible(timeout=PATIENCE)
    expect(line(colleague, "interface: float32")).to_be_visible(timeout=PATIENCE)
    card(owner, "keywords.tflite").get_by_role("button", name="Remove keywords.tflite").click()
    expect(card(owner, "keywords.tflite")).to_have_count(0, timeout=PATIENCE)
    owner.get_by_role("button", name="Undo").click()
    expect(card(owner, "keywords.tflite")).to_be_visible(timeout=PATIENCE)
    expect_saved(owner)

    # Who only looks has the values and nothing to press but the way to the text.
    facts = card(viewer, "words.tflite")
    expect(facts.get_by_role("definition").filter(has_text="int16x8")).to_be_visible(timeout=PATIENCE)
    expect(form(viewer).locator("input, select, textarea")).to_have_count(0)
    expect(form(viewer).get_by_role("button", name="Add a model")).to_have_count(0)

    owner.set_viewport_size(PHONE)
    assert owner.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = words.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= PHONE["width"]


@pytest.mark.slow
def test_a_file_without_models_is_a_text_until_its_form_is_opened(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    put_file(page, "forge.yml", b"limits:\n  size: 2 MB\n")
    open_file(page, "forge.yml")
    view = page.get_by_role("group", name="View")
    expect(view.get_by_role("button", name="Text")).to_have_attribute("aria-pressed", "true")
    expect(form(page)).to_have_count(0)
    view.get_by_role("button", name="Both").click()
    expect(form(page)).to_be_visible()
    view.get_by_role("button", name="Text").click()
    view.get_by_role("button", name="Form").click()
    expect(form(page)).to_be_visible()
    expect(page.get_by_role("textbox", name="forge.yml")).to_have_count(0)

    # A text with models shows the form at once, and the form stays when the last model is removed.
    page.reload()
    expect(page.get_by_role("tree", name="Files")).to_be_visible(timeout=PATIENCE)
    open_file(page, "forge.yml")
    expect(form(page)).to_have_count(0)
    put_file(page, "forge.yml", TEXT.encode())
    expect(card(page, "words.tflite")).to_be_visible(timeout=PATIENCE)
    card(page, "words.tflite").get_by_role("button", name="Remove words.tflite").click()
    expect(card(page, "words.tflite")).to_have_count(0, timeout=PATIENCE)
    expect(form(page)).to_be_visible()
