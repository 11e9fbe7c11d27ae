"""WAV files of recorders that wrote into a pipe or were stopped: their sound is what is there, for every reader."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rune.datasets.content.read import read_content
from rune.datasets.convert.plain import plain_recording
from rune.project.files import MemoryFiles
from rune.pyblock.testing.recordings import find_recording
from rune.running.runtime.inputs.sounds import sound_input, whole_sound
from rune.wav_file import WRONG_SIZE, wav_parts
from tests.support.cases import each_case
from tests.support.forge.factories.recordings import sound

VALUES = tuple(range(-30, 30))
SAMPLES = struct.pack(f"<{len(VALUES)}h", *VALUES)
WAV = sound(*VALUES)
TITLE = b"LIST" + struct.pack("<I", 18) + b"INFOISFT" + struct.pack("<I", 6) + b"Lavf58"


def with_sizes(riff: int, data: int, wav: bytes = WAV) -> bytes:
    """The same bytes, of whose header the two sizes are others."""
    place = wav.index(b"data") + 4
    return b"RIFF" + struct.pack("<I", riff) + wav[8:place] + struct.pack("<I", data) + wav[place + 4 :]


@each_case(
    "data",
    [
        with_sizes(0xFFFFFFFF, 0xFFFFFFFF),
        with_sizes(0xFFFFFFFF, 0xFFFFFFFF, WAV.replace(b"data", TITLE + b"data")),
        with_sizes(0, 0),
        with_sizes(36, 0),
        with_sizes(len(WAV) - 8, len(SAMPLES) + 44),
        with_sizes(0x7FFFFFFF, 0x7FFFFFFF),
        with_sizes(len(WAV) - 8, len(SAMPLES) + 2) + b"\1",
    ],
)
def test_a_header_with_a_wrong_size_is_noted_and_the_sound_is_what_is_there(data: bytes) -> None:
    content = read_content(plain_recording(data))
    assert (content.data, content.note) == (
        WAV,
        "The header states a wrong size, so the sound was read to the end of the file.",
    )
    assert read_content(content.data).note == ""
    run = whole_sound(data, 16_000)
    assert (run.data, run.conversion) == (SAMPLES, WRONG_SIZE)
    assert sound_input(data, 16_000, 4).data == SAMPLES[:8]
    assert find_recording(MemoryFiles({"samples/a.wav": data}), "a.wav").values == VALUES


def test_a_conversion_and_a_wrong_size_are_both_said() -> None:
    conversion = whole_sound(with_sizes(0, 0), 8_000).conversion
    assert conversion == f"16 kHz mono, converted to 8 kHz mono; {WRONG_SIZE}"


def test_chunks_behind_an_empty_sound_are_no_sound() -> None:
    parts = wav_parts(with_sizes(36 + len(TITLE), 0, sound() + TITLE))
    assert (parts.sound, parts.note) == (b"", None)


@pytest.mark.protects("recordings/damaged-files")
@given(some.binary(max_size=80), some.integers(0, len(WAV)))
def test_any_bytes_behind_a_header_have_parts(data: bytes, length: int) -> None:
    parts = wav_parts(WAV[:length] + data)
    assert len(parts.sound or b"") + len(parts.format or b"") <= length + len(data)
