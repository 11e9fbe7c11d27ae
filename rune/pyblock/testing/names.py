"""The names of the tests of a block, of their files and of their recordings."""

from __future__ import annotations

from pathlib import PurePosixPath

SUFFIX = "_test.py"
RECORDING = "recording"
TEST = "test_"


def is_test_file(path: str) -> bool:
    return path.endswith(SUFFIX) and PurePosixPath(path).name != SUFFIX


def block_of_tests(path: str) -> str:
    """Returns the path of the block that a test file tests."""
    return path.removesuffix(SUFFIX) + ".py"


def tests_of_block(path: str) -> str:
    """Returns the path of a block's test file."""
    return path.removesuffix(".py") + SUFFIX
