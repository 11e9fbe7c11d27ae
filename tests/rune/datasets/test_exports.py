"""Data sets that are written and read again: each layout says the same of the samples, or refuses what it cannot."""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from itertools import cycle
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image

from rune.datasets.content.content import BadContent, Kind
from rune.datasets.content.read import read_content
from rune.datasets.convert.grey_pixels import grey_pixels
from rune.datasets.convert.pictures import grey_png
from rune.datasets.convert.series import is_number
from rune.datasets.export.data_folder import LIST, folder_names, read_list
from rune.datasets.export.layout import ExportedSample, ExportLayout, VersionOrigin
from rune.datasets.export.layouts import EXPORT_LAYOUTS
from rune.datasets.layouts.containers.archive import DataArchive
from rune.datasets.layouts.find import find_layout, positions_of, read_item
from rune.datasets.positions import ObjectPosition
from rune.datasets.splits import Split
from tests.support.cases import each_case
from tests.support.forge.factories.recordings import loud, png, sound
from tests.support.installations.archives import zipped
from tests.support.properties import examples

ORIGIN = VersionOrigin("acme/kitchen", 3, f"sha256:{3:064x}")
ENDINGS = {Kind.SOUND: "wav", Kind.PICTURE: "png", Kind.MOTION: "csv", Kind.TABLE: "csv"}
RECORDINGS = {
    1: (loud(), "knock", "train", "group-1"),
    2: (sound(1, 0, -1, 1, rate=44_100), "knock", "validation", "group-2"),
    3: (sound(-32_768, 32_767, rate=8000), "Glas, „zerbrochen“", "test", "group-3"),
    4: (png(), "knock", "train", ""),
    5: (b"1,2.5,-3\n4,5,6e-05\n", "wave", "test", "group-12"),
}


def samples_of(recordings: Mapping[int, tuple[bytes, str, str, str]]) -> dict[ExportedSample, bytes]:
    samples = {}
    for number, (data, label, split, group) in recordings.items():
        kind = read_content(data).kind
        digest = f"sha256:{sha256(data).hexdigest()}"
        samples[ExportedSample(number, digest, kind, ENDINGS[kind], label, split, group)] = data
    return samples


SAMPLES = samples_of(RECORDINGS)
SOUNDS = {sample: data for sample, data in SAMPLES.items() if sample.kind is Kind.SOUND}


def written(layout: ExportLayout, samples: Mapping[ExportedSample, bytes]) -> dict[str, bytes]:
    layout.refuse(list(samples))
    if layout.join is not None:
        return dict(layout.join(samples.items()))
    files = {layout.path(sample): layout.content(sample, data) for sample, data in samples.items()}
    assert len(files) == len(samples), "two samples have the same file"
    return files | dict(layout.lists(ORIGIN, list(samples)))


def read_again(files: Mapping[str, bytes]) -> tuple[str, dict[bytes, tuple[str, str, str]]]:
    """The layout that an import finds, and the recordings with label, split and group."""
    archive = DataArchive(io.BytesIO(zipped(files)))  # type: ignore[arg-type]
    layout = find_layout(archive)
    assert layout.omissions == []
    recordings = {read_item(archive, layout, item).data: item for item in layout.items}
    return layout.name, {data: (item.label, item.split, item.group) for data, item in recordings.items()}


def expected(samples: Mapping[ExportedSample, bytes]) -> dict[bytes, tuple[str, str, str]]:
    return {data: (sample.label, sample.split, sample.group) for sample, data in samples.items()}


@each_case(
    ("name", "title"),
    [
        ("data-folder", "data folder"),
        ("edge-impulse", "Edge Impulse"),
        ("label-studio", "Label Studio"),
        ("croissant", "Croissant"),
        ("hugging-face", "Hugging Face folder"),
    ],
)
def test_an_import_of_an_export_has_the_same_samples(name: str, title: str) -> None:
    title_read, recordings = read_again(written(EXPORT_LAYOUTS[name], SAMPLES))
    assert (title_read, recordings) == (title, expected(SAMPLES))


@each_case("name", ["data-folder", "edge-impulse", "label-studio", "croissant", "hugging-face"])
def test_a_table_has_its_columns_after_an_export_and_an_import(name: str) -> None:
    tables = (b"temperature\n20.5\n21\n", b"a,b\n1,2\n", b"red,green,blue\n1,2,3\n")
    samples = samples_of({number: (data, "warm", "train", "") for number, data in enumerate(tables, start=1)})
    assert read_again(written(EXPORT_LAYOUTS[name], samples))[1] == expected(samples)


