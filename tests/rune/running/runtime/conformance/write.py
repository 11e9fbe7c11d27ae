"""Writes tests/conformance from the cases beside it.

Run it after a change: `python -m tests.rune.running.runtime.conformance.write`.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping

from tests.rune.running.runtime.conformance import (
    counting,
    modelled_wrongly,
    old,
    pictures,
    queries,
    sent_messages,
    stopped,
)
from tests.support.runes import modelled
from tests.support.runes.conformance_case import FOLDER, ConformanceCase, files

HAND_WRITTEN = frozenset({"README.md", "motion.json"})


def all_cases() -> tuple[ConformanceCase, ...]:
    """Every case, by name."""
    cases = [
        case
        for part in (sent_messages, queries, stopped, counting, modelled, modelled_wrongly, old)
        for case in part.cases()
    ]
    names = [case.name for case in cases]
    if len(set(names)) != len(names):
        raise ValueError(f"two cases have one name: {sorted({name for name in names if names.count(name) > 1})}")
    return tuple(sorted(cases, key=lambda case: case.name))


def all_files() -> Mapping[str, bytes]:
    """Returns all files of the folder but what a person wrote, by path."""
    contents = {f"{case.name}/{name}": data for case in all_cases() for name, data in files(case).items()}
    return contents | {"pictures.json": pictures.document().encode()}


def main() -> None:
    for path in FOLDER.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name not in HAND_WRITTEN:
            path.unlink()
    for name, data in all_files().items():
        path = FOLDER / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)


if __name__ == "__main__":
    main()
