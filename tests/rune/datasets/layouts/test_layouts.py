"""Data sets of other tools: which recordings they have with which label, person and split, and what is left out."""

from __future__ import annotations

import gzip
import io
import json
import struct
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from rune.datasets.content.content import BadContent, Kind
from rune.datasets.layouts.containers.archive import DataArchive, JoinedFile
from rune.datasets.layouts.find import find_layout, read_item
from rune.datasets.layouts.layout import Layout
from tests.support.cases import each_case
from tests.support.forge.factories.recordings import loud, pcm_format, png, riff
from tests.support.installations.archives import zipped


def opened(data: bytes) -> DataArchive:
    return DataArchive(io.BytesIO(data))  # type: ignore[arg-type]


def layout_of(files: Mapping[str, bytes | str]) -> tuple[DataArchive, Layout]:
    archive = opened(zipped(files))
    return archive, find_layout(archive)


def facts(layout: Layout) -> set[tuple[str, str, str, str]]:
    return {(item.path, item.label, item.group, item.split) for item in layout.items}


def test_a_folder_is_the_label_and_a_folder_of_a_split_is_the_split() -> None:
    _, layout = layout_of({"knock/a.wav": loud(), "test/glass/b.wav": loud(1), "c.wav": loud(2), "notes.txt": "x"})
    assert layout.name == "folders by label"
    assert facts(layout) == {
        ("knock/a.wav", "knock", "", ""),
        ("test/glass/b.wav", "glass", "", "test"),
        ("c.wav", "", "", ""),
    }
    assert [(each.path, each.reason) for each in layout.omissions] == [
        ("notes.txt", "It is not a WAV, FLAC, PNG, JPEG or CSV file.")
    ]


def test_a_label_that_is_too_long_is_left_out_by_name_and_never_cut() -> None:
    """Two labels that begin with the same 60 characters would be one."""
    longest, long = "k" * 60, "k" * 60 + "a"
    rows = f"file_name,label,speaker_id\na.wav,{longest},P1\nb.wav,{long},P1\nc.wav,knock,{long}\n"
    archives: list[dict[str, bytes | str]] = [
        {f"{longest}/a.wav": loud(), f"{long}/b.wav": loud(1), f"test/{long}/c.wav": loud(2)},
        {"metadata.csv": rows, "a.wav": loud(), "b.wav": loud(1), "c.wav": loud(2)},
    ]
    for files in archives:
        _, layout = layout_of(files)
        assert [item.label for item in layout.items] == [longest]
        assert [each.path.rpartition("/")[2] for each in layout.omissions] == ["b.wav", "c.wav"]
        assert all("has 61 characters; the limit is 60" in each.reason for each in layout.omissions)


def test_speech_commands_name_the_speaker_and_the_split() -> None:
    _, layout = layout_of(
        {
            "sc/yes/0a7c2a8d_nohash_0.wav": loud(),
            "sc/no/0b7c2a8d_nohash_1.wav": loud(1),
            "sc/_background_noise_/rain.wav": loud(2),
            "sc/testing_list.txt": "no/0b7c2a8d_nohash_1.wav\n",
        }
    )
    assert facts(layout) == {
        ("sc/yes/0a7c2a8d_nohash_0.wav", "yes", "0a7c2a8d", "train"),
        ("sc/no/0b7c2a8d_nohash_1.wav", "no", "0b7c2a8d", "test"),
    }
    assert [each.path for each in layout.omissions] == ["sc/_background_noise_/rain.wav"]


def idx(*pictures: bytes, labels: bytes, side: int = 2) -> dict[str, bytes]:
    images = struct.pack(">IIII", 0x803, len(pictures), side, side) + b"".join(pictures)
    return {"images": images, "labels": struct.pack(">II", 0x801, len(labels)) + labels}