@each_case("name", ["data-folder", "folders", "edge-impulse", "label-studio", "croissant", "hugging-face"])
def test_an_import_of_an_export_changes_no_number_and_no_column(name: str) -> None:
    tables = (
        b"t,p\n20,1013.25\n19.5,1013.123456789012\n",
        b"seconds,hits\n12.50,3\n9,4\n",
        b"time,hits\n9,3\n9,4\n",
        b"a,t\n16777217123,1e-320\n",
        b"0.1234567890123,-0.0,1.50\n",
    )
    samples = samples_of({number: (data, "warm", "train", "") for number, data in enumerate(tables, start=1)})
    if name == "edge-impulse":
        numbers = {
            tuple(map(_numbers, data.split(b"\n"))) for data in read_again(written(EXPORT_LAYOUTS[name], samples))[1]
        }
        assert numbers == {tuple(map(_numbers, data.split(b"\n"))) for data in tables}
    else:
        assert read_again(written(EXPORT_LAYOUTS[name], samples))[1] == expected(samples)


def _numbers(line: bytes) -> tuple[float | str, ...]:
    return tuple(float(text) if is_number(text) else text for text in line.decode().split(","))


def test_a_data_folder_keeps_times_that_rise() -> None:
    samples = samples_of({1: (b"time,a\n0,5\n10,6\n", "warm", "train", "")})
    assert read_again(written(EXPORT_LAYOUTS["data-folder"], samples))[1] == expected(samples)


def test_parquet_has_series_of_motion_and_nothing_else() -> None:
    motion = {sample: data for sample, data in SAMPLES.items() if sample.kind is Kind.MOTION}
    assert read_again(written(EXPORT_LAYOUTS["parquet"], motion)) == ("tables of series", expected(motion))
    with pytest.raises(BadContent, match="Choose another layout"):
        written(EXPORT_LAYOUTS["parquet"], SAMPLES)


def test_folders_say_label_and_split_and_nothing_of_people() -> None:
    title_read, recordings = read_again(written(EXPORT_LAYOUTS["folders"], SAMPLES))
    assert title_read == "folders by label"
    assert recordings == {data: (label, split, "") for data, (label, split, _) in expected(SAMPLES).items()}


def test_speech_commands_keep_who_spoke_apart() -> None:
    single = {replace(sample, number=9, group="", digest=f"sha256:{9:064x}"): loud(9) for sample in list(SOUNDS)[:1]}
    samples = {**SOUNDS, **single}
    title_read, recordings = read_again(written(EXPORT_LAYOUTS["speech-commands"], samples))
    assert title_read == "Speech Commands"
    facts = {data: (label, split) for data, (label, split, _) in expected(samples).items()}
    assert {data: (label, split) for data, (label, split, _) in recordings.items()} == facts
    assert recordings[RECORDINGS[1][0]][2] == "00000001"
    assert len({group for _, _, group in recordings.values()}) == 4, "a sample of nobody is a speaker of its own"
    training = {sample: data for sample, data in SOUNDS.items() if sample.split == "train"}
    assert {split for _, split, _ in read_again(written(EXPORT_LAYOUTS["speech-commands"], training))[1].values()} == {
        "train"
    }


def pictures(*labels: str) -> dict[ExportedSample, bytes]:
    """Pictures in shades of grey with these labels, in turn for each split."""
    return samples_of(
        {
            number: (grey_png(3, 2, bytes([number, 0, 255, 7, 128, 9])), label, split, "")
            for number, (label, split) in enumerate(zip(labels, cycle(Split), strict=False), start=1)
        }
    )


@pytest.mark.parametrize("labels", [("7", "0", "7", "255"), ("rock", "paper", "Schere, Stein", "7")])
def test_mnist_has_the_pixels_labels_and_splits_of_pictures(labels: tuple[str, ...]) -> None:
    samples = pictures(*labels)
    files = written(EXPORT_LAYOUTS["mnist"], samples)
    assert len(files["train-images-idx3-ubyte"]) == 16 + 2 * 3 * 2
    assert ("labels.txt" in files) == ("rock" in labels)
    assert read_again(files) == ("MNIST", expected(samples))


