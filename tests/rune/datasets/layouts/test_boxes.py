"""Boxes and points of other tools become the middles of objects; what is none, or is outside of it, does not."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from rune.datasets.content.content import BadContent
from rune.datasets.layouts.containers.archive import DataArchive
from rune.datasets.layouts.find import find_layout, positions_of, read_item
from rune.datasets.positions import NOTHING, ObjectPosition, Positions
from tests.rune.datasets.layouts.test_layouts import layout_of
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


def refusal_of(files: dict[str, Any]) -> str:
    """Returns why the one recording of an archive is left out: in the preview, or when it is read."""
    contents = {name: data if isinstance(data, bytes) else json.dumps(data).encode() for name, data in files.items()}
    archive = DataArchive(io.BytesIO(zipped(contents)))  # type: ignore[arg-type]
    layout = find_layout(archive)
    if not layout.items:
        (omission,) = layout.omissions
        return omission.reason
    (item,) = layout.items
    with pytest.raises(BadContent) as refusal:
        positions_of(item, read_item(archive, layout, item))
    return str(refusal.value)


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


@pytest.mark.protects("uploads/wrong-positions")
@each_case(
    ("box", "reason"),
    [
        ({**BOX, "x": 300}, "The mark of “bolt” is outside of the picture. Move or delete it"),
        ({**BOX, "y": -40}, "outside of the picture"),
        ({**BOX, "x": -20}, "outside of the picture"),
        ({**BOX, "x": 10**400}, "a box without a label, a place or a size"),
        ({**BOX, "x": "40"}, "a box without a label, a place or a size"),
        ({**BOX, "x": True}, "a box without a label, a place or a size"),
        ({**BOX, "label": ""}, "a box without a label, a place or a size"),
        ({**BOX, "label": 3}, "a box without a label, a place or a size"),
        ({"label": "bolt", "x": 40, "y": 10}, "a box without a label, a place or a size"),
        ({**BOX, "width": 0}, "The box of “bolt” has no width or no height. Draw it again"),
        ({**BOX, "height": -3}, "The box of “bolt” has no width or no height."),
        (7, "a box without a label, a place or a size"),
    ],
)
def test_a_picture_with_a_box_that_marks_nothing_is_refused_by_name_and_not_empty(box: Any, reason: str) -> None:
    assert reason in refusal_of(edge_impulse({"a.png": [BOX, box]}))


@pytest.mark.protects("uploads/wrong-positions")
@each_case("boxes", [{"bolt": BOX}, None])
def test_boxes_that_are_no_list_refuse_their_picture(boxes: Any) -> None:
    assert refusal_of(edge_impulse({"a.png": boxes})) == "Its list of boxes is not a list."


@pytest.mark.protects("uploads/wrong-positions")
def test_a_box_past_the_border_is_clipped_before_its_middle_is_taken() -> None:
    past = {"label": "bolt", "x": 190, "y": 90, "width": 40, "height": 30}
    assert read(edge_impulse({"a.png": [past]})) == [("bolt", (ObjectPosition("bolt", 0.975, 0.95),))]
    value = {"x": 95, "y": -10, "width": 20, "height": 20, "rectanglelabels": ["bolt"]}
    assert read(label_studio({"value": value})) == [("bolt", (ObjectPosition("bolt", 0.975, 0.05),))]
    polygon = {"points": [[90, 90], [130, 90], [90, 110]], "polygonlabels": ["bolt"]}
    assert read(label_studio({"value": polygon})) == [("bolt", (ObjectPosition("bolt", 0.95, 0.95),))]
    ellipse = {"x": 100, "y": 50, "radiusX": 10, "radiusY": 10, "ellipselabels": ["bolt"]}
    assert read(label_studio({"value": ellipse})) == [("bolt", (ObjectPosition("bolt", 0.95, 0.5),))]


@pytest.mark.protects("uploads/wrong-positions")
@each_case(
    ("value", "reason"),
    [
        ({"x": 120, "y": 10, "width": 10, "height": 10, "rectanglelabels": ["bolt"]}, "outside of the picture"),
        ({"x": 101, "y": 10, "keypointlabels": ["bolt"]}, "outside of the picture"),
        ({"x": 10, "y": 10, "width": 0, "height": 10, "rectanglelabels": ["bolt"]}, "no width or no height"),
        ({"x": 10, "y": 10, "ellipselabels": ["bolt"]}, "no width or no height"),
        ({"points": [[10, 10], [30, 10]], "polygonlabels": ["bolt"]}, "no width or no height"),
    ],
)
def test_a_shape_that_marks_nothing_refuses_its_picture(value: dict[str, Any], reason: str) -> None:
    assert reason in refusal_of(label_studio({"value": value}))


@pytest.mark.protects("uploads/wrong-positions")
def test_a_picture_of_another_shape_than_the_one_that_was_marked_is_refused() -> None:
    value = {"x": 20, "y": 10, "width": 10, "height": 30, "rectanglelabels": ["bolt"]}
    smaller = {"original_width": 50, "original_height": 25, "value": value}
    assert read(label_studio(smaller)) == [("bolt", (ObjectPosition("bolt", 0.25, 0.25),))]
    lying = {"original_width": 100, "original_height": 200, "value": value}
    assert "marked on a picture of 100 × 200 pixels, and this one has 200 × 100." in refusal_of(label_studio(lying))


@each_case("boxes", [[], 7, None, {"../../a.png": [BOX]}, {"missing.png": [BOX]}])
def test_lists_of_boxes_of_no_picture_mark_nothing(boxes: Any) -> None:
    assert read(edge_impulse(boxes)) == [("", None)]


def test_a_picture_with_too_many_objects_is_refused_with_the_reason() -> None:
    boxes = [{**BOX, "x": each % 190, "y": each // 250} for each in range(20_000)]
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
    assert [(item.path, item.objects and len(item.objects.boxes)) for item in layout.items] == [
        ("a.png", 1),
        ("c.png", 0),
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
