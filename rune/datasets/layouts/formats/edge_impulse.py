"""Exports of Edge Impulse: `training/` and `testing/`, with labels in `info.labels` or in the names of files.

A file is a recording of its own, or JSON or CBOR in Edge Impulse's data acquisition format: values of one or several
sensors with the interval between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from rune.datasets.content.content import SUFFIXES, BadContent
from rune.datasets.content.row_rate import RowInterval
from rune.datasets.convert.plain import plain_recording
from rune.datasets.convert.series import axes_of, motion_of, table_of_numbers
from rune.datasets.convert.sounds import Samples, wav_of_numbers
from rune.datasets.convert.times import Timing
from rune.datasets.label_names import first_word, label_of_folder, split_of, split_of_folders, word
from rune.datasets.layouts.annotations.boxes import MarkedObjects
from rune.datasets.layouts.annotations.drawn_shapes import number_in_picture, pixel_boxes
from rune.datasets.layouts.annotations.marked_places import MarkedPlace, longest_label
from rune.datasets.layouts.containers.cbor_files import cbor_of
from rune.datasets.layouts.containers.files import DataFiles
from rune.datasets.layouts.containers.json_files import json_in, json_of, objects_of, text_of
from rune.datasets.layouts.layout import Item, Layout, Omission, plain_timing

_LIST = "info.labels"
_BOXES = "bounding_boxes.labels"
_STRUCTURED = "structured_labels.labels"
_ACQUISITION = (".json", ".cbor")
_AXES = 3
"""Sensors with a rate that are taken as x, y and z in their order, where their names say nothing else."""
_LEAST_SOUND_RATE = 4_000
"""Values a second of a sound that is not called so. Slower values may be of a sensor that happens to stay below 1."""


@dataclass(frozen=True)
class _Lists:
    """The marks in lists beside the recordings, by the paths of recordings; a text in place of marks is the reason why
    they cannot be read."""

    names: Sequence[str]
    boxes: Mapping[str, MarkedObjects | str]
    places: Mapping[str, Sequence[MarkedPlace] | str]

    def add_to(self, item: Item) -> Item | Omission:
        """Returns the recording with its marks, an omission where these cannot be read."""
        boxes, places = self.boxes.get(item.path), self.places.get(item.path)
        for marks in (boxes, places):
            if isinstance(marks, str):
                return Omission(item.path, marks)
        if places:
            item = replace(item, label=longest_label(places), places=places)  # type: ignore[arg-type]
        return item if boxes is None else replace(item, objects=boxes)  # type: ignore[arg-type]


def find_edge_impulse(archive: DataFiles) -> Layout | None:
    """Returns the recordings of an export of Edge Impulse."""
    lists = [name for name in archive.names if name.rpartition("/")[2] == _LIST]
    marks = _marks(archive)
    if lists:
        entries = list(_read_lists(archive, lists, marks))
    elif marks.names or any(_is_acquisition(archive, name) for name in archive.names):
        plain_items = [Item(name, _label_of_name(name), "", split_of_folders(name)) for name in _readable(archive)]
        entries = [marks.add_to(item) for item in plain_items]
    else:
        return None
    items = [each for each in entries if isinstance(each, Item)]
    omissions = [each for each in entries if isinstance(each, Omission)]
    names = [*lists, *marks.names]
    return Layout("Edge Impulse", items, omissions, read_edge_impulse, names, timing_of_acquisition)


def read_edge_impulse(archive: DataFiles, item: Item) -> bytes:
    """Returns a recording of an export. Raises `BadContent`."""
    data = archive.read(item.path)
    if item.path.endswith(".json"):
        return recording_of(json_of(data))
    if item.path.endswith(".cbor"):
        return recording_of(cbor_of(data))
    return plain_recording(data)


def timing_of_acquisition(archive: DataFiles, item: Item) -> Timing | None:
    """Returns the interval of motion or of a table, and the timing of a CSV file. Raises `BadContent`."""
    if not item.path.endswith(_ACQUISITION):
        return plain_timing(archive, item)
    data = archive.read(item.path)
    payload = _payload(json_of(data) if item.path.endswith(".json") else cbor_of(data))
    if payload is None or len(objects_of(payload.get("sensors"))) < 2:
        return None
    interval = number_in_picture(payload.get("interval_ms"))
    return Timing(RowInterval(interval, " ms")) if interval and interval > 0 else None


def recording_of(acquisition: Any) -> bytes:
    """Returns what the data acquisition format has: audio as a sound, three sensors as motion, and any others as a
    table with a column for each. Raises `BadContent`."""
    payload = _payload(acquisition)
    if payload is None:
        raise BadContent("The file is not in Edge Impulse's data acquisition format.")
    values, interval = payload["values"], payload.get("interval_ms")
    sensor_list = payload.get("sensors")
    sensors = [
        each if isinstance(each, dict) else {} for each in (sensor_list if isinstance(sensor_list, list) else [])
    ]
    names = [text_of(each.get("name")) for each in sensors]
    if len(sensors) == 1 and isinstance(interval, int | float) and not isinstance(interval, bool) and interval > 0:
        numbers, rate = _numbers(values), 1000 / interval
        # This unit says that the values are 16-bit integers, also where none of them is larger than 1.
        is_integral = sensors[0].get("units") == "wav"
        if is_integral or names == ["audio"] or (rate >= _LEAST_SOUND_RATE and _is_within(numbers, 1)):
            return wav_of_numbers(numbers, rate, is_integral=is_integral or not _is_within(numbers, 1))
    axes = axes_of(names)
    if axes is None and len(names) == _AXES and not _is_table(names, interval):
        axes = (0, 1, 2)
    if axes is not None:
        if not all(isinstance(row, list) for row in values):
            raise BadContent("The values of three sensors are not rows of three numbers.")
        return motion_of([row[axis] for axis in axes] if len(row) == _AXES else row for row in values)
    if not sensors:
        raise BadContent("The recording does not say which sensors its values are of.")
    return table_of_numbers(_columns(names), [row if isinstance(row, list) else [row] for row in values])


def _columns(names: Sequence[str]) -> Sequence[str]:
    """Returns the names of a table's columns: those of the sensors, and `value` with a number for one without."""
    if len(names) == 1:
        return [names[0] or "value"]
    return [name or f"value{number}" for number, name in enumerate(names, start=1)]