@each_case(
    ("data", "reason"),
    [
        (png(width=3, height=3), "Sample 9 has 3 × 3 pixels, and others have 3 × 2"),
        (png(width=200, height=2), "sample 9 has 200 × 2 pixels, and a side has at most 128"),
        (b"\xff\xd8\xff", "sample 9 is not a PNG file"),
        (png().replace(b"\x08\x00\x00\x00\x00", b"\x08\x02\x00\x00\x00"), "sample 9 is not in 256 shades of grey"),
        (png()[:33], "sample 9 is damaged"),
    ],
)
def test_mnist_refuses_pictures_that_it_cannot_have(data: bytes, reason: str) -> None:
    samples = pictures("1", "2")
    other = replace(next(iter(samples)), number=9)
    with pytest.raises(BadContent, match=reason):
        written(EXPORT_LAYOUTS["mnist"], {**samples, other: data})
    with pytest.raises(BadContent, match="4 of these samples are of another kind"):
        written(EXPORT_LAYOUTS["mnist"], SAMPLES)


@each_case("kind", range(5))
def test_each_filter_of_png_gives_the_pixels_that_pillow_reads(kind: int) -> None:
    rows = b"".join(bytes([kind, *(17 * row * column % 251 for column in range(1, 8))]) for row in range(1, 6))
    plain = grey_png(7, 5, bytes(35))
    start = plain.index(b"IDAT") - 4
    chunk = b"IDAT" + zlib.compress(rows)
    data = plain[:start] + struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    data += plain[-12:]
    assert grey_pixels(data) == (7, 5, Image.open(io.BytesIO(data)).tobytes())


def test_every_layout_is_read_again() -> None:
    """A layout that is added needs a test above."""
    assert set(EXPORT_LAYOUTS) == {
        "data-folder",
        "folders",
        "speech-commands",
        "mnist",
        "edge-impulse",
        "label-studio",
        "croissant",
        "hugging-face",
        "parquet",
    }


@each_case("name", ["folders", "speech-commands"])
@each_case("label", ["on/off", "..", "test", "Training", "samples", "a\\b", "NUL", "nul.x", "_x_", "x."])
def test_a_label_that_cannot_be_a_folder_is_refused_by_name(name: str, label: str) -> None:
    samples = {replace(sample, label=label): data for sample, data in SOUNDS.items()}
    with pytest.raises(BadContent, match="cannot be the name of a folder"):
        written(EXPORT_LAYOUTS[name], samples)
    title_read, recordings = read_again(written(EXPORT_LAYOUTS["data-folder"], samples))
    assert (title_read, {label for label, _, _ in recordings.values()}) == ("data folder", {label})


def test_speech_commands_refuse_what_is_no_sound() -> None:
    with pytest.raises(BadContent, match="2 of these samples are of another kind"):
        written(EXPORT_LAYOUTS["speech-commands"], SAMPLES)


def test_croissant_says_the_digest_of_its_table() -> None:
    files = written(EXPORT_LAYOUTS["croissant"], SAMPLES)
    metadata = json.loads(files["croissant.json"])
    assert metadata["distribution"][0]["sha256"] == sha256(files["samples.csv"]).hexdigest()
    assert (metadata["conformsTo"], metadata["version"]) == ("http://mlcommons.org/croissant/1.0", "3.0.0")
    assert ORIGIN.digest in metadata["description"]


LABELS = some.lists(some.text(min_size=1, max_size=8).map(str.strip).filter(str.isprintable).filter(bool), max_size=6)


@pytest.mark.slow
@examples(60)
@given(LABELS)
def test_any_label_has_a_folder_that_leads_nowhere_else(labels: list[str]) -> None:
    folders = folder_names(labels)
    assert len({normalize("NFC", folder).casefold() for folder in folders.values()}) == len(set(labels))
    assert not [folder for folder in folders.values() if folder in ("", ".", "..") or set(folder) & set("/\\:")]


def test_a_data_folder_has_the_positions_of_objects_and_pictures_without_have_none() -> None:
    picture = next(sample for sample in SAMPLES if sample.kind is Kind.PICTURE)
    objects = (ObjectPosition("bolt", 0.25, 0.1), ObjectPosition("nut", 0.5, 0.75))
    for positions in (None, (), objects):
        files = written(EXPORT_LAYOUTS["data-folder"], {replace(picture, positions=positions): png()})
        assert (b"positions" in files[LIST]) == (positions is not None)
        layout = find_layout(DataArchive(io.BytesIO(zipped(files))))  # type: ignore[arg-type]
        read_back = [positions_of(item, read_content(png())) for item in layout.items]
        assert read_back == [positions]


