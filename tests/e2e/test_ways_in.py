"""The ways in, in a browser: templates answer in their cards, a rune that is dropped runs, and an empty project leads
to its doors, from the studio and without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Playwright, expect

from rune.source.templates import list_templates
from tests.support.browsers.accessibility import findings
from tests.support.browsers.pages import OpenPage, launch
from tests.support.browsers.studio import PATIENCE, sign_in
from tests.support.servers.live_forge import REPOSITORY, LiveForge

pytestmark = pytest.mark.e2e

ANSWERS = {
    "Digits": "7",
    "Spoken words": "no|up|yes",
    "Wake word": "okay hammer",
    "Signs": "left",
    "Exercises": "resting|forward elevation|upright row",
    "Machine sound": "anomaly",
    "The sine of a number": r"0\.8413",
}
"""The answer of the card of each template to its recorded input, or to one moment of it; the sine is that of 1."""


@pytest.mark.slow
def test_templates_answer_in_their_cards_and_a_dropped_rune_runs(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    digits = page.locator("[data-template-rune]", has_text="Digits")
    expect(digits.locator(".top")).to_contain_text("7", timeout=PATIENCE)
    expect(digits.locator(".top")).to_contain_text("%")
    assert findings(page) == []
    rune = next((REPOSITORY / "static/template-runes").glob("sine-*/sine.rune"))
    page.locator("[data-drop-model] input[type=file]").set_input_files(rune)
    page.wait_for_url("**/try")
    expect(page.get_by_role("region", name="The rune", exact=True)).to_be_visible(timeout=PATIENCE)


@pytest.mark.slow
def test_an_empty_project_has_no_finding_and_begins_with_a_template(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    page.get_by_role("link", name="Empty project").click()
    page.get_by_label("Name").fill("door")
    page.get_by_role("button", name="Create project").click()
    page.wait_for_url("**/door/studio")
    page.get_by_role("link", name="choose how it begins").click()
    assert findings(page) == []
    page.get_by_role("link", name="See the templates").click()
    page.get_by_role("button", name="The sine of a number").click()
    page.wait_for_url("**/door/studio")


@pytest.mark.slow
def test_each_card_of_home_runs_its_template_on_its_recorded_input(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    page.locator("details.more-templates > summary").click()
    assert page.locator("[data-template-rune]").count() == len(ANSWERS) == len(list_templates())
    for title, answer in ANSWERS.items():
        card = page.locator("[data-template-rune]", has=page.locator("b").filter(has_text=re.compile(f"^{title}")))
        card.scroll_into_view_if_needed()
        face = card.locator("[data-face].live")
        expect(face).to_be_visible(timeout=PATIENCE)
        expect(face.locator(".top, .live-template-answer")).to_contain_text(re.compile(answer))
        # Its input is drawn: a picture, a sound strip or the axes of a motion; a number is written.
        expect(face.locator(".live-template-input").locator("canvas, .live-template-number").first).to_be_visible()


@pytest.fixture
def bare(forge: LiveForge, open_page: OpenPage, playwright: Playwright) -> Page:
    """The first page, for a person who is signed in, in a browser that runs no scripts."""
    page = open_page()
    sign_in(page, forge.printed_link())
    state = page.context.storage_state()
    bare = launch(playwright).new_context(storage_state=state, java_script_enabled=False).new_page()
    bare.goto(forge.address)
    return bare


def test_home_and_an_empty_project_lead_on_without_scripts(bare: Page) -> None:
    bare.get_by_role("button", name=re.compile("^Sound")).click()
    project = bare.url.split("/start")[0]
    bare.goto(project)
    for kind in ("Sound", "Picture", "Motion", "Numbers"):
        bare.goto(project)
        bare.get_by_role("link", name=kind, exact=True).click()
        # Playwright finds no text within <noscript>, so it is named by its element.
        expect(bare.locator("noscript > p")).to_be_visible()
        expect(bare.get_by_text("Starting…")).to_be_hidden()
        bare.get_by_role("link", name="Data", exact=True).click()
        assert bare.url == f"{project}/data"
    bare.goto(project)
    bare.get_by_role("link", name="See the templates").click()
    bare.get_by_role("button", name=re.compile("^The sine of a number")).click()
    bare.goto(project)
    expect(bare.get_by_role("heading", name="Record examples")).to_have_count(0)


def test_an_empty_project_takes_a_model_without_scripts(bare: Page) -> None:
    bare.get_by_role("button", name=re.compile("^Numbers from a sensor")).click()
    project = bare.url.split("/start")[0]
    bare.goto(project)
    bare.get_by_label("Model", exact=True).set_input_files(REPOSITORY / "examples/sine/sine.tflite")
    bare.get_by_role("button", name="Upload the model").click()
    bare.goto(project)
    expect(bare.get_by_role("heading", name="Record examples")).to_have_count(0)
