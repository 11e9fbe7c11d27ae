"""Runs the whole suite: the front end's tests, then Python's. Says how many tests were skipped for lack of test data.

Python's run in two parts at once, for what drives browsers mostly waits for them; with arguments for pytest they run as
one. A skip for any other reason is a failure where CI=true: a test that does not run proves nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.setup import ROOT, node_environment

ALLOWED_SKIP = "no test data"
BROWSERS = "tests/e2e"
"""The tests that drive browsers: they take about as long as all others together."""


def main(arguments: list[str]) -> int:
    frontend = subprocess.run([sys.executable, "-m", "tools.frontend", "test"], cwd=ROOT, check=False).returncode
    parts = [arguments] if arguments else [[BROWSERS], all_others()]
    with TemporaryDirectory() as folder:
        statuses = run_at_once(parts, Path(folder))
        reasons = [reason for report in sorted(Path(folder).glob("*.xml")) for reason in skip_reasons(report)]
    unexplained = [reason for reason in reasons if not reason.startswith(ALLOWED_SKIP)]
    if reasons:
        print(f"{len(reasons)} tests skipped, {len(reasons) - len(unexplained)} of them for lack of test data")
    for reason in unexplained:
        print(f"skipped for another reason: {reason}")
    refused = bool(unexplained) and os.environ.get("CI") == "true"
    return 1 if frontend or any(statuses) or refused else 0


def all_others() -> list[str]:
    """The places of all other tests."""
    places = (path for path in (ROOT / "tests").iterdir() if path.is_dir() or path.match("test_*.py"))
    names = sorted(path.relative_to(ROOT).as_posix() for path in places if path.name[0] not in "._")
    return [name for name in names if name != BROWSERS]


def run_at_once(parts: Sequence[Sequence[str]], folder: Path) -> list[int]:
    """The statuses of pytest for each part. The last one is seen while it runs, what the others said after it."""
    running = []
    for number, part in enumerate(parts):
        # The older family of reports has room for what a test records of itself.
        report = ["-o", "junit_family=xunit1", f"--junitxml={folder / f'{number}.xml'}"]
        command = [sys.executable, "-m", "pytest", *report, "--durations=12", "-m", "not proof", *part]
        said = None if number == len(parts) - 1 else (folder / f"{number}.txt").open("w+", encoding="utf-8")
        # Stock clients run on Node, which may be the one that set-up fetched.
        process = subprocess.Popen(command, cwd=ROOT, env=node_environment(), stdout=said, stderr=subprocess.STDOUT)
        running.append((process, said))
    statuses = [process.wait() for process, _ in reversed(running)][::-1]
    for _, said in running:
        if said is not None:
            with said:
                said.seek(0)
                print(said.read())
    return statuses


def skip_reasons(report: Path) -> list[str]:
    tree = ElementTree.parse(report)
    return [skip.get("message", "") for skip in tree.iter("skipped")]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
