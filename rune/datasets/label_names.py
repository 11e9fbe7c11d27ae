"""The words of a recording: its label, its split, and the names of its person and device. How long they may be, and how
they are read from the files and folders of other tools. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final
from unicodedata import normalize

WORD_LIMIT: Final = 60
"""Characters of a label, a pseudonym or a device. Models, forms, pages and the front end read it here."""
BACKGROUND: Final = "background"
"""The label of everything that is none of the other labels, on the page of examples and its phones."""
SPLITS: Mapping[str, str] = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
}
"""The names of folders that other tools use for splits."""


def word(value: object) -> str:
    """Returns a label, pseudonym or device from a file that others wrote: printable, with single spaces, composed
    (NFC), of any length."""
    if isinstance(value, bool | None):
        return ""
    text = "".join(each if each.isprintable() else " " for each in normalize("NFC", str(value)))
    return " ".join(text.split())


def first_word(*values: object) -> str:
    """Returns the first of these values that says something, as a word; "" where none does. The number 0 does: others
    number people from 0."""
    return next((text for value in values if (value or value == 0) and (text := word(value))), "")


def split_of(value: object) -> str:
    """Returns the split that a word of another tool means, "" for none."""
    return SPLITS.get(str(value).lower(), "")


def split_of_folders(path: str) -> str:
    """Returns the split that a folder of the path is named after, "" where none is."""
    return next((split for part in PurePosixPath(path).parts[:-1] if (split := split_of(part))), "")


def label_of_folder(path: str) -> str:
    """Returns the label that the path's folder is named after, "" for a file that is in no such folder.

    Below a folder for a split, one that is called as a split is a label: `train/train/a.wav` is a train.
    """
    *outer, folder = PurePosixPath(path).parts[:-1] or ("",)
    is_split = bool(split_of(folder)) and not any(map(split_of, outer))
    return "" if is_split or folder in ("data", "samples") else word(folder)
