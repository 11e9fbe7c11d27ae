"""The test files of a project's blocks, checked with their blocks."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial

from rune.project.files import FileError, ProjectFiles
from rune.pyblock.checking.problems import Problem
from rune.pyblock.testing.check import CheckedTests, check_tests
from rune.pyblock.testing.names import RECORDING, block_of_tests
from rune.pyblock.testing.recordings import RecordedNumbers, UnreadableRecording, find_recording
from rune.pyblock.testing.subject import BlockUnderTest

_CACHE_SIZE = 32


def read_tests(files: ProjectFiles, path: str) -> CheckedTests:
    """The tests of a file, checked with its block. Raises `FileError` and `UnicodeDecodeError`."""
    block = block_of_tests(path)
    subject = BlockUnderTest(block, _text(files, block))
    return check_tests(path, _text(files, path), subject, partial(find_recording, files))


def test_problems(files: ProjectFiles, path: str) -> tuple[str, tuple[Problem, ...]]:
    """A test file's text, and what is wrong in it; nothing where one of the two files cannot be read."""
    try:
        text, block = _text(files, path), _text(files, block_of_tests(path))
    except (FileError, UnicodeDecodeError):
        return "", ()
    if RECORDING in text:
        # The type of a recording may change while no text does.
        return text, _problems(path, text, block, partial(find_recording, files))
    return text, _known_problems(path, text, block)


def _text(files: ProjectFiles, path: str) -> str:
    return files.read(path).decode("utf-8-sig")


def _problems(path: str, text: str, block: str, recording: Callable[[str], RecordedNumbers]) -> tuple[Problem, ...]:
    return check_tests(path, text, BlockUnderTest(block_of_tests(path), block), recording).problems


@lru_cache(_CACHE_SIZE)
def _known_problems(path: str, text: str, block: str) -> tuple[Problem, ...]:
    return _problems(path, text, block, _no_recording)


def _no_recording(name: str) -> RecordedNumbers:
    raise UnreadableRecording(f"There is no recording {name}", "Name a .wav or a .csv of the project.")
