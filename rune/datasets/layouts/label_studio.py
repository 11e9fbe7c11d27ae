"""Exports of Label Studio, as JSON or JSON-MIN, beside the files that were labelled."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from rune.datasets.content.content import BadContent
from rune.datasets.export.label_studio import MARKED_KEY
from rune.datasets.layouts.boxes import percent_shapes
from rune.datasets.layouts.files import DataFiles
from rune.datasets.layouts.folders import read_recording
from rune.datasets.layouts.json_files import json_in, objects_of
from rune.datasets.layouts.layout import Item, Layout, Omission, first_word, split_of, word
from rune.datasets.positions import Positions

_FIELDS = ("audio", "image", "csv", "ts", "timeseries", "file", "sound", "video", "url")
_LABELS = ("choice", "choices", "label", "labels", "sentiment")


def find_label_studio(archive: DataFiles) -> Layout | None:
    """Returns the recordings that an export of Label Studio names."""
    for name in archive.names:
        if name.lower().endswith(".json") and name.count("/") <= 1:
            tasks = objects_of(json_in(archive, name))
            if tasks and all(_is_task(task) for task in tasks):
                return _layout(archive, tasks, name)
    return None


def _is_task(task: dict[str, Any]) -> bool:
    has_annotations = isinstance(task.get("data"), dict) and ("annotations" in task or "completions" in task)
    return has_annotations or ("id" in task and "annotator" in task)


def _layout(archive: DataFiles, tasks: list[dict[str, Any]], list_name: str) -> Layout:
    names = archive.by_base_name()
    shapes = [_shapes_of(task) for task in tasks]
    # Where some pictures have shapes, an annotation without any says that there is nothing.
    are_marked = any(shapes)
    items: list[Item] = []
    omissions: list[Omission] = []
    for task, positions in zip(tasks, shapes, strict=True):
        data = task["data"] if isinstance(task.get("data"), dict) else task
        address = next((data[key] for key in _FIELDS if isinstance(data.get(key), str)), "")
        base = base_name(address)
        labels = _labels_of(task)
        if base not in names:
            omissions.append(Omission(base or "a task without a file", "The archive does not have this file."))
        elif len(labels) > 1:
            omissions.append(Omission(names[base], "It has several labels. A sample has one."))
        elif isinstance(positions, str):
            omissions.append(Omission(names[base], positions))
        else:
            person = first_word(data.get("group"), data.get("person"), data.get("speaker"))
            label, split = next(iter(labels), ""), split_of(data.get("split") or "")
            marks = _marks_of(data, positions, are_marked=are_marked)
            items.append(Item(names[base], label, person, split, positions=marks))
    return Layout("Label Studio", items, omissions, read_recording, [list_name])


def _marks_of(data: dict[str, Any], positions: Positions | None, *, are_marked: bool) -> Positions | None:
    """Returns the positions of a picture, None for one that nobody marked: exports of ours say it in the task, and of
    others what the archive's other tasks have. Shapes that somebody drew since come first."""
    flag = data.get(MARKED_KEY)
    if positions or not isinstance(flag, bool):
        return positions if are_marked else None
    return positions if flag else None


def base_name(address: str) -> str:
    """Returns the name of the file that an address of Label Studio leads to."""
    try:
        parts = urlsplit(address)
        local = parse_qs(parts.query).get("d", [""])[0]
    except ValueError:
        return ""
    return unquote(local or parts.path).rpartition("/")[2]


def _shapes_of(task: dict[str, Any]) -> Positions | str | None:
    """Returns where the first annotation that counts has objects, empty where nothing is marked; None without one, and
    the reason where marks cannot be read."""
    try:
        return _readable_shapes_of(task)
    except BadContent as error:
        return str(error)


def _readable_shapes_of(task: dict[str, Any]) -> Positions | None:
    """Raises `BadContent`."""
    annotations = objects_of(task.get("annotations", task.get("completions")))
    for annotation in annotations:
        if not annotation.get("was_cancelled"):
            values = [{**each, **each["value"]} for each in objects_of(annotation.get("result")) if _has_value(each)]
            return percent_shapes(values) or ()
    # JSON-MIN has the shapes under the name of their control.
    rows = [row for value in task.values() for row in objects_of(value)]
    return None if annotations else percent_shapes(rows)


def _has_value(result: dict[str, Any]) -> bool:
    return isinstance(result.get("value"), dict)


def _labels_of(task: dict[str, Any]) -> set[str]:
    """Returns the labels that the task's annotations agree on or differ in; those that were skipped do not count."""
    annotations = objects_of(task.get("annotations", task.get("completions")))
    labels = set()
    for annotation in annotations:
        if annotation.get("was_cancelled"):
            continue
        for result in objects_of(annotation.get("result")):
            value = result.get("value")
            if isinstance(value, dict):
                labels |= _words(value.get("choices")) | _words(value.get("labels"))
    if not annotations:
        labels = set().union(*(_words(task.get(key)) for key in _LABELS))
    return labels


def _words(value: Any) -> set[str]:
    if isinstance(value, dict):
        return _words(value.get("choices"))
    values = value if isinstance(value, list) else [value]
    return {name for each in values if isinstance(each, str) and (name := word(each))}
