"""Finds the browsers and services of the tests on this machine: Debian's. `tools.needs` gets what is missing."""

from __future__ import annotations

import os
import shutil
import sysconfig
from pathlib import Path

FIREFOX = "firefox-esr"
WEBKIT = ["webkit2gtk-driver", "xvfb"]
SOUND = ["pulseaudio", "pulseaudio-utils", "gstreamer1.0-pulseaudio"]
NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """The path of a Chromium, or None."""
    override = os.environ.get("CHROMIUM")
    return override or next((path for name in NAMES if (path := shutil.which(name))), None)


def postgresql() -> Path | None:
    """The folder of PostgreSQL's programs, of the newest release where Debian has several; or None."""
    servers = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[-3]))
    return servers[-1].parent if servers else None


def nginx() -> str | None:
    """The path of nginx, which Debian puts where only root looks for programs; or None."""
    program = shutil.which("nginx") or next(Path("/usr/sbin").glob("nginx"), None)
    return str(program) if program else None


def firefox() -> str | None:
    """The path of a Firefox, or None."""
    return shutil.which("firefox-esr") or shutil.which("firefox")


def mini_browser() -> Path | None:
    """The path of WebKit's MiniBrowser where also its driver and a screen that nobody sees are here; or None."""
    program = next(Path("/usr/lib").glob("*/webkit2gtk-4.1/MiniBrowser"), None)
    return program if shutil.which("WebKitWebDriver") and shutil.which("Xvfb") else None


def python_headers() -> bool:
    """Returns whether a Python package that is C can be built."""
    return Path(sysconfig.get_path("include"), "Python.h").is_file()


def sound_programs() -> bool:
    """Returns whether a sound card can be made up, from which Firefox and WebKit hear a file."""
    return all(shutil.which(name) for name in ("pulseaudio", "pactl", "pacat"))
