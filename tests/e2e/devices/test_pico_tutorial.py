"""The chapter "Digits on a virtual Pico in five minutes" as it stands, down to a package that one's compiler proves."""

from __future__ import annotations

import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.conftest import REPOSITORY
from tests.e2e.devices.test_virtual_board import COMPILING, expect_both, expect_equal
from tests.support.browsers.boards import downloaded_package, self_test_output
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import (
    PATIENCE,
    create,
    draw_digit,
    expect_label,
    open_file,
    replace_in_editor,
    sign_in,
)
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

CHAPTER = (REPOSITORY / "docs" / "guides" / "virtual-pico.md").read_text("utf-8")


def test_the_chapter_is_what_one_does(
    forge: LiveForge, open_page: OpenPage, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    start = time.monotonic()
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    draw_digit(page, "7")
    expect_label(page, "answer", "7")
    board = page.get_by_role("region", name="Board", exact=True)
    board.get_by_role("button", name="Run on a virtual Pico").click()
    expect(board.get_by_role("region", name="On the Pico")).to_contain_text("on the chip", timeout=COMPILING)
    expect_both(board, "7")
    expect_figures(board.inner_text())
    draw_digit(page, "3")
    expect_both(board, "3")
    expect_equal(board)

    open_file(page, "labels.txt")
    replace_in_editor(page, "labels.txt", "3", "three")
    expect(board).to_contain_text("The text changed", timeout=PATIENCE)
    draw_digit(page, "3")
    expect_both(board, "three")
    expect_equal(board)

    page.get_by_role("button", name="Build settings").click()
    page.get_by_role("checkbox", name="Raspberry Pi Pico, with firmware").check()
    page.get_by_role("button", name="Save and build").click()
    panel = page.get_by_role("region", name="Problems and builds")
    expect(panel.get_by_text("Succeeded", exact=True)).to_be_visible(timeout=COMPILING)
    panel.get_by_role("link", name="Build page").click()
    page.get_by_role("link", name="Boards", exact=True).click()
    page.screenshot(path=tmp_path / "devices.png", full_page=True)
    package = downloaded_package(page, tmp_path)
    record_property("seconds", round(time.monotonic() - start))
    assert self_test_output(package, CHAPTER) == "0 nothing\n"
    with zipfile.ZipFile(package) as files:
        assert "rune_digits/firmware/digits.uf2" in files.namelist()
    expect_named(
        "Digits",
        "Run on a virtual Pico",
        "Build settings",
        "Packages for boards",
        "Save and build",
        "Build page",
        "Boards",
        "Raspberry Pi Pico",
        "Download package",
    )


def expect_figures(text: str) -> None:
    """Expects the figures of the chapter to be those that the page shows, rounded."""
    cycles = re.search(r"([\d,]{7,})", text)
    assert cycles is not None
    millions = round(int(cycles[1].replace(",", "")) / 1e6)
    assert f"about {millions} million cycles, {round(millions * 1000 / 125)} ms at 125 MHz" in CHAPTER
    memory = re.search(r"([\d.]+) kB of ([\d.]+) kB", text)
    assert memory is not None
    assert f"{round(float(memory[1]))} kB of its {round(float(memory[2]))} kB of RAM" in CHAPTER


def expect_named(*controls: str) -> None:
    """Each control that the chapter names was used."""
    assert set(re.findall(r"\*\*(.+?)\*\*", CHAPTER)) == set(controls)
