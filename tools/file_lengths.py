"""Refuses a source file that is too long to read at once: `python -m tools.file_lengths`.

A file is about one thing and is named for it. One that grows beyond `MOST_LINES` is about two: split it by subject.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parent.parent

MOST_LINES: Final = 400
SOURCES: Final = (".py", ".pyi", ".ts", ".tsx", ".js", ".mjs", ".cjs", ".css", ".html", ".c", ".h", ".sh")
LONGER: Final[Mapping[str, str]] = {}
"""Files that may be longer, each with the reason."""


def is_source(path: str) -> bool:
    """Whether people write and read a file of this path. The first migration of an app has all its tables, and Django
    writes it."""
    return path.endswith(SOURCES) and not path.endswith("/migrations/0001_initial.py")


def long_files(lines: Mapping[str, int], longer: Mapping[str, str]) -> Iterator[str]:
    """A message for each source file that is too long, and for each entry of `longer` that is not needed any more.
    `lines` are numbers of lines by path."""
    for path, count in sorted(lines.items()):
        if is_source(path) and count > MOST_LINES and path not in longer:
            yield f"{path}: {count} lines, more than {MOST_LINES}: split it by subject"
    for path in sorted(longer):
        if lines.get(path, 0) <= MOST_LINES:
            yield f"{path}: it is not too long any more: remove it from LONGER in tools/file_lengths.py"


def line_counts(root: Path) -> dict[str, int]:
    """The numbers of lines of the tracked source files of a checkout."""
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True, text=True).stdout
    names = [name for name in tracked.split("\0") if is_source(name) and (root / name).is_file()]
    return {name: len((root / name).read_text("utf-8").splitlines()) for name in names}


def main() -> int:
    messages = list(long_files(line_counts(ROOT), LONGER))
    for message in messages:
        print(message)
    return 1 if messages else 0


if __name__ == "__main__":
    sys.exit(main())