def _payload(acquisition: Any) -> dict[str, Any] | None:
    """Returns the part with the values, None for what is not in the data acquisition format."""
    payload = acquisition.get("payload") if isinstance(acquisition, dict) else None
    return payload if isinstance(payload, dict) and isinstance(payload.get("values"), list) else None


def _is_acquisition(archive: DataFiles, name: str) -> bool:
    """Returns whether a file is one of Edge Impulse in a folder of a split. Other tools put JSON there too, and no
    CBOR."""
    if not any(part in ("training", "testing") for part in name.split("/")[:-1]):
        return False
    return name.endswith(".cbor") or (name.endswith(".json") and _payload(json_in(archive, name)) is not None)


def _is_table(names: Sequence[str], interval: object) -> bool:
    """Returns whether three sensors are the columns of a table: exports have them so, named, with an interval of 0
    for no rate."""
    return interval == 0 and not isinstance(interval, bool) and all(names)


def _numbers(values: list[Any]) -> Samples:
    flat = [value[0] if isinstance(value, list) and len(value) == 1 else value for value in values]
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in flat):
        raise BadContent("The recording has values that are not numbers.")
    try:
        return np.array(flat, np.float64)
    except OverflowError:
        raise BadContent("The recording has values that are out of range.") from None


def _is_within(numbers: Samples, limit: float) -> bool:
    return bool((np.abs(numbers) <= limit).all())