def test_mnist_has_a_picture_for_each_label() -> None:
    files = idx(b"\0\1\2\3", b"\4\5\6\7", labels=b"\7\1")
    archive, layout = layout_of(
        {
            "train-images-idx3-ubyte.gz": gzip.compress(files["images"]),
            "train-labels-idx1-ubyte.gz": gzip.compress(files["labels"]),
        }
    )
    assert [(item.label, item.split) for item in layout.items] == [("7", "train"), ("1", "train")]
    contents = [read_item(archive, layout, item) for item in layout.items]
    assert [content.drawing for content in contents] == [{"width": 2, "height": 2}] * 2
    assert contents[0].data != contents[1].data


@each_case(
    ("images", "labels", "reason"),
    [
        (idx(b"1234", labels=b"")["images"], idx(labels=b"\1\2")["labels"], "its labels are 2"),
        (struct.pack(">IIII", 0x803, 2**31, 28, 28), idx(labels=b"\1")["labels"], "which its size contradicts"),
        (struct.pack(">IIII", 0x803, 1, 2**31, 28), idx(labels=b"\1")["labels"], "format of MNIST"),
        (b"x", b"y", "cut short"),
    ],
)
def test_mnist_with_a_header_that_lies_is_refused(images: bytes, labels: bytes, reason: str) -> None:
    with pytest.raises(BadContent, match=reason):
        layout_of({"train-images-idx3-ubyte": images, "train-labels-idx1-ubyte": labels})


def test_mnist_reads_labels_beside_the_pictures_with_names_of_visible_characters() -> None:
    files = idx(b"\0\1\2\3", b"\4\5\6\7", labels=b"\0\1")
    contents: dict[str, bytes | str] = {
        "images/train-images-idx3-ubyte": files["images"],
        "images/train-labels-idx1-ubyte": files["labels"],
        "images/labels.txt": "cat \nblack\tdog\n",
    }
    assert [item.label for item in layout_of(contents)[1].items] == ["cat", "black dog"]


def acquisition(values: Any, sensors: int, interval: float = 10) -> str:
    names = ["audio"] if sensors == 1 else [f"s{n}" for n in range(sensors)]
    payload = {"interval_ms": interval, "sensors": [{"name": name} for name in names], "values": values}
    return json.dumps({"protected": {}, "signature": "0", "payload": payload})


def test_edge_impulse_has_sounds_and_motion_with_labels_in_its_list_or_in_names() -> None:
    files = {
        "training/wave.1.json": acquisition([[1, 2, 3], [4, 5, 6]], 3),
        "testing/hum.2.json": acquisition([100, -100, 3000], 1, 0.0625),
    }
    archive, layout = layout_of(files)
    assert facts(layout) == {("training/wave.1.json", "wave", "", "train"), ("testing/hum.2.json", "hum", "", "test")}
    kinds = {item.label: read_item(archive, layout, item) for item in layout.items}
    assert (kinds["wave"].kind, kinds["wave"].data) == (Kind.MOTION, b"1,2,3\n4,5,6\n")
    assert (kinds["hum"].kind, kinds["hum"].drawing["rate"]) == (Kind.SOUND, 16_000)
    listing = {
        "version": 1,
        "files": [
            {
                "path": "training/wave.1.json",
                "category": "training",
                "label": {"type": "label", "label": "circle"},
                "metadata": {"subject": "P7"},
            },
            {"path": "training/gone.json", "category": "training", "label": {"type": "label", "label": "circle"}},
        ],
    }
    _, layout = layout_of({**files, "info.labels": json.dumps(listing)})
    assert facts(layout) == {("training/wave.1.json", "circle", "P7", "train")}
    assert [each.path for each in layout.omissions] == ["training/gone.json", "testing/hum.2.json"]


def test_a_person_with_the_number_0_is_a_person() -> None:
    label = {"type": "label", "label": "hum"}
    files = [{"path": "training/a.wav", "label": label, "metadata": {"subject": 0}}]
    _, layout = layout_of({"training/a.wav": loud(), "info.labels": json.dumps({"files": files})})
    assert [item.group for item in layout.items] == ["0"]
    tasks = [{"id": 1, "data": {"audio": "a.wav", "group": "", "person": 0}, "annotations": []}]
    assert [item.group for item in layout_of({"tasks.json": json.dumps(tasks), "a.wav": loud()})[1].items] == ["0"]


