"""Exports of Edge Impulse: `training/` and `testing/`, with labels in `info.labels` or in the names of files.

A file is a recording of its own, or JSON or CBOR in Edge Impulse's data acquisition format: values of one or several
sensors with the interval between them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from rune.datasets.content.content import BadContent
from rune.datasets.convert.plain import SUFFIXES, plain_recording
from rune.datasets.convert.series import axes_of, motion_of, table_of_numbers
from rune.datasets.convert.sounds import Samples, wav_of_numbers
from rune.datasets.layouts.boxes import pixel_boxes
from rune.datasets.layouts.cbor_files import cbor_of
from rune.datasets.layouts.files import DataFiles
from rune.datasets.layouts.json_files import json_in, json_of, objects_of, text_of
from rune.datasets.layouts.layout import (
    Item,
    Layout,
    Omission,
    first_word,
    label_of_folder,
    split_of,
    split_of_folders,
    word,
)
from rune.datasets.positions import Positions

_LIST = "info.labels"
_BOXES = "bounding_boxes.labels"
_ACQUISITION = (".json", ".cbor")
_AXES = 3
"""Sensors with a rate that are taken as x, y and z in their order, where their names say nothing else."""
_LEAST_SOUND_RATE = 4_000
"""Values a second of a sound that is not called so. Slower values may be of a sensor that happens to stay below 1."""


def find_edge_impulse(archive: DataFiles) -> Layout | None:
    """Returns the recordings of an export of Edge Impulse."""
    lists = [name for name in archive.names if name.rpartition("/")[2] == _LIST]
    box_lists = [name for name in archive.names if name.rpartition("/")[2] == _BOXES]
    boxes = _boxes(archive, box_lists)
    if lists:
        items, omissions = _read_lists(archive, lists, boxes)
        return Layout("Edge Impulse", items, omissions, read_edge_impulse, [*lists, *box_lists])
    if not boxes and not any(_is_acquisition(archive, name) for name in archive.names):
        return None
    items = [
        _with_boxes(Item(name, _label_of_name(name), "", split_of_folders(name)), boxes) for name in _readable(archive)
    ]
    return Layout("Edge Impulse", items, (), read_edge_impulse, box_lists)


def read_edge_impulse(archive: DataFiles, item: Item) -> bytes:
    """Returns a recording of an export. Raises `BadContent`."""
    data = archive.read(item.path)
    if item.path.endswith(".json"):
        return recording_of(json_of(data))
    if item.path.endswith(".cbor"):
        return recording_of(cbor_of(data))
    return plain_recording(data)


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
    """Whether a file is one of Edge Impulse in a folder of a split. Other tools put JSON there too, and no CBOR."""
    if not any(part in ("training", "testing") for part in name.split("/")[:-1]):
        return False
    return name.endswith(".cbor") or (name.endswith(".json") and _payload(json_in(archive, name)) is not None)


def _is_table(names: Sequence[str], interval: object) -> bool:
    """Whether three sensors are the columns of a table: exports have them so, named, with an interval of 0 for no
    rate."""
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


def _boxes(archive: DataFiles, lists: Sequence[str]) -> Mapping[str, Positions]:
    """Returns the middles of objects in pixels, by the names of pictures, of lists of boxes."""
    boxes: dict[str, Positions] = {}
    for list_name in lists:
        content = json_of(archive.read(list_name), list_name)
        pictures = content.get("boundingBoxes") if isinstance(content, dict) else None
        for name, rows in (pictures if isinstance(pictures, dict) else {}).items():
            boxes[list_name.removesuffix(_BOXES) + name] = pixel_boxes(rows)
    return boxes


def _with_boxes(item: Item, boxes: Mapping[str, Positions]) -> Item:
    return replace(item, positions=boxes[item.path], are_pixels=True) if item.path in boxes else item


def _read_lists(
    archive: DataFiles, lists: list[str], boxes: Mapping[str, Positions]
) -> tuple[list[Item], list[Omission]]:
    items: list[Item] = []
    omissions: list[Omission] = []
    for list_name in lists:
        folder = list_name.removesuffix(_LIST)
        content = json_of(archive.read(list_name), list_name)
        for each in objects_of(content.get("files") if isinstance(content, dict) else None):
            path = folder + text_of(each.get("path"))
            label = each.get("label")
            name = word(label.get("label")) if isinstance(label, dict) else word(label)
            fields = each.get("metadata")
            metadata = fields if isinstance(fields, dict) else {}
            if path not in archive:
                omissions.append(Omission(path, "The archive does not have this file, which its list names."))
            elif isinstance(label, dict) and label.get("type") == "multi-label":
                omissions.append(Omission(path, "It has several labels over time. Cut it into parts of one label."))
            else:
                person = first_word(metadata.get("subject"), metadata.get("person"))
                split = split_of(metadata.get("split")) or split_of(each.get("category")) or split_of_folders(path)
                item = _with_boxes(Item(path, "" if label == "unlabeled" else name, person, split), boxes)
                if isinstance(each.get("boundingBoxes"), list):
                    item = replace(item, positions=pixel_boxes(each["boundingBoxes"]), are_pixels=True)
                items.append(item)
    return items, omissions


def _readable(archive: DataFiles) -> list[str]:
    return [name for name in archive.names if name.lower().endswith((*SUFFIXES, *_ACQUISITION))]


def _label_of_name(name: str) -> str:
    """Returns what stands before the first dot: Edge Impulse names a file `label.number.json`. Another file has the
    label of its folder."""
    base = name.rpartition("/")[2]
    return word(base.split(".")[0]) if base.count(".") > 1 else label_of_folder(name)
