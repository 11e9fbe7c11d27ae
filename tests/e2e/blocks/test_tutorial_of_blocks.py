"""The tutorial of blocks, as a person follows it: from an empty Runefile to an app that counts claps."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.blocks.test_block_in_python import _shot, write_over
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, expect_running, open_file, sign_in
from tests.support.compiler.python_blocks.tutorial import FILES, FIRST, RUNEFILE, clapping, sound_of
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]


def test_the_tutorial_ends_in_an_app_that_counts_claps(forge: LiveForge, open_page: OpenPage, tmp_path: Path) -> None:
    microphone = tmp_path / "claps.wav"
    microphone.write_bytes(sound_of(clapping(64, (16, 32, 48))))
    page = open_page(microphone=microphone)
    sign_in(page, forge.printed_link())
    page.goto(f"{forge.address}/new")
    page.get_by_label("Start from").select_option("")
    page.get_by_label("Name").fill("clap")
    page.get_by_role("button", name="Create project").click()
    expect(page.locator("[data-language='browser']")).to_be_visible(timeout=PATIENCE)
    write_over(page, "Runefile.yml", FIRST)
    expect_running(page)
    page.get_by_role("button", name="Start listening").click()

    for name, source, target in (("level", "microphone", "claps"), ("clap", "level", "claps")):
        _new_block(page, name, f"Between {source} and {target}")
        write_over(page, f"{name}.py", FILES[f"{name}.py"])
        open_file(page, f"{name}_test.py")
        write_over(page, f"{name}_test.py", FILES[f"{name}_test.py"])
        tests = page.get_by_role("region", name="Tests")
        expect(tests.get_by_role("status")).to_have_text("3 of 3 passed", timeout=PATIENCE)
    _shot(page, "tutorial-tests")
    open_file(page, "Runefile.yml")
    write_over(page, "Runefile.yml", RUNEFILE)
    expect_running(page)
    output = page.get_by_role("region", name="Output claps")
    expect(output.get_by_role("paragraph").first).to_have_text(re.compile(r"^[1-9]"), timeout=PATIENCE)
    _shot(page, "tutorial-claps")
    open_file(page, "level.py")
    expect(page.get_by_role("region", name="Block level").get_by_text("per call, in Python")).to_be_visible(
        timeout=PATIENCE
    )
    _shot(page, "tutorial-level")


def _new_block(page: Page, name: str, place: str) -> None:
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="A command, a file or a stage")).to_be_focused()
    page.keyboard.type("New block in Python")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="New block in Python")
    dialog.get_by_label("Function name").fill(name)
    option = dialog.get_by_label("Where it runs").locator("option").filter(has_text=place)
    dialog.get_by_label("Where it runs").select_option(value=option.get_attribute("value"))
    dialog.get_by_role("button", name="Create").click()
    expect(page.get_by_role("tab", name=f"{name}.py")).to_have_attribute("aria-selected", "true")
