"""Finding one's way: the list of projects, favourites and Ctrl K, by keyboard, and all of it without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.support.browsers.pages import OpenPage, launch
from tests.support.browsers.studio import create, expect_running, sign_in
from tests.support.servers.live_forge import REPOSITORY, LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]


def test_a_project_is_found_and_kept_at_the_top(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    for template in ("Digits", "The sine of a number"):
        page.goto(forge.address)
        create(page, template)
        page.goto(f"{forge.address}/?view=list")
    projects = page.locator("#projects")
    # The list answers while one types, and the field keeps the focus.
    words = projects.get_by_role("searchbox", name="Name or description")
    words.press_sequentially("dig")
    expect(projects.get_by_role("heading", name="Projects 1 of 2")).to_be_visible()
    expect(words).to_be_focused()
    assert page.url.endswith("/?q=dig&view=list")
    star = projects.get_by_role("button", name="Favourite: digits")
    with page.expect_response(lambda response: response.request.method != "GET"):
        star.click()
    expect(star).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(page.get_by_role("heading", name="Favourites 1")).to_be_visible()
    expect(page.get_by_role("button", name="Favourite: sine")).to_have_count(0)


def test_everything_is_found_by_the_keyboard_from_a_page_and_from_the_studio(
    forge: LiveForge, open_page: OpenPage
) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    page.goto(forge.address)
    create(page, "The sine of a number")
    # In the studio the palette finds what is elsewhere too, below its own commands and files.
    page.keyboard.press("Control+k")
    palette = page.get_by_role("combobox", name="A command, a file or a stage")
    palette.fill("digits")
    option = page.get_by_role("option", name=re.compile(r"digits.tflite.*File · "))
    expect(option).to_be_visible()
    option.click()
    page.wait_for_url("**/digits/studio?file=digits.tflite")
    expect(page.get_by_role("tab", name="digits.tflite")).to_have_attribute("aria-selected", "true")
    expect_running(page)
    page.goto(forge.address)
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Projects, builds, people, files, docs")
    expect(field).to_be_focused()
    expect(page.get_by_role("group", name="Recent projects")).to_be_visible()
    field.press_sequentially("sine")
    first = page.get_by_role("group", name="Projects").get_by_role("option", name="sine")
    expect(first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(first).to_have_attribute("aria-selected", "false")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sine/studio")
    page.goto(forge.address)
    page.keyboard.press("Control+k")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_lists_favourites_and_the_search_need_no_scripts(
    forge: LiveForge, open_page: OpenPage, playwright: Playwright
) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    state = page.context.storage_state()
    bare: Page = launch(playwright).new_context(storage_state=state, java_script_enabled=False).new_page()
    bare.goto(f"{forge.address}/?view=list")
    bare.get_by_role("searchbox", name="Name or description").fill("sine")
    bare.get_by_role("button", name="Apply").click()
    expect(bare.get_by_text("No project matches.")).to_be_visible()
    bare.get_by_role("link", name="Show all 1").click()
    bare.get_by_role("button", name="Favourite: digits").click()
    expect(bare.get_by_role("heading", name="Favourites 1")).to_be_visible()
    bare.get_by_role("link", name="Projects, builds, people, docs").click()
    bare.get_by_role("searchbox").fill("digits.tflite")
    bare.get_by_role("button", name="Search").click()
    expect(bare.get_by_role("link", name="digits.tflite")).to_be_visible()


def test_ones_own_model_asks_for_the_organisation_where_there_are_several(
    forge: LiveForge, open_page: OpenPage
) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    page.goto(f"{forge.address}/organisations/new")
    page.get_by_label("Name").fill("lineside")
    page.get_by_role("button", name="Create organisation").click()
    page.wait_for_url("**/lineside")
    page.goto(forge.address)
    page.locator("[data-drop-model] input[type=file]").set_input_files(REPOSITORY / "examples/sine/sine.tflite")
    place = page.get_by_role("combobox", name="Create a project of sine.tflite in")
    expect(place).to_be_focused()
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_text("Choose the organisation that sine.tflite goes to.")).to_be_visible()
    place.select_option("lineside")
    page.get_by_role("button", name="Create", exact=True).click()
    page.wait_for_url("**/lineside/sine/studio")
