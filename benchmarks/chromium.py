"""Debian's Chromium, driven by Playwright, for the figures that need one."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from benchmarks.figure import CannotMeasure
from tools.browser import chromium
from tools.setup import FRONTEND, node_environment

DESKTOP = {"width": 1440, "height": 940}


def start(playwright: Playwright) -> Browser:
    """Raises `CannotMeasure` without a browser."""
    path = chromium()
    if path is None:
        raise CannotMeasure("there is no Chromium on this machine")
    arguments = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", "--no-sandbox"]
    return playwright.chromium.launch(executable_path=path, args=arguments)


@contextmanager
def open_page() -> Iterator[Page]:
    """One page; an error in it is an error here. Raises `CannotMeasure` without a browser."""
    with sync_playwright() as playwright:
        browser = start(playwright)
        try:
            yield browser.new_context(viewport=DESKTOP).new_page()  # type: ignore[arg-type]
        finally:
            browser.close()


def bundle(source: Path, target: Path) -> None:
    """A page's script with what it imports, the front end's own code too, as one file."""
    rolldown = str(FRONTEND / "node_modules" / ".bin" / "rolldown")
    command = [rolldown, str(source), "--format", "iife", "--minify", "--file", str(target), "--log-level", "warn"]
    subprocess.run(command, env=node_environment(), check=True)