@pytest.mark.parametrize("name", ["edge-impulse", "label-studio"])
def test_layouts_of_other_tools_have_the_positions_within_a_pixel(name: str) -> None:
    data = png(width=200, height=100)
    picture = next(sample for sample in SAMPLES if sample.kind is Kind.PICTURE)
    objects = (ObjectPosition("bolt", 0.25, 0.1), ObjectPosition("nut", 0.995, 0.75))
    one = replace(picture, positions=objects, width=200, height=100)
    none = replace(picture, number=9, positions=(), width=201, height=100)
    plain_picture = replace(picture, number=10, width=202, height=100)
    pictures = {one: data, none: png(width=201, height=100), plain_picture: png(width=202, height=100)}
    files = written(EXPORT_LAYOUTS[name], pictures)
    archive = DataArchive(io.BytesIO(zipped(files)))  # type: ignore[arg-type]
    layout = find_layout(archive)
    read = [positions_of(item, read_item(archive, layout, item)) for item in layout.items]
    assert read[1:] == [(), None]
    assert read[0] is not None
    for position, original in zip(read[0], objects, strict=True):
        assert position.label == original.label
        assert abs(position.x - original.x) <= 1 / 200
        assert abs(position.y - original.y) <= 1 / 100


@given(some.floats(0, 1), some.floats(0, 1), some.integers(2, 700), some.integers(2, 700))
@examples(60)
def test_boxes_for_edge_impulse_are_inside_of_the_picture(x: float, y: float, width: int, height: int) -> None:
    picture = next(sample for sample in SAMPLES if sample.kind is Kind.PICTURE)
    one = replace(picture, positions=(ObjectPosition("bolt", x, y),), width=width, height=height)
    files = dict(EXPORT_LAYOUTS["edge-impulse"].lists(ORIGIN, [one]))
    lists = next(json.loads(data) for name, data in files.items() if name.endswith("bounding_boxes.labels"))
    ((box,),) = lists["boundingBoxes"].values()
    assert 0 <= box["x"] < box["x"] + box["width"] <= width
    assert 0 <= box["y"] < box["y"] + box["height"] <= height
    assert abs(box["x"] + box["width"] / 2 - x * width) <= 1
    assert abs(box["y"] + box["height"] / 2 - y * height) <= 1


def test_croissant_counts_the_objects() -> None:
    picture = next(sample for sample in SAMPLES if sample.kind is Kind.PICTURE)
    objects = (ObjectPosition("bolt", 0.25, 0.1), ObjectPosition("nut", 0.5, 0.75), ObjectPosition("nut", 0.6, 0.75))
    for positions, sentence in ((objects, "In 1 picture, people marked 2 nut and 1 bolt."), (None, None)):
        files = written(EXPORT_LAYOUTS["croissant"], {replace(picture, positions=positions): png()})
        assert json.loads(files["croissant.json"]).get("rai:dataAnnotationAnalysis") == sentence


@each_case(
    "change",
    [
        {"format": "x"},
        {"samples": 3},
        {"samples": [{"file": "a.wav"}]},
        {"samples": [{"file": 1, "number": 1, "digest": "", "label": "", "split": "", "group": ""}]},
        {"samples": [{"file": "", "number": 1, "digest": "", "label": "", "split": "", "group": "", "positions": 1}]},
        {"version": "3"},
        {"version": True},
    ],
)
def test_a_list_that_is_damaged_is_refused(change: Mapping[str, object]) -> None:
    files = written(EXPORT_LAYOUTS["data-folder"], SAMPLES)
    value = json.loads(files[LIST])
    contents = read_list(value)
    assert contents is not None
    assert (contents[0], len(contents[1])) == (ORIGIN, len(SAMPLES))
    assert read_list(value | change) is None
    assert not_a_list(files, value | change)


def not_a_list(files: Mapping[str, bytes], value: Mapping[str, object]) -> bool:
    with pytest.raises(BadContent, match="not a list of samples"):
        read_again({**files, LIST: json.dumps(value).encode()})
    return True


def test_files_that_a_list_names_and_that_are_missing_are_named() -> None:
    files = written(EXPORT_LAYOUTS["data-folder"], SAMPLES)
    del files["knock/000001.wav"]
    layout = find_layout(DataArchive(io.BytesIO(zipped(files))))  # type: ignore[arg-type]
    assert [each.path for each in layout.omissions] == ["knock/000001.wav"]
    assert len(layout.items) == len(SAMPLES) - 1
