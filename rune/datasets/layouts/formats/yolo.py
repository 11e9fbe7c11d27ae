"""Data sets in YOLO's format, as Roboflow, Label Studio and others export them: a text of boxes for each picture, and
the names of labels in `data.yaml` or `classes.txt`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

import yaml

from rune.datasets.content.content import BadContent
from rune.datasets.label_names import split_of_folders, word
from rune.datasets.layouts.annotations.boxes import MarkedObjects, ObjectBox, sized_box
from rune.datasets.layouts.containers.files import DataFiles
from rune.datasets.layouts.formats.folders import read_recording
from rune.datasets.layouts.layout import Item, Layout, Omission

_PICTURES = (".jpg", ".jpeg", ".png")
_YAML = ("data.yaml", "data.yml", "dataset.yaml")
_TEXTS = ("classes.txt", "obj.names")
_MAX_LIST = 1_000_000
_BOX_NUMBERS = 4
_LEAST_POLYGON = 6
_LARGEST = 1_000.0
"""Fractions of a picture; a box may reach past it."""


def find_yolo(archive: DataFiles) -> Layout | None:
    """Returns the pictures of an archive with names of labels, and a text of boxes for at least one picture."""
    list_name = next((name for name in archive.names if name.rpartition("/")[2].lower() in (*_YAML, *_TEXTS)), None)
    names = None if list_name is None else _names(archive, list_name)
    if list_name is None or not names:
        return None
    pictures = [name for name in archive.names if name.lower().endswith(_PICTURES)]
    texts = {name: text for name in pictures if (text := _text_of(archive, name)) is not None}
    if not texts:
        return None
    items: list[Item] = []
    omissions: list[Omission] = []
    for name in pictures:
        try:
            objects = _objects(archive, texts[name], names) if name in texts else None
        except BadContent as error:
            omissions.append(Omission(name, str(error)))
            continue
        items.append(Item(name, "", "", split_of_folders(name), objects=objects))
    return Layout("YOLO", items, omissions, read_recording, [list_name, *texts.values()])


def _names(archive: DataFiles, list_name: str) -> Sequence[str] | None:
    """Returns the names of labels by their numbers, None for a file that has none."""
    try:
        text = archive.read(list_name, _MAX_LIST).decode("utf-8-sig")
        if not list_name.lower().endswith((".yaml", ".yml")):
            return [word(line) for line in text.splitlines() if line.strip()]
        content = yaml.safe_load(text)
    except (BadContent, ValueError, RecursionError, yaml.YAMLError):
        return None
    names: Any = content.get("names") if isinstance(content, dict) else None
    if isinstance(names, dict):
        numbers = [number for number in names if type(number) is int and 0 <= number < len(names)]
        names = [names[number] for number in sorted(numbers)] if len(numbers) == len(names) else None
    return [word(each) for each in names if isinstance(each, str | int)] if isinstance(names, list) else None


def _text_of(archive: DataFiles, picture: str) -> str | None:
    """Returns the text of boxes of a picture: in the folder `labels` beside `images`, or beside the picture."""
    path = PurePosixPath(picture).with_suffix(".txt")
    parts = list(path.parts)
    if "images" in parts[:-1]:
        place = len(parts) - 2 - parts[:-1][::-1].index("images")
        parts[place] = "labels"
    return next((name for each in (PurePosixPath(*parts), path) if (name := each.as_posix()) in archive), None)


def _objects(archive: DataFiles, text_name: str, names: Sequence[str]) -> MarkedObjects:
    try:
        text = archive.read(text_name, _MAX_LIST).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadContent("Its list of boxes is not text.") from None
    lines = [line.split() for line in text.splitlines() if line.strip()]
    return MarkedObjects([_box(number, line, names) for number, line in enumerate(lines, start=1)])


def _box(line: int, fields: Sequence[str], names: Sequence[str]) -> ObjectBox:
    try:
        index, *sides = (float(each) for each in fields)
    except ValueError:
        raise BadContent(f"Line {line} of its list of boxes is not numbers.") from None
    if not all(-_LARGEST < each < _LARGEST for each in sides):
        raise BadContent(f"Line {line} of its list of boxes has a number that is out of range.")
    if index not in range(len(names)) or not names[int(index)]:
        raise BadContent(f"Line {line} of its list of boxes has label {index:g}; the list of labels has {len(names)}.")
    label = names[int(index)]
    if len(sides) == _BOX_NUMBERS:
        x, y, width, height = sides
        return sized_box(label, x - width / 2, y - height / 2, width, height)
    if len(sides) < _LEAST_POLYGON or len(sides) % 2:
        raise BadContent(f"Line {line} of its list of boxes is neither a box nor a polygon.")
    left, top = min(sides[::2]), min(sides[1::2])
    return sized_box(label, left, top, max(sides[::2]) - left, max(sides[1::2]) - top)
