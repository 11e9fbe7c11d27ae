"""Folders: one a label, with or without folders for splits; and those of Hugging Face, with a list of their files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rune.datasets.content.content import BadContent
from rune.datasets.convert.plain import SUFFIXES, plain_recording
from rune.datasets.convert.series import records_of
from rune.datasets.layouts.files import DataFiles
from rune.datasets.layouts.json_files import json_of
from rune.datasets.layouts.layout import (
    Item,
    Layout,
    Omission,
    label_of_folder,
    split_of,
    split_of_folders,
    word,
)

_LISTS = ("metadata.csv", "metadata.jsonl")
_FILES = ("file_name", "audio_file_name", "image_file_name")
_LABELS = ("label", "labels", "class", "category", "intent")
_GROUPS = ("group", "speaker_id", "speaker", "person", "subject")


def find_hugging_face(archive: DataFiles) -> Layout | None:
    """Returns the recordings that lists `metadata.csv` or `metadata.jsonl` name, as audio and image folders have."""
    lists = [name for name in archive.names if name.rpartition("/")[2] in _LISTS]
    items: list[Item] = []
    omissions: list[Omission] = []
    for list_name in lists:
        folder = list_name[: list_name.rfind("/") + 1]
        for row in _rows(archive, list_name):
            path = next((row[key] for key in _FILES if row.get(key)), "")
            if not path:
                return None
            if folder + path not in archive:
                omissions.append(Omission(path, "The archive does not have this file, which its list names."))
                continue
            label = _first(row, _LABELS) or label_of_folder(folder + path)
            split = split_of(row.get("split", "")) or split_of_folders(folder + path)
            items.append(Item(folder + path, word(label), word(_first(row, _GROUPS)), split, word(row.get("device"))))
    if not items and not omissions:
        return None
    return Layout("Hugging Face folder", items, omissions, _read)


def folders_by_label(archive: DataFiles) -> Layout:
    """Returns the recordings of an archive with the name of their folder as label."""
    items: list[Item] = []
    omissions: list[Omission] = []
    for name in archive.names:
        if name.lower().endswith(SUFFIXES):
            items.append(Item(name, label_of_folder(name), "", split_of_folders(name)))
        else:
            omissions.append(Omission(name, "It is not a WAV, FLAC, PNG, JPEG or CSV file."))
    return Layout("folders by label", items, omissions, _read)


def _read(archive: DataFiles, item: Item) -> bytes:
    return plain_recording(archive.read(item.path))


def _rows(archive: DataFiles, name: str) -> Iterable[Mapping[str, str]]:
    data = archive.read(name)
    if name.endswith(".csv"):
        yield from records_of(data)
        return
    for number, line in enumerate(data.splitlines(), start=1):
        if line.strip():
            row = json_of(line, f"Line {number} of {name}")
            if not isinstance(row, dict):
                raise BadContent(f"Line {number} of {name} is not an object.")
            yield {str(key): _text(value) for key, value in row.items()}


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _first(row: Mapping[str, str], names: Iterable[str]) -> str:
    return next((row[name] for name in names if row.get(name)), "")
