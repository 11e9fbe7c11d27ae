"""The folder of exports: a file for each architecture and form, or why there is none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

FORMS = ("float32", "float16", "dynamic_range", "int8", "int16x8")
"""The forms in which an architecture is exported, in the order of the table."""

MODEL, REFUSAL = ENDS = ("tflite", "refused")
"""How the names of files end: a model's, and that of the text that says why there is none."""


def place(folder: Path, name: str, form: str, end: str) -> Path:
    """Returns where the file of an architecture and form is."""
    return folder / f"{name}.{form}.{end}"


def named(path: Path) -> tuple[str, str]:
    """The architecture and the form of a file."""
    name, form, _ = path.name.split(".")
    return name, form


def missing_forms(folder: Path, name: str) -> list[str]:
    """The forms of an architecture of which nothing is in the folder yet."""
    return [form for form in FORMS if not any(place(folder, name, form, end).exists() for end in ENDS)]


@dataclass(frozen=True)
class Exports:
    """The origin of a folder's files: the words and the seed of each architecture, and the versions of the
    libraries."""

    words: Mapping[str, str]
    seeds: Mapping[str, int]
    tensorflow: str
    keras: str

    def write(self, folder: Path) -> None:
        text = json.dumps(asdict(self), indent=1) + "\n"
        (folder / _EXPORTS).write_text(text, encoding="utf-8")

    @staticmethod
    def read(folder: Path) -> Exports:
        return Exports(**json.loads((folder / _EXPORTS).read_text(encoding="utf-8")))


_EXPORTS = "exports.json"
