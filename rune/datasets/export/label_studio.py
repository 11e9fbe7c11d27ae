"""Label Studio: tasks with one choice each and a key point for each position, as its JSON export has them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any

from rune.datasets.content.content import Kind
from rune.datasets.export.layout import ExportedSample, ExportLayout, VersionOrigin, file_name

MARKED_KEY = "objects_marked"
"""The field of a task that says whether somebody looked for objects in its picture."""
_FIELDS = {Kind.SOUND: "audio", Kind.PICTURE: "image", Kind.MOTION: "csv", Kind.TABLE: "csv"}


def _path(sample: ExportedSample) -> str:
    return f"files/{file_name(sample)}"


def _task(sample: ExportedSample) -> dict[str, Any]:
    field = _FIELDS[sample.kind]
    data: dict[str, Any] = {
        field: _path(sample),
        "split": sample.split,
        **({"group": sample.group} if sample.group else {}),
    }
    if sample.kind is Kind.PICTURE:
        data[MARKED_KEY] = sample.positions is not None
    choice = {"from_name": "label", "to_name": field, "type": "choices", "value": {"choices": [sample.label]}}
    return {"id": sample.number, "data": data, "annotations": [{"result": [choice, *_points(sample, field)]}]}


def _points(sample: ExportedSample, field: str) -> list[dict[str, Any]]:
    return [
        {
            "from_name": "objects",
            "to_name": field,
            "type": "keypointlabels",
            "original_width": sample.width,
            "original_height": sample.height,
            "value": {"x": each.x * 100, "y": each.y * 100, "width": 1, "keypointlabels": [each.label]},
        }
        for each in sample.positions or ()
    ]


def _lists(origin: VersionOrigin, samples: Collection[ExportedSample]) -> Iterable[tuple[str, bytes]]:  # noqa: ARG001
    yield "tasks.json", json.dumps([_task(each) for each in samples], ensure_ascii=False).encode("utf-8")


LABEL_STUDIO = ExportLayout("label-studio", "Label Studio", _path, _lists)