def _marks(archive: DataFiles) -> _Lists:
    """Returns what the lists of boxes and of labels over time say. Raises `BadContent` for a damaged one."""
    boxes: dict[str, MarkedObjects | str] = {}
    places: dict[str, Sequence[MarkedPlace] | str] = {}
    names = [name for name in archive.names if name.rpartition("/")[2] in (_BOXES, _STRUCTURED)]
    for list_name in names:
        folder, _, base = list_name.rpartition("/")
        prefix = f"{folder}/" if folder else ""
        content = json_of(archive.read(list_name), list_name)
        rows_by_name = content.get(_ROWS[base]) if isinstance(content, dict) else None
        for name, rows in (rows_by_name if isinstance(rows_by_name, dict) else {}).items():
            if base == _BOXES:
                boxes[prefix + name] = _readable_marks(pixel_boxes, rows)
            else:
                places[prefix + name] = _readable_marks(_places, rows)
    return _Lists(names, boxes, places)


_ROWS = {_BOXES: "boundingBoxes", _STRUCTURED: "structuredLabels"}
"""The field of a list that has the marks by the names of files."""
Marks = TypeVar("Marks")


def _readable_marks(read: Callable[[Any], Marks], rows: Any) -> Marks | str:
    try:
        return read(rows)
    except BadContent as error:
        return str(error)


def _places(rows: Any) -> Sequence[MarkedPlace]:
    """Returns the labels over time of a recording, from value to value. Raises `BadContent` for anything else."""
    places = []
    for row in objects_of(rows):
        label = word(text_of(row.get("label")))
        start, end = row.get("startIndex"), row.get("endIndex")
        if type(start) is not int or type(end) is not int or not 0 <= start <= end or not label:
            raise BadContent("Its labels over time have one without a label, a start or an end.")
        places.append(MarkedPlace(label, start, end + 1, in_values=True))
    return places


def _read_lists(archive: DataFiles, lists: list[str], marks: _Lists) -> Iterator[Item | Omission]:
    for list_name in lists:
        folder = list_name.removesuffix(_LIST)
        content = json_of(archive.read(list_name), list_name)
        for each in objects_of(content.get("files") if isinstance(content, dict) else None):
            path = folder + text_of(each.get("path"))
            if path not in archive:
                yield Omission(path, "The archive does not have this file, which its list names.")
            else:
                yield _entry(path, each, marks)


def _entry(path: str, each: Mapping[str, Any], marks: _Lists) -> Item | Omission:
    """Returns the recording that a row of a list names."""
    label = each.get("label")
    fields = label if isinstance(label, dict) else {"label": label}
    name = "" if label == "unlabeled" or fields.get("type") == "unlabeled" else word(fields.get("label"))
    metadata_value = each.get("metadata")
    metadata = metadata_value if isinstance(metadata_value, dict) else {}
    person = first_word(metadata.get("subject"), metadata.get("person"))
    split = split_of(metadata.get("split")) or split_of(each.get("category")) or split_of_folders(path)
    try:
        item = marks.add_to(Item(path, name, person, split))
        if isinstance(item, Omission):
            return item
        if fields.get("type") == "multi-label" and item.places is None:
            places = _places(fields.get("labels", fields.get("structuredLabels")))
            if not places:
                return Omission(path, "It has several labels over time. Cut it into parts of one label.")
            item = replace(item, label=longest_label(places), places=places)
        if isinstance(each.get("boundingBoxes"), list):
            item = replace(item, objects=pixel_boxes(each["boundingBoxes"]))
    except BadContent as error:
        return Omission(path, str(error))
    return item


def _readable(archive: DataFiles) -> list[str]:
    return [name for name in archive.names if name.lower().endswith((*SUFFIXES, *_ACQUISITION))]


def _label_of_name(name: str) -> str:
    """Returns what stands before the first dot: Edge Impulse names a file `label.number.json`. Another file has the
    label of its folder."""
    base = name.rpartition("/")[2]
    return word(base.split(".")[0]) if base.count(".") > 1 else label_of_folder(name)
