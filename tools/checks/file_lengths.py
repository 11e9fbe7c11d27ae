"""Refuses files that are too long to read at once, and such lines of templates: `python -m tools.checks.file_lengths`.

A file is about one thing and is named for it. One that grows beyond `MOST_LINES` is about two: split it by subject. The
formatters of Python and TypeScript keep lines short; no formatter is used on templates, whose white space shows.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from tools.setup import ROOT

MOST_LINES: Final = 400
MOST_COLUMNS: Final = 160
"""The most characters of a line of a template."""
SOURCES: Final = (".py", ".pyi", ".ts", ".tsx", ".js", ".mjs", ".cjs", ".css", ".html", ".c", ".h", ".sh")
LONGER: Final[Mapping[str, str]] = {}
"""Files that may be longer, each with the reason."""


def is_source(path: str) -> bool:
    """Returns whether people write and read a file of this path. The first migration of an app has all its tables,
    and Django writes it."""
    return path.endswith(SOURCES) and not path.endswith("/migrations/0001_initial.py")


def long_files(lines: Mapping[str, int], longer: Mapping[str, str]) -> Iterator[str]:
    """A message for each source file that is too long, and for each entry of `longer` that is not needed any more.
    `lines` are numbers of lines by path."""
    for path, count in sorted(lines.items()):
        if is_source(path) and count > MOST_LINES and path not in longer:
            yield f"{path}: {count} lines, more than {MOST_LINES}: split it by subject"
    for path in sorted(longer):
        if lines.get(path, 0) <= MOST_LINES:
            yield f"{path}: it is not too long any more: remove it from LONGER in tools/checks/file_lengths.py"


def long_lines(path: str, text: str) -> Iterator[str]:
    """A message for each line of a template that is too long; none for other files."""
    if not (path.startswith("templates/") and path.endswith(".html")):
        return
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > MOST_COLUMNS:
            yield (
                f"{path}:{number}: {len(line)} characters, more than {MOST_COLUMNS}: break it between elements or "
                "attributes, or have the view prepare what it decides"
            )


def source_texts(root: Path) -> dict[str, str]:
    """The texts of the tracked source files of a checkout, by path."""
    output = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True, text=True).stdout
    names = [name for name in output.split("\0") if is_source(name) and (root / name).is_file()]
    return {name: (root / name).read_text("utf-8") for name in names}


def main() -> int:
    texts = source_texts(ROOT)
    counts = {path: len(text.splitlines()) for path, text in texts.items()}
    messages = list(long_files(counts, LONGER))
    messages += [message for path, text in sorted(texts.items()) for message in long_lines(path, text)]
    for message in messages:
        print(message)
    return 1 if messages else 0


if __name__ == "__main__":
    sys.exit(main())
