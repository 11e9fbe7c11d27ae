"""The chapter "Digits on a virtual Pico in five minutes" as it stands, down to a package that one's compiler proves."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import REPOSITORY
from tests.e2e.devices.test_virtual_board import COMPILING, expect_both, expect_equal
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
from tools.needs import GCC, lack

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
    page.get_by_role("link", name="Devices", exact=True).click()
    page.screenshot(path=tmp_path / "devices.png", full_page=True)
    package = downloaded(page, tmp_path)
    record_property("seconds", round(time.monotonic() - start))
    assert said_in_a_terminal(package) == "0 nothing\n"
    with zipfile.ZipFile(package) as files:
        assert "rune_digits/firmware/digits.uf2" in files.namelist()
    expect_named(
        "Digits",
        "Run on a virtual Pico",
        "Build settings",
        "Packages for boards",
        "Save and build",
        "Build page",
        "Devices",
        "Raspberry Pi Pico",
        "Download package",
    )


def expect_figures(text: str) -> None:
    """Those that the chapter has are those that the page shows, rounded."""
    cycles = re.search(r"([\d,]{7,})", text)
    assert cycles is not None
    millions = round(int(cycles[1].replace(",", "")) / 1e6)
    assert f"about {millions} million cycles, {round(millions * 1000 / 125)} ms at 125 MHz" in CHAPTER
    memory = re.search(r"([\d.]+) kB of ([\d.]+) kB", text)
    assert memory is not None
    assert f"{round(float(memory[1]))} kB of its {round(float(memory[2]))} kB of RAM" in CHAPTER


def downloaded(page: Page, folder: Path) -> Path:
    """The package of the board that the chapter chooses."""
    boards = page.get_by_role("region", name="Boards", exact=True)
    boards.get_by_role("link").filter(has=page.get_by_text("Raspberry Pi Pico", exact=True)).click()
    aside = page.get_by_role("complementary", name="Raspberry Pi Pico")
    with page.expect_download() as download:
        aside.get_by_role("link", name=re.compile("^Download package")).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def said_in_a_terminal(package: Path) -> str:
    """The output of the chapter's commands, in the folder that the package is in."""
    if shutil.which("gcc") is None:
        pytest.skip(lack(GCC))
    blocks = re.findall(r"```\n(.*?)```", CHAPTER, re.DOTALL)
    assert len(blocks) == 1
    with zipfile.ZipFile(package) as files:  # unzip may not be installed
        files.extractall(package.parent)
    first, _, commands = blocks[0].partition("\n")
    assert first == f"unzip {package.name}"
    result = subprocess.run(["sh", "-euc", commands], cwd=package.parent, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


def expect_named(*controls: str) -> None:
    """Each control that the chapter names was used."""
    assert set(re.findall(r"\*\*(.+?)\*\*", CHAPTER)) == set(controls)
