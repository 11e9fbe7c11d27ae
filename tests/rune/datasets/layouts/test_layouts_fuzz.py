"""No bytes and no JSON crash the reader of archives."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from rune.datasets.content.content import BadContent
from rune.datasets.layouts.containers.archive import DataArchive
from rune.datasets.layouts.find import find_layout, read_item
from rune.datasets.layouts.layout import Item, Layout
from tests.rune.datasets.layouts.test_layouts import PNG, WAV, acquisition, idx, opened
from tests.support.installations.archives import zipped


def sentence_of(archive: DataArchive, layout: Layout, item: Item) -> str:
    """Returns why a recording is left out, "" where it is read. Any other error than `BadContent` fails the test."""
    try:
        read_item(archive, layout, item)
    except BadContent as error:
        return str(error)
    return ""


SEEDS = [
    zipped({"knock/a.wav": WAV, "b.csv": "t,x,y,z\n1,2,3,4\n", "c/d.png": PNG}),
    zipped(
        {
            "training/wave.1.json": acquisition([[1, 2, 3]], 3),
            "info.labels": '{"files": [{"path": "training/wave.1.json"}]}',
        }
    ),
    zipped({"metadata.jsonl": '{"file_name": "a.wav", "label": 3}', "a.wav": WAV}),
    zipped(
        {
            "train-images-idx3-ubyte": idx(b"1234", labels=b"1")["images"],
            "train-labels-idx1-ubyte": idx(labels=b"1")["labels"],
        }
    ),
    zipped(
        {"croissant.json": '{"conformsTo": "croissant", "recordSet": [{"data": [{"file": "a.wav"}]}]}', "a.wav": WAV}
    ),
    zipped({"e.json": '[{"id": 1, "annotator": 1, "audio": "a.wav", "choice": ["x"]}]', "a.wav": WAV}),
]


@pytest.mark.slow
@pytest.mark.protects("uploads/hostile-archives-of-data")
@settings(max_examples=60, deadline=None)
@given(some.sampled_from(SEEDS), some.lists(some.tuples(some.integers(0, 10_000), some.integers(0, 255)), max_size=12))
def test_no_bytes_crash_the_reader_of_archives(data: bytes, changes: list[tuple[int, int]]) -> None:
    changed = bytearray(data)
    for place, value in changes:
        changed[place % len(changed)] = value
    try:
        archive = opened(bytes(changed))
        layout = find_layout(archive)
    except BadContent:
        return
    assert all(sentence_of(archive, layout, item).endswith((".", "")) for item in layout.items)


_JSON = some.recursive(
    some.none() | some.booleans() | some.floats(allow_nan=False) | some.text(max_size=5),
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(
            some.sampled_from(
                [
                    "files",
                    "path",
                    "label",
                    "data",
                    "annotations",
                    "result",
                    "value",
                    "recordSet",
                    "field",
                    "source",
                    "payload",
                    "values",
                    "sensors",
                    "interval_ms",
                    "choices",
                    "metadata",
                    "id",
                    "annotator",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(some.sampled_from(["info.labels", "training/a.1.json", "e.json", "croissant.json", "metadata.jsonl"]), _JSON)
def test_no_json_crashes_the_reader_of_archives(name: str, value: Any) -> None:
    if name == "croissant.json" and isinstance(value, dict):
        value["conformsTo"] = "croissant"
    archive = opened(zipped({name: json.dumps(value), "a.wav": WAV}))
    try:
        layout = find_layout(archive)
    except BadContent:
        return
    assert all(isinstance(sentence_of(archive, layout, item), str) for item in layout.items)
