"""The folder tests/conformance is what its cases write, and names every folder by what is in it."""

from __future__ import annotations

from tests.rune.running.runtime.conformance.write import HAND_WRITTEN, all_files
from tests.support.runes.conformance_case import FOLDER


def test_the_folder_is_what_its_cases_write() -> None:
    folder_files = {
        str(path.relative_to(FOLDER)): path.read_bytes()
        for path in FOLDER.rglob("*")
        if path.is_file() and path.name not in HAND_WRITTEN
    }
    case_files = all_files()
    assert folder_files.keys() == case_files.keys()
    differing = [name for name, data in case_files.items() if folder_files[name] != data]
    assert not differing, "run `python -m tests.rune.running.runtime.conformance.write`"
