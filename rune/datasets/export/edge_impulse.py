"""Edge Impulse: sounds and motion in its data acquisition format as JSON, pictures as they are, labels in
`info.labels`."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any

import numpy as np

from rune.datasets.content.content import Kind
from rune.datasets.content.table import parse_table
from rune.datasets.content.wav import sound_of
from rune.datasets.export.layout import ExportedSample, ExportLayout, VersionOrigin, file_name

_FOLDERS = {"train": "training", "validation": "training", "test": "testing"}
"""Edge Impulse chooses its validation samples by itself; `metadata` says which they were."""
_BOX_SHARE = 16
"""A box around a position is this part of the picture's shorter side."""
_AXES = ("accX", "accY", "accZ")


def _path(sample: ExportedSample) -> str:
    name = file_name(sample) if sample.kind is Kind.PICTURE else f"{sample.number:06d}.json"
    return f"{_FOLDERS[sample.split]}/{name}"


def _content(sample: ExportedSample, data: bytes) -> bytes:
    if sample.kind is Kind.PICTURE:
        return data
    payload = _PAYLOADS[sample.kind](data)
    acquisition = {
        "protected": {"ver": "v1", "alg": "none", "iat": 0},
        "signature": "",
        "payload": {"device_name": "", "device_type": "HAMMER_FORGE", **payload},
    }
    return json.dumps(acquisition, separators=(",", ":")).encode("ascii")


def _sound(data: bytes) -> dict[str, Any]:
    rate, sound = sound_of(data)
    values = np.frombuffer(sound, "<i2").tolist()
    return {"interval_ms": 1000 / rate, "sensors": [{"name": "audio", "units": "wav"}], "values": values}


def _motion(data: bytes) -> dict[str, Any]:
    rows = [[float(text) for text in line.split(",")] for line in data.decode("ascii").splitlines()]
    # Samples of motion have no rate, and 0 is how the format says that.
    return {"interval_ms": 0, "sensors": [{"name": name, "units": "m/s2"} for name in _AXES], "values": rows}


def _table(data: bytes) -> dict[str, Any]:
    table = parse_table(data)
    sensors = [{"name": name, "units": "N/A"} for name in table.names]
    return {"interval_ms": 0, "sensors": sensors, "values": table.rows.tolist()}


_PAYLOADS = {Kind.SOUND: _sound, Kind.MOTION: _motion, Kind.TABLE: _table}


def _boxes(sample: ExportedSample) -> list[dict[str, Any]]:
    """The positions as boxes in pixels, which is what Edge Impulse has: small ones around them."""
    half = max(1, min(sample.width, sample.height) // _BOX_SHARE // 2)
    boxes = []
    for each in sample.positions or ():
        x, width = _within(each.x, sample.width, half)
        y, height = _within(each.y, sample.height, half)
        boxes.append({"label": each.label, "x": x, "y": y, "width": width, "height": height})
    return boxes


def _within(centre: float, pixels: int, half: int) -> tuple[int, int]:
    """Returns where a box begins along one side of the picture, and its length: shorter near an edge, so that it ends
    there and its centre stays where the position is, to the pixel."""
    middle = min(max(1, round(centre * pixels)), max(1, pixels - 1))
    half = min(half, middle, max(1, pixels - middle))
    return middle - half, 2 * half


def _box_lists(samples: Collection[ExportedSample]) -> Iterable[tuple[str, bytes]]:
    for folder in sorted(set(_FOLDERS.values())):
        marked_samples = [each for each in samples if each.positions is not None and _FOLDERS[each.split] == folder]
        if marked_samples:
            boxes = {file_name(each): _boxes(each) for each in marked_samples}
            content = {"version": 1, "type": "bounding-box-labels", "boundingBoxes": boxes}
            yield f"{folder}/bounding_boxes.labels", json.dumps(content, ensure_ascii=False).encode("utf-8")


def _lists(origin: VersionOrigin, samples: Collection[ExportedSample]) -> Iterable[tuple[str, bytes]]:  # noqa: ARG001
    files = [
        {
            "path": _path(sample),
            "category": _FOLDERS[sample.split],
            "label": {"type": "label", "label": sample.label},
            "metadata": {"split": sample.split, **({"subject": sample.group} if sample.group else {})},
        }
        for sample in samples
    ]
    yield from _box_lists(samples)
    yield "info.labels", json.dumps({"version": 1, "files": files}, ensure_ascii=False).encode("utf-8")


EDGE_IMPULSE = ExportLayout("edge-impulse", "Edge Impulse", _path, _lists, content=_content)
