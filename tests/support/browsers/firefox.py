"""Debian's Firefox for Playwright: where it is, and how it starts with a camera and a microphone that are made up."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Browser, Playwright

from tests.support.servers.live_forge import REPOSITORY

PREFERENCES: dict[str, str | float | bool] = {
    "media.navigator.permission.disabled": True,
    "ui.prefersReducedMotion": 1,
}


def launch_firefox(playwright: Playwright, path: str, folder: Path, sound: Mapping[str, str]) -> Browser:
    """Starts it through the relay; `folder` is where the program that does so is written.

    `sound` are the variables of a sound card; without one, the microphone and the camera are Firefox's own.
    """
    program = folder / "firefox-for-playwright"
    relay = f"FIREFOX={shlex.quote(path)} exec {shlex.quote(sys.executable)} -m tests.support.browsers.firefox_relay"
    program.write_text(f'#!/bin/sh\ncd {shlex.quote(str(REPOSITORY))} && {relay} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return playwright.firefox.launch(
        executable_path=program,
        channel="moz-firefox",
        env={**os.environ, **sound},
        firefox_user_prefs={**PREFERENCES, "media.navigator.streams.fake": not sound},
    )
