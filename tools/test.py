"""Runs the whole suite: the front end's tests, then Python's. Says how many tests were skipped for lack of test data.

A skip for any other reason is a failure where CI=true: a test that does not run proves nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.setup import ROOT, node_environment

ALLOWED_SKIP = "no test data"
ALONE = ("tests/e2e", "tests/foreign")
"""What starts browsers and several servers at once: beside other tests they wait for a processor longer than a person
would for them."""
SEVERAL = ("-n", "auto", "--maxprocesses", "4", "--dist", "loadfile")
"""The others run in a process for each processor, files whole."""


def main() -> int:
    frontend = subprocess.run([sys.executable, "-m", "tools.frontend", "test"], cwd=ROOT, check=False).returncode
    with TemporaryDirectory() as folder:
        beside, alone = Path(folder) / "beside.xml", Path(folder) / "alone.xml"
        backend = [
            pytest(beside, *SEVERAL, *(f"--ignore={path}" for path in ALONE)),
            pytest(alone, *ALONE),
        ]
        reasons = [reason for report in (beside, alone) if report.exists() for reason in skip_reasons(report)]
    unexplained = [reason for reason in reasons if not reason.startswith(ALLOWED_SKIP)]
    if reasons:
        print(f"{len(reasons)} tests skipped, {len(reasons) - len(unexplained)} of them for lack of test data")
    for reason in unexplained:
        print(f"skipped for another reason: {reason}")
    refused = bool(unexplained) and os.environ.get("CI") == "true"
    return 1 if frontend or any(backend) or refused else 0


def pytest(report: Path, *arguments: str) -> int:
    """Runs some of Python's tests; the exit status."""
    # The older family of reports has room for what a test records of itself.
    options = ["-o", "junit_family=xunit1", f"--junitxml={report}", "--durations=12", "-m", "not proof"]
    command = [sys.executable, "-m", "pytest", *options, *arguments]
    # Stock clients run on Node, which may be the one that set-up fetched.
    return subprocess.run(command, cwd=ROOT, check=False, env=node_environment()).returncode


def skip_reasons(report: Path) -> list[str]:
    tree = ElementTree.parse(report)
    return [skip.get("message", "") for skip in tree.iter("skipped")]


if __name__ == "__main__":
    sys.exit(main())
