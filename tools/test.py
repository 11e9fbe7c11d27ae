"""Runs the tests: the front end's, then Python's. Says how many tests were skipped for lack of test data.

`python -m tools.test` leaves out the tests that are marked `slow`; `python -m tools.test --all` runs them too. Neither
runs the long proofs (tools/prove.py).

Tests that could not run for lack of a program of the system make it fail, and are named with the command that gets it.
A skip for any other reason is a failure where CI=true: a test that does not run proves nothing.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from rune.wording import counted
from tools.needs import Need, by_hand, lacking
from tools.setup import ROOT, node_environment

ALLOWED_SKIP = "no test data"
PROGRAMS = (
    "tests/e2e",
    "tests/contributing",
    "tests/foreign",
    "tests/rune/compiler/targets",
    "tests/rune/assessment/verify",
    "tests/rune/interpreters",
)
"""Tests of whole programs: the command, servers, C compilers and what they make, interpreters of models, browsers.
They come after the units, which would keep them waiting for a processor. The folders with the longest files come first,
so that no process has a long file left at the end."""
MOST_PROCESSES = 4
WHOLE_FILES = ("--dist", "loadfile", "--no-loadscope-reorder")
"""A process runs a file from its first test to its last, and takes the files in their order."""
NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"
"""Where it is set, each process would compile all tests anew, which takes longer than many of them."""
SHARED_FOLDER = "FORGE_TEST_SHARED"
"""Names the folder of what the processes of one run make once for all, and which goes with the run."""
MEMORY = Path("/dev/shm")
"""The folder of memory on most systems. A flush to a disk keeps many a test waiting for longer than it computes."""
ROOM = 4 << 30
"""How many bytes the tests may write at once."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.test", description="Runs the tests.")
    parser.add_argument("--all", action="store_true", help="run the slow tests too")
    marks = selected_marks(with_slow=parser.parse_args().all)
    frontend = subprocess.run([sys.executable, "-m", "tools.frontend", "test"], cwd=ROOT, check=False).returncode
    with TemporaryDirectory(dir=memory_folder()) as folder:
        units, programs = Path(folder) / "units.xml", Path(folder) / "programs.xml"
        processors = len(os.sched_getaffinity(0))
        backend = [
            pytest(units, processors, marks, *(f"--ignore={path}" for path in PROGRAMS)),
            # A test of programs waits for them for half of its time.
            pytest(programs, processors + 1, marks, *PROGRAMS),
        ]
        reasons = [reason for report in (units, programs) if report.exists() for reason in skip_reasons(report)]
    lacks = lacking(reasons)
    unexplained_skips = [reason for reason in reasons if not reason.startswith(ALLOWED_SKIP) and not lacking([reason])]
    if reasons:
        without_data = sum(reason.startswith(ALLOWED_SKIP) for reason in reasons)
        print(f"{len(reasons)} tests skipped, {without_data} of them for lack of test data")
    for reason in unexplained_skips:
        print(f"skipped for another reason: {reason}")
    if lacks:
        print(left_out(lacks))
    is_refused = bool(lacks) or (bool(unexplained_skips) and os.environ.get("CI") == "true")
    return 1 if frontend or any(backend) or is_refused else 0


def memory_folder(candidate: Path = MEMORY, memory: Path = Path("/proc/meminfo"), room: int = ROOM) -> Path | None:
    """A folder of memory with room for what tests write, from which programs may run, or None if there is none."""
    if not candidate.is_dir() or not os.access(candidate, os.W_OK) or not memory.exists():
        return None
    match = re.search(r"^MemAvailable: +(\d+) kB$", memory.read_text("ascii"), re.MULTILINE)
    available = int(match[1]) << 10 if match else 0
    may_run = not os.statvfs(candidate).f_flag & os.ST_NOEXEC
    # The tests themselves need as much again.
    enough = shutil.disk_usage(candidate).free >= room and available >= 2 * room
    return candidate if may_run and enough else None


def temporary_folder(folder: Path) -> Path:
    """A place for temporary files in a folder, as open as the system's: a test's database runs as another user."""
    temporary = folder / "temporary"
    temporary.mkdir(exist_ok=True)
    temporary.chmod(0o1777)
    folder.chmod(0o711)
    return temporary


def left_out(lacks: Mapping[Need, int]) -> str:
    """Returns which tests did not run, and the command after which they do."""
    lines = [f"Not run: {counted(count, 'test')} without {need.name} ({need.serves})" for need, count in lacks.items()]
    return "\n".join([*lines, "Get what is missing, then run make test again:", "", f"    {by_hand(lacks)}", ""])


def selected_marks(*, with_slow: bool) -> str:
    """Pytest's expression for the tests to run."""
    return "not proof" if with_slow else "not proof and not slow"


def pytest(report: Path, processes: int, marks: str, *arguments: str) -> int:
    """Runs some of Python's tests in several processes; the exit status."""
    # The older family of reports has room for what a test records of itself.
    options = ["-o", "junit_family=xunit1", f"--junitxml={report}", "--durations=12", "-m", marks]
    # Files of a test that passed go at once: the folder may be of memory.
    options += ["-o", "tmp_path_retention_policy=failed"]
    # Its command is what we use of it; the plugin takes each process a second to import.
    options += ["-p", "no:schemathesis"]
    several = ["-n", str(min(processes, MOST_PROCESSES)), *WHOLE_FILES]
    command = [sys.executable, "-m", "pytest", *options, *several, *arguments]
    # Stock clients run on Node, which may be the one that set-up fetched.
    environment = {name: value for name, value in node_environment().items() if name != NO_BYTECODE}
    environment[SHARED_FOLDER] = str(report.parent)
    environment["TMPDIR"] = str(temporary_folder(report.parent))
    return subprocess.run(command, cwd=ROOT, check=False, env=environment).returncode


def skip_reasons(report: Path) -> list[str]:
    tree = ElementTree.parse(report)
    return [skip.get("message", "") for skip in tree.iter("skipped")]


if __name__ == "__main__":
    sys.exit(main())
