"""Labels of several people and of several places: applied where they agree, else named, and never dropped."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from rune.datasets.layouts.annotations.marked_places import places_of
from rune.datasets.layouts.containers.archive import DataArchive
from rune.datasets.layouts.find import find_layout, positions_of, read_item
from rune.datasets.layouts.layout import Layout
from rune.datasets.positions import ObjectPosition
from tests.support.cases import each_case
from tests.support.forge.factories.recordings import png, sound
from tests.support.installations.archives import zipped

pytestmark = pytest.mark.protects("uploads/dropped-labels")
SOUND = sound(*[9_000] * 16_000, rate=8_000)
"""Two seconds."""


def open_layout(files: dict[str, Any]) -> tuple[DataArchive, Layout]:
    contents = {name: data if isinstance(data, bytes) else json.dumps(data).encode() for name, data in files.items()}
    archive = DataArchive(io.BytesIO(zipped(contents)))  # type: ignore[arg-type]
    return archive, find_layout(archive)


def people(*annotations: Any, file: str = "a.wav", data: bytes = SOUND, key: str = "annotations") -> dict[str, Any]:
    rows = [{"id": number, **each} for number, each in enumerate(annotations, start=1)]
    return {file: data, "tasks.json": [{"id": 1, "data": {"file": file}, key: rows}]}


def choice(label: str, **more: Any) -> dict[str, Any]:
    return {"result": [{"type": "choices", "value": {"choices": [label]}}], **more}


def region(label: str, start: float, end: float) -> dict[str, Any]:
    return {"type": "labels", "value": {"start": start, "end": end, "channel": 0, "labels": [label]}}


def box(label: str, x: float, y: float) -> dict[str, Any]:
    return {"value": {"x": x, "y": y, "width": 20, "height": 20, "rectanglelabels": [label]}}


@each_case("key", ["annotations", "completions"])
def test_people_who_agree_give_one_label_and_others_are_named(key: str) -> None:
    _, layout = open_layout(people(choice("knock"), choice("knock"), key=key))
    assert [item.label for item in layout.items] == ["knock"]
    _, layout = open_layout(people(choice("knock"), choice("glass"), key=key))
    assert not layout.items
    assert layout.omissions[0].reason.startswith("People gave it different labels: glass, knock. Settle it in the tool")
    _, layout = open_layout(people(choice("knock"), choice("glass", ground_truth=True), key=key))
    assert [item.label for item in layout.items] == ["glass"]
    _, layout = open_layout(people(choice("knock"), choice("glass", was_cancelled=True), key=key))
    assert [item.label for item in layout.items] == ["knock"]


def test_boxes_of_a_second_person_agree_or_are_named() -> None:
    picture: dict[str, Any] = {"file": "a.png", "data": png(width=10, height=10)}
    first = {"result": [box("cat", 10, 10), box("dog", 60, 60)]}
    again = {"result": [box("dog", 62, 58), box("cat", 9, 12)]}
    archive, layout = open_layout(people(first, again, **picture))
    (item,) = layout.items
    assert positions_of(item, read_item(archive, layout, item)) == (
        ObjectPosition("cat", 0.2, 0.2),
        ObjectPosition("dog", 0.7, 0.7),
    )
    for other in ([box("cat", 10, 10)], [box("cat", 60, 60), box("dog", 10, 10)], []):
        _, layout = open_layout(people(first, {"result": other}, **picture))
        assert [each.reason.split(".")[0] for each in layout.omissions] == ["2 people marked it differently"]


def test_the_short_form_has_a_row_for_each_person() -> None:
    rows = [
        {"id": 1, "annotator": 1, "audio": "a.wav", "choice": "knock"},
        {"id": 1, "annotator": 2, "audio": "a.wav", "choice": "glass"},
    ]
    _, layout = open_layout({"a.wav": SOUND, "tasks.json": rows})
    assert [each.reason.split(".")[0] for each in layout.omissions] == ["People gave it different labels: glass, knock"]
    _, layout = open_layout({"a.wav": SOUND, "tasks.json": [rows[0], {**rows[0], "annotator": 2}]})
    assert [item.label for item in layout.items] == ["knock"]


def test_several_labels_of_a_sound_are_its_marked_places() -> None:
    files = people({"result": [region("glass", 1, 1.9), region("knock", 0.2, 0.5)]})
    archive, layout = open_layout(files)
    (item,) = layout.items
    assert item.label == "glass", "the label that happens for the longest time"
    assert places_of(item.places, read_item(archive, layout, item)) == [
        {"label": "knock", "start": 0.2, "end": 0.5},
        {"label": "glass", "start": 1.0, "end": 1.9},
    ]
    rows = [{"id": 1, "annotator": 1, "audio": "a.wav", "label": [{"start": 0, "end": 5, "labels": ["knock"]}]}]
    archive, layout = open_layout({"a.wav": SOUND, "tasks.json": rows})
    (item,) = layout.items
    assert places_of(item.places, read_item(archive, layout, item)) == [{"label": "knock", "start": 0.0, "end": 2.0}]


def test_places_that_people_mark_differently_are_named() -> None:
    _, layout = open_layout(people({"result": [region("knock", 0, 0.5)]}, {"result": [region("knock", 1, 1.5)]}))
    assert [each.reason.split(".")[0] for each in layout.omissions] == ["2 people marked it differently"]
    _, layout = open_layout(people({"result": [region("knock", 0, 0.5)]}, {"result": [region("knock", 0.1, 0.6)]}))
    assert [item.label for item in layout.items] == ["knock"]


def structured(path: str, data: bytes, *rows: dict[str, Any]) -> dict[str, Any]:
    content = {"version": 1, "type": "structured-labels", "structuredLabels": {path: list(rows)}}
    return {f"training/{path}": data, "training/structured_labels.labels": content}


KNOCK = {"startIndex": 0, "endIndex": 3999, "label": "knock"}
GLASS = {"startIndex": 8000, "endIndex": 15999, "label": "glass"}


def test_structured_labels_of_edge_impulse_are_marked_places() -> None:
    files = structured("a.wav", SOUND, KNOCK, GLASS)
    entry = {"path": "training/a.wav", "category": "training", "label": {"type": "multi-label"}}
    for more in ({}, {"info.labels": {"version": 1, "files": [entry]}}):
        archive, layout = open_layout({**files, **more})
        (item,) = layout.items
        assert (item.label, item.split) == ("glass", "train")
        assert places_of(item.places, read_item(archive, layout, item)) == [
            {"label": "knock", "start": 0.0, "end": 0.5},
            {"label": "glass", "start": 1.0, "end": 2.0},
        ]


def test_structured_labels_that_cannot_be_applied_are_named() -> None:
    _, layout = open_layout(structured("a.wav", SOUND, {**KNOCK, "endIndex": "x"}))
    assert [each.reason for each in layout.omissions] == [
        "Its labels over time have one without a label, a start or an end."
    ]
    archive, layout = open_layout(structured("a.csv", b"x,y,z\n1,2,3\n1,2,4\n", KNOCK, GLASS))
    with pytest.raises(ValueError, match=r"It has several labels over time\. Cut it into parts of one label\."):
        places_of(layout.items[0].places, read_item(archive, layout, layout.items[0]))
    archive, layout = open_layout(structured("a.csv", b"x,y,z\n1,2,3\n1,2,4\n", KNOCK))
    assert layout.items[0].label == "knock"
    assert places_of(layout.items[0].places, read_item(archive, layout, layout.items[0])) is None


def test_a_marked_place_outside_of_its_sound_is_named() -> None:
    archive, layout = open_layout(people({"result": [region("knock", 4, 5)]}))
    with pytest.raises(ValueError, match=r"a marked place outside of its 2 seconds\."):
        places_of(layout.items[0].places, read_item(archive, layout, layout.items[0]))