@each_case(
    ("text", "reason"),
    [
        (acquisition([[1, 2]], 3), "has 2 values"),
        (acquisition([["a", "b", "c"]], 3), "not a number"),
        (acquisition([[1, 2, 1e39]], 3), "out of range"),
        (acquisition([[1, 2, 1e999]], 3).replace("Infinity", "1e999"), "not a number"),
        (acquisition([1], 1, 1e-9), "out of range"),
        (acquisition([10**400], 1), "out of range"),
        (acquisition([True], 1), "not numbers"),
        ('{"payload": {"values": [NaN], "sensors": [{}], "interval_ms": 1}}', "not a number"),
        ("[" * 100_000, "is not JSON"),
        ("{}", "acquisition format"),
    ],
)
def test_an_acquisition_that_is_wrong_is_refused_with_the_reason(text: str, reason: str) -> None:
    archive, layout = layout_of({"training/hum.2.json": acquisition([1, 2], 1), "training/wave.1.json": text})
    with pytest.raises(BadContent, match=reason):
        read_item(archive, layout, layout.items[1])


def test_label_studio_names_files_by_addresses() -> None:
    def task(address: str, *choices: str, **data: str) -> dict[str, Any]:
        result = [{"type": "choices", "value": {"choices": [choice]}} for choice in choices]
        return {"id": 1, "data": {"audio": address, **data}, "annotations": [{"result": result}]}

    tasks = [
        task("/data/upload/3/ab%20c.wav", "knock", speaker="P1"),
        task("/data/local-files/?d=x/d.wav", "glass", "knock"),
        task("s3://bucket/gone.wav", "knock"),
    ]
    _, layout = layout_of({"export.json": json.dumps(tasks), "files/ab c.wav": loud(), "files/d.wav": loud(1)})
    assert layout.name == "Label Studio"
    assert facts(layout) == {("files/ab c.wav", "knock", "P1", "")}
    assert [each.path for each in layout.omissions] == ["files/d.wav", "gone.wav"]
    short = [{"id": 1, "annotator": 2, "audio": "/data/d.wav", "choice": "glass"}]
    assert facts(layout_of({"min.json": json.dumps(short), "d.wav": loud()})[1]) == {("d.wav", "glass", "", "")}


def test_croissant_names_files_in_itself_or_in_a_table() -> None:
    metadata: dict[str, Any] = {"@type": "sc:Dataset", "conformsTo": "http://mlcommons.org/croissant/1.0"}
    inline = {"recordSet": [{"data": [{"r/file": "a.wav", "r/label": "knock", "r/group": "P1", "r/split": "test"}]}]}
    _, layout = layout_of({"croissant.json": json.dumps(metadata | inline), "a.wav": loud()})
    assert (layout.name, facts(layout)) == ("Croissant", {("a.wav", "knock", "P1", "test")})
    fields = [
        {
            "@id": "r/recording",
            "dataType": "sc:AudioObject",
            "source": {"fileObject": {"@id": "table"}, "extract": {"column": "where"}},
        },
        {"@id": "r/label", "source": {"fileObject": {"@id": "table"}, "extract": {"column": "what"}}},
    ]
    table = {"distribution": [{"@id": "table", "contentUrl": "t.csv"}], "recordSet": [{"field": fields}]}
    files: dict[str, bytes | str] = {
        "d/metadata.json": json.dumps(metadata | table),
        "d/t.csv": "where,what\na.wav,glass\n",
        "d/a.wav": loud(),
    }
    assert facts(layout_of(files)[1]) == {("d/a.wav", "glass", "", "")}
    with pytest.raises(BadContent, match="no records that name a file"):
        layout_of({"croissant.json": json.dumps(metadata), "a.wav": loud()})


