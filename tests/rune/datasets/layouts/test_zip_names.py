"""Labels from the names of files are the words that people typed, whichever program packed them."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib

import pytest

from rune.datasets.layouts.find import read_item
from tests.rune.datasets.layouts.test_layouts import layout_of, opened
from tests.support.cases import each_case
from tests.support.forge.factories.recordings import loud
from tests.support.installations.archives import zipped

WORD, DECOMPOSED = "gr\u00fc\u00df", "gru\u0308\u00df"
NAME = f"{WORD}/a.wav"


def unflagged(raw_name: bytes, extra: bytes = b"") -> bytes:
    """An archive with one file, whose name is these bytes. It does not say how they are encoded."""
    target = io.BytesIO()
    entry = zipfile.ZipInfo("X" * len(raw_name))
    entry.extra = extra
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(entry, loud())
    return target.getvalue().replace(b"X" * len(raw_name), raw_name)


def unicode_path(name: str, raw_name: bytes, version: int = 1) -> bytes:
    body = struct.pack("<BI", version, zlib.crc32(raw_name)) + name.encode()
    return struct.pack("<HHB", 0x9901, 1, 0) + struct.pack("<HH", 0x7075, len(body)) + body


CODE_PAGE = NAME.encode("cp437")
OTHER = "gr\u00f6/a.wav".encode("cp437")


@each_case(
    ("data", "name"),
    [
        (unflagged(NAME.encode()), NAME),
        (unflagged(CODE_PAGE), NAME),
        (unflagged(CODE_PAGE, unicode_path("\u0433\u0440/a.wav", CODE_PAGE)), "\u0433\u0440/a.wav"),
        (unflagged(CODE_PAGE, unicode_path("\u0433\u0440/a.wav", OTHER)), NAME),
        (unflagged(CODE_PAGE, unicode_path("\u0433\u0440/a.wav", CODE_PAGE, version=2)), NAME),
        (unflagged(b"gr/a.wav"), "gr/a.wav"),
    ],
)
def test_a_name_that_is_not_said_to_be_utf_8_is_read_as_it_was_typed(data: bytes, name: str) -> None:
    archive = opened(data)
    assert archive.names == [name]
    assert archive.read(name) == loud()


@pytest.mark.protects("uploads/hostile-archives-of-data")
def test_a_name_in_an_extra_field_that_leads_out_is_refused() -> None:
    archive = opened(unflagged(CODE_PAGE, unicode_path("../\u00fc.wav", CODE_PAGE)))
    assert list(archive.names) == []
    assert list(archive.refusals) == ["../\u00fc.wav"]


def test_labels_are_composed_wherever_they_come_from() -> None:
    rows = f"file_name,label\na.wav,{WORD}\nb.wav,{DECOMPOSED}\n"
    tasks = [{"id": 1, "annotator": 2, "audio": "a.wav", "choice": DECOMPOSED}]
    archives: list[dict[str, bytes | str]] = [
        {f"{WORD}/a.wav": loud(), f"{DECOMPOSED}/b.wav": loud(1)},
        {"metadata.csv": rows, "a.wav": loud(), "b.wav": loud(1)},
        {"t.json": json.dumps(tasks), "a.wav": loud()},
    ]
    for files in archives:
        archive, layout = layout_of(files)
        assert {item.label for item in layout.items} == {WORD}
        assert read_item(archive, layout, layout.items[-1]).data


GBK = "\u5f00\u706f/a.wav"


@pytest.mark.protects("uploads/names-that-look-alike")
def test_names_in_an_encoding_that_nothing_says_are_doubted_with_a_guess() -> None:
    doubt = opened(unflagged(GBK.encode("gbk"))).doubt
    assert doubt is not None
    assert f'In GBK it would be "{GBK}". If it is wrong, pack the archive again' in doubt
    western_doubt = opened(unflagged(CODE_PAGE)).doubt
    assert western_doubt is not None
    assert f'This one was read as "{NAME}".' in western_doubt
    for data in (unflagged(NAME.encode()), unflagged(b"gr/a.wav"), zipped({NAME: loud(), GBK: loud(1)})):
        assert opened(data).doubt is None


def test_backslashes_of_an_archive_separate_folders() -> None:
    archive, layout = layout_of({"train\\yes\\a.wav": loud(), "no\\": b"", "no\\b.wav": loud(1)})
    assert [(item.path, item.label, item.split) for item in layout.items] == [
        ("no/b.wav", "no", ""),
        ("train/yes/a.wav", "yes", "train"),
    ]
    assert archive.read("no/b.wav") == loud(1)


@pytest.mark.protects("uploads/hostile-archives-of-data")
@pytest.mark.parametrize(
    "name", ["..\\a.wav", "a\\..\\..\\b.wav", "\\a.wav", "\\\\server\\a.wav", "C:\\a.wav", "C:a/../../b.wav"]
)
def test_a_name_with_backslashes_that_leads_out_is_refused(name: str) -> None:
    archive = opened(zipped({name: loud()}))
    assert list(archive.names) == []
    assert list(archive.refusals.values()) == ["Its name leads out of the archive."]


@pytest.mark.protects("uploads/names-that-look-alike")
def test_two_files_whose_names_look_the_same_are_one_name() -> None:
    archive = opened(zipped({f"{WORD}/a.wav": loud(), f"{DECOMPOSED}/a.wav": loud(1)}))
    assert archive.names == [f"{WORD}/a.wav"]
    assert archive.refusals == {f"{WORD}/a.wav": "It is in the archive twice."}
    rows = f"file_name,label\n{DECOMPOSED}/a.wav,on\n"
    _, layout = layout_of({"metadata.csv": rows, f"{WORD}/a.wav": loud()})
    assert [(item.label, item.path) for item in layout.items] == [("on", f"{DECOMPOSED}/a.wav")]
    assert not layout.omissions
