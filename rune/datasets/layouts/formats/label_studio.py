"""Exports of Label Studio, as JSON or JSON-MIN, beside the files that were labelled. What several people say of one
file counts where they agree, or where one of them is marked as ground truth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from rune.datasets.content.content import BadContent
from rune.datasets.export.label_studio import MARKED_KEY
from rune.datasets.label_names import first_word, split_of, word
from rune.datasets.layouts.annotations.annotator_opinions import Opinion, agreed_opinion
from rune.datasets.layouts.annotations.boxes import MarkedObjects
from rune.datasets.layouts.annotations.drawn_shapes import number_in_picture, percent_shapes
from rune.datasets.layouts.annotations.marked_places import MarkedPlace
from rune.datasets.layouts.containers.files import DataFiles
from rune.datasets.layouts.containers.json_files import json_in, objects_of
from rune.datasets.layouts.formats.folders import read_recording
from rune.datasets.layouts.layout import Item, Layout, Omission

_FIELDS = ("audio", "image", "csv", "ts", "timeseries", "file", "sound", "video", "url")
_LABELS = ("choice", "choices", "label", "labels", "sentiment")
_REGION_LABELS = ("labels", "timeserieslabels", "choices")
NOTHING_MARKED = MarkedObjects(())


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
    # The short form has a task for each person who labelled a file.
    tasks_by_base: dict[str, list[dict[str, Any]]] = {}
    for task in tasks:
        tasks_by_base.setdefault(_base_of(task), []).append(task)
    opinions: dict[str, Opinion | str] = {base: _opinion_of(group) for base, group in tasks_by_base.items()}
    # Where some pictures have shapes, an annotation without any says that there is nothing.
    are_marked = any(isinstance(each, str) or bool(each.objects and each.objects.boxes) for each in opinions.values())
    items: list[Item] = []
    omissions: list[Omission] = []
    for base, opinion in opinions.items():
        if base not in names:
            omissions.append(Omission(base or "a task without a file", "The archive does not have this file."))
        elif isinstance(opinion, str):
            omissions.append(Omission(names[base], opinion))
        else:
            items.append(_item(names[base], _data_of(tasks_by_base[base][0]), opinion, are_marked=are_marked))
    return Layout("Label Studio", items, omissions, read_recording, [list_name])


def _item(path: str, data: Mapping[str, Any], opinion: Opinion, *, are_marked: bool) -> Item:
    person = first_word(data.get("group"), data.get("person"), data.get("speaker"))
    split = split_of(data.get("split") or "")
    objects = _marks_of(data, opinion.objects, are_marked=are_marked)
    return Item(path, opinion.label, person, split, objects=objects, places=opinion.places or None)


def _data_of(task: dict[str, Any]) -> dict[str, Any]:
    return task["data"] if isinstance(task.get("data"), dict) else task


def _base_of(task: dict[str, Any]) -> str:
    data = _data_of(task)
    return base_name(next((data[key] for key in _FIELDS if isinstance(data.get(key), str)), ""))


def _marks_of(data: Mapping[str, Any], objects: MarkedObjects | None, *, are_marked: bool) -> MarkedObjects | None:
    """Returns the objects of a picture, None for one that nobody marked: exports of ours say it in the task, and of
    others what the archive's other tasks have. Shapes that somebody drew since come first."""
    flag = data.get(MARKED_KEY)
    if (objects is not None and objects.boxes) or not isinstance(flag, bool):
        return objects if are_marked else None
    return objects if flag else None


def base_name(address: str) -> str:
    """Returns the name of the file that an address of Label Studio leads to."""
    try:
        parts = urlsplit(address)
        local = parse_qs(parts.query).get("d", [""])[0]
    except ValueError:
        return ""
    return unquote(local or parts.path).rpartition("/")[2]


def _opinion_of(tasks: Sequence[dict[str, Any]]) -> Opinion | str:
    """Returns what people say of the file of these tasks, or the reason why it is no sample."""
    try:
        return agreed_opinion([opinion for task in tasks for opinion in _opinions_in(task)])
    except BadContent as error:
        return str(error)


def _opinions_in(task: dict[str, Any]) -> Iterable[Opinion]:
    """Yields what each person says who labelled a task; who skipped it does not count. Raises `BadContent`."""
    annotations = objects_of(task.get("annotations", task.get("completions")))
    valid_annotations = [each for each in annotations if not each.get("was_cancelled")]
    true_annotations = [each for each in valid_annotations if each.get("ground_truth") is True]
    for annotation in true_annotations or valid_annotations:
        results = [{**each, **each["value"]} for each in objects_of(annotation.get("result")) if _has_value(each)]
        words = [_words(each.get(name)) for each in results for name in ("choices", "labels")]
        yield Opinion(set().union(*words), percent_shapes(results) or NOTHING_MARKED, _places(results))
    if not annotations:
        # JSON-MIN has the shapes and the marked places under the name of their control.
        rows = [row for value in task.values() for row in objects_of(value)]
        words = [_words(task.get(key)) for key in _LABELS]
        yield Opinion(set().union(*words), percent_shapes(rows), _places(rows))


def _has_value(result: dict[str, Any]) -> bool:
    return isinstance(result.get("value"), dict)


def _places(results: Iterable[Mapping[str, Any]]) -> tuple[MarkedPlace, ...]:
    """Returns the regions of a sound or a series that have a label, in their order in time."""
    places = []
    for each in results:
        start, end = number_in_picture(each.get("start")), number_in_picture(each.get("end"))
        if start is not None and end is not None:
            labels = [label for name in _REGION_LABELS for label in sorted(_words(each.get(name)))]
            places += [MarkedPlace(label, start, end) for label in labels]
    return tuple(sorted(places, key=lambda place: (place.start, place.end, place.label)))


def _words(value: Any) -> set[str]:
    if isinstance(value, dict):
        return _words(value.get("choices"))
    values = value if isinstance(value, list) else [value]
    return {name for each in values if isinstance(each, str) and (name := word(each))}
