"""Colours, sample rates and labels that the metadata of a model's file tells; damaged ones say nothing."""

from __future__ import annotations

import io
import zipfile

import flatbuffers
import pytest

from rune.model.tflite.meaning.labels import with_labels
from rune.model.tflite.meaning.metadata import notes
from rune.model.tflite.model import Notes, TensorNotes
from tests.support.cases import each_case


def metadata(union: int, number: int, file: str = "labels.txt", kind: int = 2) -> bytes:
    """An input with content of a kind and one number in its first slot, and an output with a file beside it."""
    builder = flatbuffers.Builder()

    def table(*fields: tuple[int, int]) -> int:
        builder.StartObject(8)
        for slot, offset in fields:
            builder.PrependUOffsetTRelativeSlot(slot, offset, 0)
        return int(builder.EndObject())

    def vector(item: int) -> int:
        builder.StartVector(4, 1, 4)
        builder.PrependUOffsetTRelative(item)
        return int(builder.EndVector())

    name = builder.CreateString(file)
    builder.StartObject(3)
    builder.PrependUOffsetTRelativeSlot(0, name, 0)
    builder.PrependInt8Slot(2, kind, 0)
    output = table((6, vector(builder.EndObject())))
    builder.StartObject(2)
    if union == 4:
        builder.PrependUint32Slot(0, number, 0)
    else:
        builder.PrependInt8Slot(0, number, 0)
    properties = builder.EndObject()
    builder.StartObject(3)
    builder.PrependUint8Slot(0, union, 0)
    builder.PrependUOffsetTRelativeSlot(1, properties, 0)
    content = builder.EndObject()
    inputs = vector(table((3, content)))
    builder.Finish(table((3, vector(table((2, inputs), (3, vector(output)))))), b"M001")
    return bytes(builder.Output())


@each_case(
    ("union", "number", "expected"),
    [
        (2, 1, TensorNotes(colour="RGB")),
        (2, 2, TensorNotes(colour="GRAYSCALE")),
        (2, 0, TensorNotes()),
        (4, 16000, TensorNotes(rate=16000)),
        (1, 1, TensorNotes()),
    ],
)
def test_colours_and_rates_are_read(union: int, number: int, expected: TensorNotes) -> None:
    actual = notes(memoryview(metadata(union, number)))
    assert actual == Notes((expected,), (TensorNotes(labels_file="labels.txt"),))
    assert notes(memoryview(metadata(union, number, kind=1))).outputs == (TensorNotes(),)


def archive(name: str = "labels.txt", text: bytes = b"cat\r\ndog\n", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        file.writestr(name, text)
    return buffer.getvalue()


LABEL_NOTES = Notes((), (TensorNotes(labels_file="labels.txt"),))


def labels(model: bytes) -> tuple[str, ...]:
    return with_labels(LABEL_NOTES, memoryview(model)).outputs[0].labels


def test_labels_stand_behind_the_model() -> None:
    assert labels(b"TFL3" * 9 + archive()) == ("cat", "dog")
    assert labels(b"TFL3" * 9 + archive(method=zipfile.ZIP_STORED)) == ("cat", "dog")


@each_case(
    ("text", "names"),
    [
        (b"\xef\xbb\xbfcat\r\ndog\r\n", ("cat", "dog")),
        (b"\ncat\n\n dog", ("", "cat", "", "dog")),
        (b"cat\n\n", ("cat", "")),
        ("black\u2028cat\ndog\x0b\n".encode(), ("black\u2028cat", "dog")),
        (b"", ()),
    ],
)
def test_each_line_names_the_class_of_its_number(text: bytes, names: tuple[str, ...]) -> None:
    assert labels(archive(text=text)) == names


def damaged(method: int) -> bytes:
    """An archive whose only file has other bytes."""
    whole = bytearray(archive(text=b"cat\ndog\n" * 50, method=method))
    at = whole.index(b"labels.txt") + len(b"labels.txt")
    whole[at + 4 : at + 20] = b"\xff" * 16
    return bytes(whole)


@pytest.mark.protects("compiling/model-labels")
@each_case(
    "behind",
    [
        *(b"", b"PK\x05\x06", archive("other.txt"), archive(text=b"\xff\xfe"), archive(text=b"x" * (1 << 19))),
        *(archive(method=zipfile.ZIP_LZMA), archive(method=zipfile.ZIP_BZIP2)),
        *map(damaged, (zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2)),
    ],
)
def test_labels_that_cannot_be_read_name_nothing(behind: bytes) -> None:
    assert labels(b"TFL3" * 9 + behind) == ()


@pytest.mark.protects("compiling/model-labels")
def test_an_archive_that_is_cut_or_changed_ends_and_names_at_most_its_labels() -> None:
    whole = b"TFL3" * 9 + archive()
    for at in range(len(whole)):
        assert len(labels(whole[:at])) <= 2
        for value in (0, 0x7F, 0xFF):
            assert len(labels(whole[:at] + bytes([value]) + whole[at + 1 :])) <= 12
