"""A file that belongs to no data set, beside recordings: it changes neither their labels nor their layout, and no file
is left out without its name."""

from __future__ import annotations

import json

import pytest

from rune.datasets.content.content import BadContent, Kind
from rune.datasets.export.layouts import EXPORT_LAYOUTS
from rune.datasets.layouts.find import read_item
from tests.rune.datasets.layouts.test_layouts import acquisition, facts, layout_of
from tests.rune.datasets.test_exports import expected, read_again, samples_of, written
from tests.support.cases import each_case
from tests.support.forge.factories.recordings import loud

SOUNDS: dict[str, bytes | str] = {"yes/a.wav": loud(), "yes/b.wav": loud(1), "no/c.wav": loud(2)}
SPLITS: dict[str, bytes | str] = {"train/1.wav": loud(), "train/2.wav": loud(1)}


@each_case(
    ("sounds", "name", "text"),
    [
        (SOUNDS, "counts.csv", "label,count\nyes,2\nno,1\n"),
        (SOUNDS, "counts.csv", "label,count\nyes,2,of Ana\n"),
        (SOUNDS, "notes.json", '{"louder": NaN}'),
        (SOUNDS, "metadata.json", "{"),
        (SOUNDS, "metadata.csv", "who,when\nAna,2026\n"),
        (SOUNDS, "metadata.csv", ""),
        (SOUNDS, "metadata.csv", "\r\n"),
        (SPLITS, "train.csv", "id,label\n1,yes\n2,no\n"),
        (SPLITS, "train.csv", "id,label,seconds\n1,yes,1\n2,no,1\n"),
        ({"training/yes/1.wav": loud()}, "training/meta.json", '{"recorded": "in May"}'),
        ({"training/yes/1.wav": loud()}, "training/meta.json", "{"),
    ],
)
def test_notes_beside_recordings_leave_the_layout_as_it_is(
    sounds: dict[str, bytes | str], name: str, text: str
) -> None:
    layout = layout_of(sounds)[1]
    noted_layout = layout_of({**sounds, name: text})[1]
    assert noted_layout.name == layout.name == "folders by label"
    assert facts(noted_layout) >= facts(layout)
    assert name in {*(item.path for item in noted_layout.items), *(each.path for each in noted_layout.omissions)}


@each_case(
    ("name", "files"),
    [
        ("Speech Commands", {"yes/0a7c2a8d_nohash_0.wav": loud(), "extra.flac": b"fLaC", "no/clip.WAV": loud(1)}),
        ("Hugging Face folder", {"train/metadata.csv": "file_name,label\na.wav,yes\n", "train/a.wav": loud(),
                                 "a.wav": loud(1), "b/metadata.jsonl": '{"note": "of May"}\n', "c/metadata.csv": ""}),
        ("Label Studio", {"t.json": json.dumps([{"id": 1, "annotator": 2, "audio": "a.wav", "choice": "yes"}]),
                          "a.wav": loud(), "b.wav": loud(1)}),
        ("Edge Impulse", {"training/yes.1.json": acquisition([1, 2], 1), "README.txt": "x"}),
        ("tables of series", {"all.csv": "label,a\nyes,1\nno,2\n", "plot.png": b"x"}),
    ],
)  # fmt: skip
def test_each_file_of_an_archive_has_a_recording_or_is_named_as_left_out(
    name: str, files: dict[str, bytes | str]
) -> None:
    layout = layout_of(files)[1]
    assert layout.name == name
    paths = {*layout.lists, *(item.path for item in layout.items), *(each.path for each in layout.omissions)}
    assert paths == set(files)
    assert layout.omissions


def test_a_list_that_cannot_be_read_is_named() -> None:
    with pytest.raises(BadContent, match=r"^train/metadata\.csv cannot be read"):
        layout_of({**SPLITS, "train/metadata.csv": b"file_name\n\xff\n"})


def test_a_recording_that_the_layout_does_not_have_is_left_out_with_the_reason() -> None:
    rows = "file_name,label\na.wav,yes\n"
    layout = layout_of({"metadata.csv": rows, "a.wav": loud(), "b.wav": loud(1)})[1]
    assert [(each.path, each.reason) for each in layout.omissions] == [
        ("b.wav", "The archive was read as “Hugging Face folder”, in which this file is not a recording.")
    ]


def test_a_sound_in_a_folder_keeps_its_label_beside_acquisitions() -> None:
    layout = layout_of({"training/yes/1.wav": loud(), "training/no.2.json": acquisition([1, 2], 1)})[1]
    assert {item.label for item in layout.items} == {"yes", "no"}


@each_case("column", ["label", "id", "class", "target"])
def test_a_table_in_a_folder_of_its_label_is_one_recording_whatever_its_columns_are_called(column: str) -> None:
    tables = {number: (f"{column},b\n1,{number}\n2,5\n".encode(), "warm", "train", "") for number in range(1, 4)}
    samples = samples_of(tables)
    assert read_again(written(EXPORT_LAYOUTS["folders"], samples)) == ("folders by label", expected(samples))


def test_a_table_of_labelled_rows_may_be_in_a_folder() -> None:
    archive, layout = layout_of({"iris/all.csv": "label,a,b\n0,1,2\n1,3,4\n"})
    assert [item.label for item in layout.items] == ["0", "1"]
    assert read_item(archive, layout, layout.items[0]).kind is Kind.TABLE
