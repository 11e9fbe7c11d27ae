"""Packages for boards, as a person downloads them from a build's page and tries them in a terminal."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tools.needs import GCC, lack


def downloaded_package(page: Page, folder: Path) -> Path:
    """Downloads the package for the Pico from the page Boards of a build."""
    boards = page.get_by_role("region", name="Boards", exact=True)
    boards.get_by_role("link").filter(has=page.get_by_text("Raspberry Pi Pico", exact=True)).click()
    aside = page.get_by_role("complementary", name="Raspberry Pi Pico")
    with page.expect_download() as download:
        aside.get_by_role("link", name=re.compile("^Download package")).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def self_test_output(package: Path, chapter: str) -> str:
    """Runs the commands of a chapter of the guides in the folder that the package is in. Returns their output."""
    if shutil.which("gcc") is None:
        pytest.skip(lack(GCC))
    blocks = re.findall(r"```\n(.*?)```", chapter, re.DOTALL)
    assert len(blocks) == 1
    with zipfile.ZipFile(package) as files:  # unzip may not be installed
        files.extractall(package.parent)
    first, _, commands = blocks[0].partition("\n")
    assert first == f"unzip {package.name}"
    result = subprocess.run(["sh", "-euc", commands], cwd=package.parent, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout
