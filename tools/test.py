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


def main(arguments: list[str]) -> int:
    frontend = subprocess.run([sys.executable, "-m", "tools.frontend", "test"], cwd=ROOT, check=False).returncode
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        # The older family of reports has room for what a test records of itself.
        options = ["-o", "junit_family=xunit1", f"--junitxml={report}", "--durations=12", "-m", "not proof"]
        # Stock clients run on Node, which may be the one that set-up fetched.
        command = [sys.executable, "-m", "pytest", *options, *arguments]
        backend = subprocess.run(command, cwd=ROOT, check=False, env=node_environment()).returncode
        reasons = skip_reasons(report) if report.exists() else []
    unexplained = [reason for reason in reasons if not reason.startswith(ALLOWED_SKIP)]
    if reasons:
        print(f"{len(reasons)} tests skipped, {len(reasons) - len(unexplained)} of them for lack of test data")
    for reason in unexplained:
        print(f"skipped for another reason: {reason}")
    refused = bool(unexplained) and os.environ.get("CI") == "true"
    return 1 if frontend or backend or refused else 0


def skip_reasons(report: Path) -> list[str]:
    tree = ElementTree.parse(report)
    return [skip.get("message", "") for skip in tree.iter("skipped")]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
