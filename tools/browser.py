"""Sees to it that the browser tests have a browser: Debian's Chromium. Where it is missing, says how to get it.

Only a continuous integration run as root (CI=true) installs it by itself, and the services that the tests of several
processes start; elsewhere those are skipped without them, and say so. So it is with Firefox and WebKit, in which the
proofs run the core journeys: `python -m tools.browser prove`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGES = ["chromium", "skopeo"]
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
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[-3]))
    return found[-1].parent if found else None


def firefox() -> str | None:
    """The path of a Firefox, or None."""
    return shutil.which("firefox-esr") or shutil.which("firefox")


def mini_browser() -> Path | None:
    """The path of WebKit's MiniBrowser where also its driver and a screen that nobody sees are here; or None."""
    found = next(Path("/usr/lib").glob("*/webkit2gtk-4.1/MiniBrowser"), None)
    return found if shutil.which("WebKitWebDriver") and shutil.which("Xvfb") else None


def sound_programs() -> bool:
    """Whether a sound card can be made up, from which Firefox and WebKit hear a file."""
    return all(shutil.which(name) for name in ("pulseaudio", "pactl", "pacat"))


def main(arguments: list[str]) -> int:
    missing = [] if chromium() else ["chromium"]
    if not shutil.which("skopeo"):
        missing.append("skopeo")
    installs = os.environ.get("CI") == "true" and os.geteuid() == 0
    if installs:
        missing += [] if postgresql() else ["postgresql"]
        missing += [] if shutil.which("redis-server") else ["redis-server"]
        if "prove" in arguments:
            missing += [] if firefox() else [FIREFOX]
            missing += [] if mini_browser() else WEBKIT
            missing += [] if sound_programs() else SOUND
    if not missing:
        return 0
    command = f"apt-get install --yes --no-install-recommends {' '.join(missing)}"
    if installs:
        print(f"==> {command}", flush=True)
        subprocess.run(["apt-get", "update", "--quiet"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(command.split(), check=True, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
        return 0
    print(
        f"The tests need {' and '.join(missing)}, which this machine does not have. On Debian and Ubuntu:\n\n"
        f"    sudo {command}\n",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