def test_hugging_face_folders_have_a_list_in_csv_or_in_json_lines() -> None:
    rows = "file_name,label,speaker_id\na.wav,knock,P1\ngone.wav,knock,P1\n"
    _, layout = layout_of({"train/metadata.csv": rows, "train/a.wav": loud()})
    assert (layout.name, facts(layout)) == ("Hugging Face folder", {("train/a.wav", "knock", "P1", "train")})
    assert [each.path for each in layout.omissions] == ["train/gone.wav"]
    lines = '{"file_name": "glass/b.wav"}\n\n'
    assert facts(layout_of({"metadata.jsonl": lines, "glass/b.wav": loud()})[1]) == {("glass/b.wav", "glass", "", "")}
    with pytest.raises(BadContent, match=r"Line 1 of metadata\.jsonl is not JSON"):
        layout_of({"metadata.jsonl": "{", "b.wav": loud()})


def test_a_table_has_many_series_with_label_and_person() -> None:
    table = "series,time,x,y,z,label,subject\n1,0,1,2,3,walk,P1\n1,1,4,5,6,walk,P1\n2,0,7,8,9,run,P2\n"
    archive, layout = layout_of({"all.csv": table})
    assert [(item.label, item.group) for item in layout.items] == [("walk", "P1"), ("run", "P2")]
    assert [read_item(archive, layout, item).data for item in layout.items] == [b"1,2,3\n4,5,6\n", b"7,8,9\n"]


@each_case(
    ("row", "reason"),
    [
        ("1,4,5,6,run,P1,train", "It has several labels. A sample has one."),
        ("1,4,5,6,walk,P2,train", "It is of several people. A sample is of one."),
        ("1,4,5,6,walk,P1,test", "It is in several splits. A sample is in one."),
        ("1,4,5,6,,,", ""),
    ],
)
def test_a_series_of_several_labels_people_or_splits_is_left_out(row: str, reason: str) -> None:
    rows = f"1,1,2,3,walk,P1,train\n{row}\n2,7,8,9,run,P2,test\n"
    _, layout = layout_of({"all.csv": f"series,x,y,z,label,subject,split\n{rows}"})
    assert [(each.path, each.reason) for each in layout.omissions] == [("all.csv, series 1", reason)] * bool(reason)
    series = [(item.index, item.label, item.group, item.split) for item in layout.items]
    assert series == [(0, "walk", "P1", "train"), (1, "run", "P2", "test")][bool(reason) :]


def test_a_csv_of_one_series_loses_its_header_and_its_times() -> None:
    archive, layout = layout_of({"walk/a.csv": "timestamp,x,y,z\n0,1,2,3\n10,4,5,6\n"})
    assert read_item(archive, layout, layout.items[0]).data == b"1,2,3\n4,5,6\n"


@each_case(
    ("data", "rate"),
    [
        (riff(pcm_format(8000, channels=2), (b"data", struct.pack("<4h", 100, 300, -100, -300))), 8000),
        (riff(pcm_format(8000, bits=8), (b"data", b"\x80\xff")), 8000),
        (riff(pcm_format(8000, bits=24), (b"data", b"\0\0\x40\0\0\xc0")), 8000),
        (riff(pcm_format(8000, bits=32, encoding=3), (b"data", struct.pack("<2f", 0.5, -2))), 8000),
    ],
)
def test_sounds_of_other_formats_become_sixteen_bits_and_one_channel(data: bytes, rate: int) -> None:
    archive, layout = layout_of({"hum/a.wav": data})
    content = read_item(archive, layout, layout.items[0])
    assert (content.kind, content.drawing["rate"], len(content.data)) == (Kind.SOUND, rate, 44 + 4)


