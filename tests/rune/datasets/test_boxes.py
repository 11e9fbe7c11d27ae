"""Boxes and points of other tools become the middles of objects; what is none, or is outside of it, does not."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from rune.datasets.content.content import BadContent
from rune.datasets.layouts.archive import DataArchive
from rune.datasets.layouts.find import find_layout, positions_of, read_item
from rune.datasets.positions import NOTHING, ObjectPosition, Positions
from tests.rune.datasets.test_layouts import layout_of
from tests.support.cases import each_case
from tests.support.forge.factories.recordings import loud, png
from tests.support.installations.archives import zipped

PICTURE = png(width=200, height=100)
BOX = {"label": "bolt", "x": 40, "y": 10, "width": 20, "height": 30}


def read(files: dict[str, Any]) -> list[tuple[str, Positions | None]]:
    """The label and the positions of each recording of an archive, in the order of its list."""
    contents = {name: data if isinstance(data, bytes) else json.dumps(data).encode() for name, data in files.items()}
    archive = DataArchive(io.BytesIO(zipped(contents)))  # type: ignore[arg-type]
    layout = find_layout(archive)
    return [(item.label, positions_of(item, read_item(archive, layout, item))) for item in layout.items]


def edge_impulse(boxes: Any, **more: Any) -> dict[str, Any]:
    return {
        "training/a.png": PICTURE,
        "training/bounding_boxes.labels": {"version": 1, "type": "bounding-box-labels", "boundingBoxes": boxes},
        **more,
    }


def label_studio(*results: Any, **task: Any) -> dict[str, Any]:
    annotation = {"result": [{"type": "x", **each} for each in results]}
    return {
        "a.png": PICTURE,
        "tasks.json": [{"id": 1, "data": {"image": "a.png"}, "annotations": [annotation], **task}],
    }


def test_an_export_of_edge_impulse_has_boxes_in_pixels() -> None:
    middle = ("bolt", (ObjectPosition("bolt", 0.25, 0.25),))
    assert read(edge_impulse({"a.png": [BOX]})) == [middle]
    files = [{"path": "training/a.png", "category": "training", "label": {"type": "unlabeled"}}]
    assert read(edge_impulse({"a.png": [BOX]}, **{"info.labels": {"version": 1, "files": files}})) == [middle]
    newer = [{**files[0], "boundingBoxes": [BOX]}]
    assert read({"training/a.png": PICTURE, "info.labels": {"version": 1, "files": newer}}) == [middle]


def test_a_picture_that_a_list_has_without_boxes_has_no_object_and_another_is_not_marked() -> None:
    files = edge_impulse({"a.png": []}, **{"training/b.png": png(width=4)})
    assert read(files) == [(NOTHING, ()), ("", None)]


@each_case(
    "boxes",
    [
        [{**BOX, "x": 300}],
        [{**BOX, "y": -40}],
        [{**BOX, "x": 10**400}],
        [{**BOX, "x": "40"}],
        [{**BOX, "x": True}],
        [{**BOX, "label": ""}],
        [{**BOX, "label": 3}],
        [7, None, "bolt"],
        {"bolt": BOX},
        None,
    ],
)
def test_what_is_no_box_in_the_picture_is_left_out(boxes: Any) -> None:
    assert [positions for _, positions in read(edge_impulse({"a.png": boxes}))] == [()]


@each_case("boxes", [[], 7, None, {"../../a.png": [BOX]}, {"missing.png": [BOX]}])
def test_lists_of_boxes_of_no_picture_mark_nothing(boxes: Any) -> None:
    assert read(edge_impulse(boxes)) == [("", None)]


def test_a_picture_with_too_many_objects_is_refused_with_the_reason() -> None:
    boxes = [{**BOX, "x": each % 190, "y": each // 190} for each in range(20_000)]
    with pytest.raises(BadContent, match="at most 300 positions"):
        read(edge_impulse({"a.png": boxes}))


def test_a_sound_has_no_positions() -> None:
    assert read(edge_impulse({"b.wav": [BOX]}, **{"training/b.wav": loud()}))[1][1] is None


@each_case(
    ("value", "expected"),
    [
        ({"x": 20, "y": 10, "width": 10, "height": 30, "rectanglelabels": ["bolt"]}, (0.25, 0.25)),
        ({"x": 25, "y": 25, "width": 1, "keypointlabels": ["bolt"]}, (0.25, 0.25)),
        ({"x": 25, "y": 25, "radiusX": 9, "radiusY": 3, "ellipselabels": ["bolt"]}, (0.25, 0.25)),
        ({"points": [[10, 10], [40, 20], [20, 40]], "polygonlabels": ["bolt"]}, (0.25, 0.25)),
        # Turned by a quarter around its corner: half of its height goes to the left, half of its width down.
        ({"x": 50, "y": 50, "width": 10, "height": 20, "rotation": 90, "rectanglelabels": ["bolt"]}, (0.45, 0.6)),
    ],
)
def test_label_studio_has_shapes_in_percent(value: dict[str, Any], expected: tuple[float, float]) -> None:
    size = {"original_width": 200, "original_height": 100}
    assert read(label_studio({**size, "value": value})) == [("bolt", (ObjectPosition("bolt", *expected),))]


def test_label_studio_says_of_which_pictures_nobody_looked() -> None:
    shape = {"value": {"x": 25, "y": 25, "keypointlabels": ["bolt"]}}
    files = label_studio(shape) | {"b.png": png(width=3), "c.png": png(width=4)}
    files["tasks.json"] += [
        {"id": 2, "data": {"image": "b.png"}, "annotations": [{"result": []}]},
        {"id": 3, "data": {"image": "c.png"}, "annotations": [{"was_cancelled": True, "result": [shape]}]},
    ]
    assert [positions for _, positions in read(files)] == [(ObjectPosition("bolt", 0.25, 0.25),), (), None]
    assert read(label_studio({"value": {"choices": ["tray"]}})) == [("tray", None)]


@each_case(
    "value",
    [
        {"format": "rle", "rle": [0, 1], "brushlabels": ["nut"]},
        {"points": [], "polygonlabels": ["nut"]},
        {"points": [[1, 2], [3]], "polygonlabels": ["nut"]},
        {"points": [[1, 2], [3, "4"]], "polygonlabels": ["nut"]},
        {"points": 7, "polygonlabels": ["nut"]},
        {"x": "1", "y": 2, "keypointlabels": ["nut"]},
        {"x": 1, "y": 2, "keypointlabels": []},
    ],
)
def test_a_picture_with_a_mark_that_has_no_place_is_left_out_and_not_empty(value: dict[str, Any]) -> None:
    shape = {"value": {"x": 25, "y": 25, "keypointlabels": ["bolt"]}}
    files = label_studio(shape) | {"b.png": png(width=3), "c.png": png(width=4)}
    files["tasks.json"] += [
        {"id": 2, "data": {"image": "b.png"}, "annotations": [{"result": [shape, {"value": value}]}]},
        {"id": 3, "data": {"image": "c.png"}, "annotations": [{"result": [{"value": {"choices": ["tray"]}}]}]},
    ]
    layout = layout_of({**files, "tasks.json": json.dumps(files["tasks.json"])})[1]
    assert [(item.path, item.positions) for item in layout.items] == [
        ("a.png", (ObjectPosition("bolt", 0.25, 0.25),)),
        ("c.png", ()),
    ]
    assert [(each.path, "without a middle" in each.reason) for each in layout.omissions] == [("b.png", True)]


def test_shapes_that_somebody_drew_since_an_export_count() -> None:
    shape = {"value": {"x": 25, "y": 25, "keypointlabels": ["bolt"]}}
    files = label_studio(shape, data={"image": "a.png", "objects_marked": False})
    assert read(files) == [("bolt", (ObjectPosition("bolt", 0.25, 0.25),))]
    assert read(label_studio(data={"image": "a.png", "objects_marked": True})) == [(NOTHING, ())]


def test_the_short_form_of_label_studio_has_shapes_too() -> None:
    row = {"x": 20, "y": 10, "width": 10, "height": 30, "rectanglelabels": ["bolt"]}
    files = {"a.png": PICTURE, "tasks.json": [{"id": 1, "image": "a.png", "annotator": 1, "objects": [row]}]}
    assert read(files) == [("bolt", (ObjectPosition("bolt", 0.25, 0.25),))]
