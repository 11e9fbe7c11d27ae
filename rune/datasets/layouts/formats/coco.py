"""Data sets in COCO's JSON, as Roboflow and others export them: `train/_annotations.coco.json` beside its pictures, or
`annotations/instances_train.json` with pictures in another folder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rune.datasets.content.content import BadContent
from rune.datasets.label_names import split_of, split_of_folders, word
from rune.datasets.layouts.annotations.boxes import MarkedObjects, ObjectBox, in_units_of, sized_box
from rune.datasets.layouts.annotations.drawn_shapes import number_in_picture
from rune.datasets.layouts.containers.files import DataFiles
from rune.datasets.layouts.containers.json_files import json_in, objects_of, text_of
from rune.datasets.layouts.formats.folders import read_recording
from rune.datasets.layouts.layout import Item, Layout, Omission

_SIDES = 4
"""Numbers of a box: left, top, width and height."""


def find_coco(archive: DataFiles) -> Layout | None:
    """Returns the pictures that lists in COCO's format name."""
    lists = {name: content for name in archive.names if (content := _coco_in(archive, name)) is not None}
    if not lists:
        return None
    names = archive.by_base_name()
    entries = [entry for name, content in lists.items() for entry in _entries(archive, names, name, content)]
    items = {each.path: each for each in entries if isinstance(each, Item)}
    omissions = [each for each in entries if isinstance(each, Omission)]
    return Layout("COCO", list(items.values()), omissions, read_recording, list(lists))


def _coco_in(archive: DataFiles, name: str) -> dict[str, Any] | None:
    if not name.lower().endswith(".json"):
        return None
    content = json_in(archive, name)
    are_lists = isinstance(content, dict) and all(
        isinstance(content.get(field), list) for field in ("images", "annotations", "categories")
    )
    return content if are_lists else None


def _entries(
    archive: DataFiles, names: Mapping[str, str], list_name: str, content: Mapping[str, Any]
) -> Iterator[Item | Omission]:
    labels = {each.get("id"): word(text_of(each.get("name"))) for each in objects_of(content["categories"])}
    marks: dict[object, list[dict[str, Any]]] = {}
    for each in objects_of(content["annotations"]):
        marks.setdefault(repr(each.get("image_id")), []).append(each)
    folder = list_name.rpartition("/")[0]
    for image in objects_of(content["images"]):
        file = text_of(image.get("file_name"))
        path = f"{folder}/{file}" if folder else file
        path = path if path in archive else names.get(file.rpartition("/")[2], path)
        if path not in archive:
            yield Omission(
                file or "a picture without a name", "The archive does not have this file, which its list names."
            )
            continue
        try:
            objects = _objects(image, marks.get(repr(image.get("id")), []), labels)
        except BadContent as error:
            yield Omission(path, str(error))
            continue
        yield Item(path, "", "", split_of_folders(path) or _split_of_list(list_name), objects=objects)


def _split_of_list(name: str) -> str:
    """Returns the split in the name of a list, such as `instances_val2017.json`."""
    words = re.split(r"[^a-z]+", name.rpartition("/")[2].lower())
    return next((split for each in words if (split := split_of(each))), "")


def _objects(image: Mapping[str, Any], rows: list[dict[str, Any]], labels: Mapping[Any, str]) -> MarkedObjects:
    objects = MarkedObjects([_box(row, labels) for row in rows], 0.0, 0.0)
    width, height = number_in_picture(image.get("width")), number_in_picture(image.get("height"))
    return in_units_of(objects, width, height) if width and height and width > 0 and height > 0 else objects


def _box(row: Mapping[str, Any], labels: Mapping[Any, str]) -> ObjectBox:
    number = row.get("category_id")
    label = labels.get(number, "") if isinstance(number, int | str) else ""
    sides = row.get("bbox")
    if not label or not isinstance(sides, list) or len(sides) != _SIDES:
        raise BadContent("It has an object without a box or a category. Draw boxes, and export again.")
    if row.get("iscrowd") == 1:
        raise BadContent(f"It has one box of many objects, “{label}”. Mark each of them, and export again.")
    left, top, width, height = (number_in_picture(each) for each in sides)
    if left is None or top is None or width is None or height is None:
        raise BadContent("It has a box outside of the picture. Draw it again, and export again.")
    return sized_box(label, left, top, width, height)
