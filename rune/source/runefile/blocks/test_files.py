"""The test files of a project's blocks: which there are."""

from __future__ import annotations

from collections.abc import Collection

from rune.project.files import ProjectFiles
from rune.pyblock.testing.names import block_of_tests, is_test_file


def find_test_files(files: ProjectFiles) -> tuple[str, ...]:
    """The files of a project that test a block beside them."""
    paths = set(files.paths())
    return tuple(path for path in files.paths() if is_test_file(path) and block_of_tests(path) in paths)


def has_tests(paths: Collection[str]) -> bool:
    """Returns whether one of these files of a project tests another."""
    return any(is_test_file(path) and block_of_tests(path) in paths for path in paths)
