"""The check of the lengths of files, first on what it must refuse."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.cases import each_case
from tools.checks.file_lengths import MOST_COLUMNS, MOST_LINES, long_files, long_lines, source_texts


@each_case(
    "path",
    ["forge/a.py", "frontend/a.tsx", "frontend/a.css", "templates/a.html", "rune/a.h", "tests/test_a.py"],
)
def test_a_source_file_of_one_line_too_many_is_refused(path: str) -> None:
    assert list(long_files({path: MOST_LINES}, {})) == []
    (message,) = long_files({path: MOST_LINES + 1}, {})
    assert message == f"{path}: 401 lines, more than 400: split it by subject"


def test_a_later_migration_is_refused_and_the_first_is_not() -> None:
    lines = dict.fromkeys(["forge/x/migrations/0001_initial.py", "forge/x/migrations/0002_more.py"], MOST_LINES + 1)
    (message,) = long_files(lines, {})
    assert message.startswith("forge/x/migrations/0002_more.py: ")


def test_texts_and_data_may_be_long() -> None:
    assert list(long_files({"README.md": 9000, "requirements/dev.txt": 9000, "a.json": 9000}, {})) == []


def test_a_named_exception_is_no_longer_refused_and_ends_with_its_reason() -> None:
    longer = {"forge/a.py": "one table that is read as a whole"}
    assert list(long_files({"forge/a.py": MOST_LINES + 1}, longer)) == []
    for lines in ({"forge/a.py": MOST_LINES}, {}):
        (message,) = long_files(lines, longer)
        assert message.startswith("forge/a.py: it is not too long any more")


def test_a_long_line_of_a_template_is_refused_with_its_number() -> None:
    fits = "é" * MOST_COLUMNS
    assert list(long_lines("templates/a.html", f"{fits}\n")) == []
    (message,) = long_lines("templates/parts/a.html", f"<p>\n{fits}.\n</p>\n")
    assert message.startswith("templates/parts/a.html:2: 161 characters, more than 160: ")


@pytest.mark.parametrize("path", ["forge/a.py", "templates/letter.txt", "benchmarks/browser/a.html"])
def test_a_long_line_of_another_file_is_not_of_this_check(path: str) -> None:
    assert list(long_lines(path, "x" * (MOST_COLUMNS + 1))) == []


def test_a_checkout_is_read_without_what_git_does_not_track(tmp_path: Path) -> None:
    for name in ("a.py", "page.ts", "notes.md", "untracked.py"):
        (tmp_path / name).write_text("1\n2\n")
    for command in (["init", "-q"], ["add", "a.py", "page.ts", "notes.md"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    assert source_texts(tmp_path) == {"a.py": "1\n2\n", "page.ts": "1\n2\n"}
