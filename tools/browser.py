"""Sees to it that the browser tests have a browser: Debian's Chromium. Where it is missing, says how to get it.

Only a continuous integration run as root (CI=true) installs it by itself, and the services that the tests of several
processes start; elsewhere those are skipped without them, and say so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGES = ["chromium", "skopeo"]
NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """The path of a Chromium, or None."""
    override = os.environ.get("CHROMIUM")
    return override or next((path for name in NAMES if (path := shutil.which(name))), None)


def postgresql() -> Path | None:
    """The folder of PostgreSQL's programs, of the newest release where Debian has several; or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[-3]))
    return found[-1].parent if found else None


def main() -> int:
    missing = [] if chromium() else ["chromium"]
    if not shutil.which("skopeo"):
        missing.append("skopeo")
    installs = os.environ.get("CI") == "true" and os.geteuid() == 0
    if installs:
        missing += [] if postgresql() else ["postgresql"]
        missing += [] if shutil.which("redis-server") else ["redis-server"]
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
    sys.exit(main())
