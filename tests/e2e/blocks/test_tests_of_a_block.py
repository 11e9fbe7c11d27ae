"""The tests of a block of one's own in the studio: made with it, run as one types, and failing a build."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.blocks.test_block_in_python import _shot, write_over
from tests.support.browsers.accessibility import DARK_AND_NARROW, LIGHT_AND_WIDE, Look, findings
from tests.support.browsers.graph import show_graph, stage, wait_for_text
from tests.support.browsers.pages import DESKTOP, PHONE, OpenPage
from tests.support.browsers.studio import PATIENCE, create, expect_running, open_file, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

FAILS = """\
def test_it_follows():
    for _ in range(4):
        y = smooth([[0.5, 1.0]])
    assert y == approx([[0.5, 1.0]], abs=0.01)


def test_it_begins_at_nothing():
    assert smooth([[0.0]]) == [[0.0]]
"""


def new_block(page: Page, name: str) -> None:
    """A block between the last two stages, by the palette of commands."""
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="A command, a file or a stage")).to_be_focused()
    page.keyboard.type("New block in Python")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="New block in Python")
    dialog.get_by_label("Function name").fill(name)
    dialog.get_by_label("Where it runs").select_option(index=2)
    dialog.get_by_role("button", name="Create").click()


def test_tests_come_with_a_block_run_as_one_types_and_fail_the_build(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Sine")
    expect(page.locator("[data-language='browser']")).to_be_visible(timeout=PATIENCE)
    new_block(page, "smooth")

    # Beside the block its tests pass, and so they do beside their own text, at their lines.
    tests = page.get_by_role("region", name="Tests")
    status = tests.get_by_role("status").first
    expect(status).to_have_text("2 of 2 passed", timeout=PATIENCE)
    # And compiled, as soon as the project is built with them.
    cases = tests.get_by_role("listitem")
    expect(cases.get_by_text("Same bits")).to_have_count(2, timeout=PATIENCE)
    _shot(page, "tests-block")

    # The inputs of the last two seconds become a test, which passes in both; one undo takes it back.
    new = tests.get_by_role("button", name="From the last 2 s")
    expect(new).to_be_enabled(timeout=PATIENCE)
    new.focus()
    page.keyboard.press("Enter")
    expect(status).to_have_text("3 of 3 passed", timeout=PATIENCE)
    expect(cases.get_by_text("Same bits")).to_have_count(3, timeout=PATIENCE)
    _shot(page, "tests-live-input")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("tab", name="smooth_test.py")).to_have_attribute("aria-selected", "true", timeout=PATIENCE)
    expect(page.locator(".line-value.passed")).to_have_count(3, timeout=PATIENCE)
    open_file(page, "smooth.py")
    open_file(page, "smooth_test.py")
    expect(page.locator(".line-value.passed")).to_have_count(3, timeout=PATIENCE)

    # One that fails says what came, what was expected and what the block read, at its line.
    write_over(page, "smooth_test.py", FAILS)
    expect(status).to_have_text("1 test of 2 failed", timeout=PATIENCE)
    expect(tests.get_by_text("The same", exact=True)).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".line-value.failed")).to_contain_text("element 0 is 0.341797, expected 0.5 within 0.01")
    expect(tests.get_by_text("[0.5, 1], in run 4")).to_be_visible()
    _shot(page, "tests-failed")
    # It is a problem of the project before anybody builds, with what to do about it.
    page.get_by_role("tab", name="Problems").click()
    problems = page.get_by_role("region", name="Problems and builds")
    expect(problems.get_by_text("test_it_follows failed: element 0 is 0.341797")).to_be_visible(timeout=PATIENCE)
    expect(problems.get_by_text("smooth_test.py:4:5")).to_be_visible()
    expect(problems.get_by_role("button", name="Expect 0.3417")).to_be_visible()
    expect(problems.get_by_text("No problems")).to_have_count(0)
    _shot(page, "tests-problems")

    # A build runs them compiled, and says the same.
    page.get_by_role("button", name="Build", exact=True).click()
    expect(page.get_by_text("test_it_follows failed: element 0 is 0.341797").first).to_be_visible(timeout=4 * PATIENCE)
    _shot(page, "tests-build")
    page.get_by_role("button", name="Show the problems").click()
    problems.get_by_role("button", name="Remove test_it_follows").click()
    expect(status).to_have_text("1 of 1 passed", timeout=PATIENCE)
    expect(problems.get_by_text("No problems in the newest text.")).to_be_visible(timeout=PATIENCE)
    expect(problems.get_by_role("region", name="Problems of build 1")).to_contain_text("test_it_follows failed")
    _shot(page, "tests-problems-of-build")
    page.set_viewport_size(PHONE)
    _shot(page, "tests-phone")


COPIED = """\
version: 1
image: runicos/base
pipeline:
  scores:
    capability: RAW
    args: {length: 24}
    outputs: [{type: f32, dimensions: [6]}]
  switch:
    proc-block: hysteresis
    inputs: [scores]
  out:
    out: SERIAL
    inputs: [switch]
"""


def test_a_block_of_the_catalogue_is_copied_and_its_panels_are_for_all(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Sine")
    expect(page.locator("[data-language='browser']")).to_be_visible(timeout=PATIENCE)
    write_over(page, "Runefile.yml", COPIED)
    expect_running(page)
    show_graph(page)
    stage(page, "switch").click()
    copy = page.get_by_role("button", name="Copy into my project")
    expect(copy).to_be_visible(timeout=PATIENCE)
    _shot(page, "copy-panel")
    copy.click()
    expect(page.get_by_role("tab", name="hysteresis.py")).to_have_attribute("aria-selected", "true", timeout=PATIENCE)
    expect(page.get_by_role("region", name="Block switch")).to_be_visible(timeout=PATIENCE)
    expect_running(page)
    open_file(page, "Runefile.yml")
    assert "proc-block: ./hysteresis.py" in wait_for_text(page, lambda text: "./hysteresis.py" in text)
    page.keyboard.press("Control+z")

    # Beside tests of which one fails, in light and dark, wide and on a phone.
    new_block(page, "smooth")
    open_file(page, "smooth_test.py")
    write_over(page, "smooth_test.py", FAILS.replace("[[0.5, 1.0]]", "[0.5, 1.0]").replace("[[0.0]]", "[0.0]"))
    expect(page.get_by_role("region", name="Tests").get_by_role("status").first).to_have_text(
        "1 test of 2 failed", timeout=PATIENCE
    )
    dark = Look("dark", DESKTOP["width"], DESKTOP["height"])
    assert findings(page, (LIGHT_AND_WIDE, dark)) == []
    page.emulate_media(color_scheme="dark")
    _shot(page, "tests-dark")
    page.set_viewport_size(PHONE)
    page.get_by_role("button", name="Preview").click()
    tests = page.get_by_role("region", name="Tests")
    expect(tests).to_be_visible()
    tests.scroll_into_view_if_needed()
    _shot(page, "tests-phone-dark")
    assert findings(page, (DARK_AND_NARROW, Look("light", PHONE["width"], PHONE["height"]))) == []
