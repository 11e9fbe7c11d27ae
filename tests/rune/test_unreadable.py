"""A message about a file is in our words, whichever library noticed the fault."""

from __future__ import annotations

import csv
import io
import json
import struct
import wave
import zipfile
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from rune.abi import OutputKind
from rune.assessment.evaluation.errors import SamplesRefused
from rune.assessment.evaluation.reading import ZipFiles, samples_in_table
from rune.devices.packages.rebuild import UnreadablePackage, read_package
from rune.project.files import FileError, MemoryFiles
from rune.running.runtime.errors import BadOutput
from rune.running.runtime.messages import read_message
from rune.unreadable import reason_of
from tests.support.cases import each_case


def zipped(method: int = zipfile.ZIP_STORED) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", method) as zip_file:
        zip_file.writestr("a.txt", b"Some text that is compressed and has a checksum." * 9)
    return archive.getvalue()


def read_zip(data: bytes) -> object:
    with zipfile.ZipFile(io.BytesIO(data)) as zip_file:
        return zip_file.read("a.txt")


def encrypted() -> bytes:
    """The flag of an encrypted file, in both places where an archive has flags."""
    data = bytearray(zipped())
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    return bytes(data)


def other_method() -> bytes:
    """A way of compressing that Python does not know."""
    data = bytearray(zipped())
    data[8] = 97
    data[data.index(b"PK\1\2") + 10] = 97
    return bytes(data)


def float_sound() -> bytes:
    head = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 100, b"WAVE", b"fmt ", 16, 3, 1, 16000, 64000, 4, 32)
    return head + b"data" + struct.pack("<I", 8) + bytes(8)


def picture() -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (40, 40), np.uint8)).save(file, "png")
    return file.getvalue()


def read_picture(data: bytes) -> object:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image)


def read_arrays(data: bytes) -> object:
    return np.load(io.BytesIO(data), allow_pickle=False)


def objects() -> bytes:
    file = io.BytesIO()
    np.save(file, np.array([{}], object), allow_pickle=True)
    return file.getvalue()


def read_table(data: bytes) -> object:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def read_sound(data: bytes) -> object:
    return wave.open(io.BytesIO(data))


WHOLE_ZIP, PICTURE = zipped(), picture()
CASES: dict[str, tuple[Callable[[bytes], object], bytes, str]] = {
    "JSON": (json.loads, b'{"a":\n [1,', "it is not JSON: see line 2, column 5"),
    "nested JSON": (json.loads, b"[" * 100_000, "it is nested too deeply"),
    "text": (bytes.decode, b"ab\xff", "it is not UTF-8 text: byte 2 does not fit"),
    "no zip": (read_zip, b"x" * 100, "it is not a ZIP archive, or it is cut short"),
    "zip cut short": (read_zip, WHOLE_ZIP[:-30], "it is not a ZIP archive, or it is cut short"),
    "zip with another byte": (read_zip, WHOLE_ZIP.replace(b"text", b"test", 1), "a checksum in it is wrong"),
    "encrypted zip": (read_zip, encrypted(), "it is encrypted"),
    "zip of another kind": (read_zip, other_method(), "it is compressed in a way that cannot be read"),
    "compressed bytes": (zlib.decompress, b"no zlib", "it is damaged or cut short"),
    "picture cut short": (read_picture, PICTURE[:200], "it is damaged or cut short"),
    "float sound": (read_sound, float_sound(), "its sound is not stored as PCM"),
    "no sound": (read_sound, b"x" * 100, "it does not begin as a WAV file does"),
    "empty sound": (read_sound, b"", "it is cut short"),
    "no arrays": (read_arrays, b"x" * 100, "it is not a file of arrays, or has Python objects, which are not read"),
    "arrays of objects": (
        read_arrays,
        objects(),
        "it is not a file of arrays, or has Python objects, which are not read",
    ),
    "arrays cut short": (read_arrays, b"\x93NUMPY\x01\x00v\x00{'descr'", "it is damaged or cut short"),
    "long field": (read_table, b"a" * 200_000, "a field of it is too long"),
}


@each_case("name", CASES)
def test_what_a_library_raises_is_said_in_our_words(name: str) -> None:
    read, data, sentence = CASES[name]
    with pytest.raises(Exception) as error:
        read(data)
    assert reason_of(error.value) == sentence


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_whose_packed_bytes_are_damaged_is_unreadable_in_each_method(method: int) -> None:
    data = zipped(method)
    start = data.index(b"a.txt") + len(b"a.txt")
    end = data.index(b"PK\1\2")
    for place in range(start, end - 16):
        mutant = data[:place] + bytes([data[place] ^ 0xFF]) * 9 + data[place + 9 :]
        with pytest.raises(UnreadablePackage):
            read_package(mutant)
        with pytest.raises((FileError, zipfile.BadZipFile)):
            ZipFiles(zipfile.ZipFile(io.BytesIO(mutant))).read("a.txt")


def test_a_message_of_the_system_is_passed_on() -> None:
    assert reason_of(PermissionError(13, "Permission denied")) == "permission denied"


def test_what_nobody_foresaw_is_damage_and_its_message_is_not_shown() -> None:
    assert reason_of(KeyError("_tensor_map")) == "it is damaged or cut short"


def test_readers_use_these_words() -> None:
    with pytest.raises(UnreadablePackage, match=r"its archive cannot be read: it is not a ZIP archive"):
        read_package(b"x" * 100)
    with pytest.raises(SamplesRefused, match=r"table cannot be read: line 2 has a field that begins with a quote"):
        samples_in_table(MemoryFiles({}), b'file,label\n"a.wav,b\n')
    with pytest.raises(BadOutput, match=r"a text that cannot be read: it is not JSON: see line 1, column 7"):
        read_message(1, OutputKind.SERIAL, b'{"a": }')
