"""Reading recordings: what tells of their maker goes, what is wrong is named, and no bytes crash a reader."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from rune.datasets.content.content import BadContent, Kind, Quality, stretches
from rune.datasets.content.read import read_content
from tests.support.cases import each_case
from tests.support.forge.factories.recordings import loud, pcm_format, png, riff, sound

SECRET = b"52.5200N 13.4050E mika"
_QUANTISATION = b"\xff\xdb\x00\x04ab"
_FRAME = b"\xff\xc0\x00\x0b\x08\x00\x02\x00\x03\x01\x01\x11\x00"
_SCAN = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00pixels\xff\x00more\xff\xd0rest"
_JFIF = b"\xff\xe0\x00\x10JFIF\0\x01\x02\0\0\x01\0\x01\0\0"


def segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def jpeg(*extra: bytes) -> bytes:
    return b"\xff\xd8" + b"".join(extra) + _QUANTISATION + _FRAME + _SCAN + b"\xff\xd9"


@pytest.mark.protects("recordings/traces-of-the-maker")
@each_case(
    "data",
    [
        sound(1, 9000, extra=[(b"LIST", b"INFOIART" + SECRET)]),
        riff(pcm_format(), (b"data", b"\1\0\2\0"), (b"bext", SECRET)) + SECRET,
        png((b"tEXt", b"Author\0" + SECRET)),
        png((b"eXIf", SECRET), (b"tIME", b"\x07\xea\x0b\x17\0\0\0")),
        png() + SECRET,
        jpeg(segment(0xE1, b"Exif\0\0" + SECRET)),
        jpeg(segment(0xE0, b"JFXX\0\x10" + SECRET), segment(0xFE, SECRET), segment(0xED, SECRET)),
        jpeg(segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\x04\x04" + SECRET * 3)),
        jpeg() + SECRET,
    ],
)
def test_what_tells_of_the_maker_is_dropped(data: bytes) -> None:
    assert SECRET in data
    content = read_content(data)
    assert SECRET not in content.data
    assert read_content(content.data) == content, "what is stored is read again as the same"


def test_a_sound_has_its_length_its_peaks_and_its_quality() -> None:
    content = read_content(sound(*[16_384] * 8_000, *[0] * 8_000, rate=16_000))
    assert (content.kind, content.media_type, content.milliseconds) == (Kind.SOUND, "audio/wav", 1000)
    assert content.drawing == {"rate": 16_000, "peaks": [50] * 24 + [0] * 24}
    assert content.quality == Quality.GOOD
    assert read_content(sound(*[600] * 99)).quality == Quality.QUIET
    assert read_content(sound(*[9_000] * 998, 32_767, -32_768)).quality == Quality.CLIPPED
    assert read_content(sound(*[9_000] * 1_999, 32_767)).quality == Quality.GOOD


def test_a_sound_of_a_day_is_the_longest() -> None:
    assert read_content(sound(*[1] * 86_400, rate=1)).milliseconds == 86_400_000
    with pytest.raises(BadContent, match="longer than 24 hours at its rate of 1 Hz"):
        read_content(sound(*[1] * 86_401, rate=1))


def test_a_picture_keeps_its_pixels_and_says_its_size() -> None:
    content = read_content(png((b"tEXt", b"a\0b"), width=3))
    assert (content.kind, content.drawing, content.quality) == (
        Kind.PICTURE,
        {"width": 3, "height": 1},
        Quality.UNCHECKED,
    )
    assert content.data == png(width=3)
    photo = read_content(jpeg(_JFIF, segment(0xE1, b"Exif")))
    assert (photo.media_type, photo.drawing) == ("image/jpeg", {"width": 3, "height": 2})
    assert photo.data == jpeg(_JFIF)


def test_motion_is_drawn_by_axis_and_stillness_is_seen() -> None:
    content = read_content(b"0,1,-2\n1,1,4\n")
    assert content.drawing == {"axes": [[0, 25], [25, 25], [-50, 100]]}
    assert content.quality == Quality.GOOD
    assert read_content(b"1,2,3\n1,2,3\n").quality == Quality.STILL
    assert read_content(b"0,0,0\n").drawing == {"axes": [[0], [0], [0]]}


@each_case(
    ("data", "sentence"),
    [
        (b"", "A CSV of motion has"),
        (b"\xff\xfe", "The file is not a WAV, PNG, JPEG or CSV file."),
        (b"1,2\n", "Line 1 of the CSV is not three numbers"),
        (b"1,2,3\n1,2,nan\n", "Line 2 of the CSV is not three numbers"),
        (b"1,2,1e999\n", "Line 1 of the CSV has a number that is out of range."),
        (b"1,2,3\n-1e39,2,3\n", "Line 2 of the CSV has a number that is out of range."),
        (riff(pcm_format(channels=2), (b"data", b"abcd")), "has 2 channels"),
        (riff(pcm_format(bits=24), (b"data", b"abc")), "not 16-bit PCM"),
        (riff(pcm_format(encoding=3), (b"data", b"abcd")), "not 16-bit PCM"),
        (riff(pcm_format(rate=0), (b"data", b"abcd")), "sample rate of the WAV file is 0 Hz"),
        (riff((b"data", b"abcd")), "no sound in it"),
        (sound(), "empty or cut short"),
        (png()[:-1], "PNG file is damaged"),
        (png().replace(b"IDAT", b"IDAX"), "PNG file is damaged"),
        (png((b"HIDE", b"x")), "PNG file is damaged"),
        (png(width=5000), "has 5000 × 1 pixels"),
        (jpeg()[:-2], "JPEG file is damaged"),
        (b"\xff\xd8" + _SCAN + b"\xff\xd9", "JPEG file is damaged"),
    ],
)
def test_what_is_no_recording_is_refused_with_the_reason(data: bytes, sentence: str) -> None:
    with pytest.raises(BadContent, match=sentence):
        read_content(data)


@pytest.mark.slow
@pytest.mark.protects("recordings/damaged-files")
@settings(max_examples=60, deadline=None)
@given(
    some.sampled_from([loud(), png((b"tEXt", b"a\0b")), jpeg(_JFIF), b"1,2,3\n4,5,6\n"]),
    some.lists(some.tuples(some.integers(0, 400), some.integers(0, 255)), max_size=6),
    some.integers(0, 400),
)
def test_damaged_recordings_are_read_or_refused(data: bytes, changes: list[tuple[int, int]], cut: int) -> None:
    mutant = bytearray(data)
    for place, value in changes:
        mutant[place % len(mutant)] = value
    try:
        content = read_content(bytes(mutant[: max(1, len(mutant) - cut)]))
    except BadContent:
        return
    assert read_content(content.data) == content


@given(some.integers(1, 500), some.integers(1, 60))
def test_stretches_cover_all_positions_in_order(length: int, count: int) -> None:
    assert [each for part in stretches(length, count) for each in part] == list(range(length))
    assert len(stretches(length, count)) == min(length, count)
