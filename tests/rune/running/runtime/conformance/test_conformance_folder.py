"""The folder tests/conformance is what its cases write, and names every folder by what is in it."""

from __future__ import annotations

from tests.rune.running.runtime.conformance.case import FOLDER
from tests.rune.running.runtime.conformance.write import KEPT, all_files


def test_the_folder_is_what_its_cases_write() -> None:
    kept = {
        str(path.relative_to(FOLDER)): path.read_bytes()
        for path in FOLDER.rglob("*")
        if path.is_file() and path.name not in KEPT
    }
    written = all_files()
    assert kept.keys() == written.keys()
    differing = [name for name, data in written.items() if kept[name] != data]
    assert not differing, "run `python -m tests.rune.running.runtime.conformance.write`"