@pytest.mark.protects("recordings/damaged-files")
@each_case(
    ("data", "reason"),
    [
        (riff(pcm_format(8000, bits=32, encoding=3), (b"data", struct.pack("<f", float("nan")))), "not numbers"),
        (riff(pcm_format(0, bits=8), (b"data", b"\x80")), "out of range"),
        (riff(pcm_format(8000, channels=0), (b"data", b"\0\0")), "0 channels"),
        (riff(pcm_format(8000, bits=12), (b"data", b"\0\0")), "not PCM"),
        (b"x,y\n1,2,3\n", "has 3 values; the first line names 2 columns"),
        (b"1,2,nan\n", "not a number"),
        (b"x,y,z\n1,2,1e39\n", "out of range"),
        (b"\xff\xfe\0", "not a WAV, PNG, JPEG or CSV file"),
    ],
)
def test_a_recording_that_is_wrong_is_left_out_with_the_reason(data: bytes, reason: str) -> None:
    archive, layout = layout_of({"hum/a.wav": data})
    with pytest.raises(BadContent, match=reason):
        read_item(archive, layout, layout.items[0])


@pytest.mark.protects("uploads/hostile-archives-of-data")
def test_names_that_lead_out_links_encryption_and_lies_are_left_out_by_name() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("../up.wav", "/etc/a.wav", "C:/a.wav", "a/../../b.wav", "knock/good.wav"):
            archive.writestr(name, loud())
        link = zipfile.ZipInfo("knock/link.wav")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        entry = zipfile.ZipInfo("knock/locked.wav")
        archive.writestr(entry, b"x")
        archive.filelist[-1].flag_bits |= 1
        archive.writestr("knock/bomb.wav", b"\0" * 2_000_000)
        archive.filelist[-1].file_size = 400_000_000
    layout = find_layout(opened(target.getvalue()))
    assert [item.path for item in layout.items] == ["knock/good.wav"]
    assert {each.path for each in layout.omissions} == {
        "../up.wav",
        "/etc/a.wav",
        "C:/a.wav",
        "a/../../b.wav",
        "knock/link.wav",
        "knock/locked.wav",
        "knock/bomb.wav",
    }


def test_a_label_may_have_a_colon() -> None:
    layout = find_layout(opened(zipped({"a: b/1.wav": loud(), "a: b/2.wav": loud(), "on: off/1.wav": loud()})))
    assert [item.label for item in layout.items] == ["a: b", "a: b", "on: off"]
    assert layout.omissions == []


@pytest.mark.protects("uploads/hostile-archives-of-data")
def test_a_file_that_unpacks_to_more_than_its_limit_is_left_out() -> None:
    archive = opened(zipped({"a.wav": b"\0" * 3_000_000}))
    with pytest.raises(BadContent, match=r"larger than 2\.0 MB"):
        archive.read("a.wav", 2_000_000)
    for data in (b"", b"PK", zipped({"a": b"x"})[:-5], b"\0" * 100):
        with pytest.raises(BadContent, match="not a ZIP file"):
            opened(data)


@contextmanager
def pieces(folder: Path, data: bytes, *cuts: int) -> Iterator[list[int]]:
    files = []
    for number, (start, end) in enumerate(zip((0, *cuts), (*cuts, len(data)), strict=True)):
        path = folder / str(number)
        path.write_bytes(data[start:end])
        files.append(path.open("rb"))
    try:
        yield [file.fileno() for file in files]
    finally:
        for file in files:
            file.close()


def test_an_archive_in_pieces_is_read_as_one(tmp_path: Path) -> None:
    data = zipped({"knock/a.wav": loud(), "knock/b.wav": loud(1)})
    with pieces(tmp_path, data, 10, 11, len(data) - 30) as descriptors:
        archive = DataArchive(JoinedFile(descriptors))
        assert [archive.read(name) for name in archive.names] == [loud(), loud(1)]


WAV, PNG = loud(), png()


def test_below_a_folder_for_a_split_one_that_is_called_as_a_split_is_a_label() -> None:
    names = ("train/train/a.wav", "train/bus/b.wav", "test/train/c.wav", "test/d.wav", "data/test/validation/e.wav")
    _, layout = layout_of(dict.fromkeys(names, WAV))
    assert facts(layout) == {
        ("train/train/a.wav", "train", "", "train"),
        ("train/bus/b.wav", "bus", "", "train"),
        ("test/train/c.wav", "train", "", "test"),
        ("test/d.wav", "", "", "test"),
        ("data/test/validation/e.wav", "validation", "", "test"),
    }
