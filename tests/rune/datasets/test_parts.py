"""Parts of long recordings: where they are, and cutting them out."""

from __future__ import annotations

import numpy as np
import pytest

from rune.datasets.content.content import BadContent
from rune.datasets.content.read import read_content
from rune.datasets.content.wav import wav_bytes
from rune.datasets.parts.cutting import cut, length_of
from rune.datasets.parts.search import PartSearch, find_parts
from tests.support.cases import each_case
from tests.support.forge.factories.recordings import png

RATE = 16_000


def take(*bursts: tuple[float, float], seconds: float = 4.0, noise: float = 30.0) -> bytes:
    """A quiet sound with loud bursts, each from a second to another."""
    random = np.random.default_rng(7)
    values = random.normal(0, noise, round(seconds * RATE))
    for start, end in bursts:
        values[round(start * RATE) : round(end * RATE)] += random.normal(0, 6_000, round((end - start) * RATE))
    return wav_bytes(RATE, np.clip(values, -32_768, 32_767).astype("<i2").tobytes())


def test_each_burst_is_a_part_with_its_margin() -> None:
    parts = find_parts(take((0.5, 0.8), (2.0, 2.4)), PartSearch())
    assert len(parts) == 2
    for part, (start, end) in zip(parts, ((400, 900), (1900, 2500)), strict=True):
        assert abs(part.start - start) <= 20
        assert abs(part.end - end) <= 20


def test_bursts_with_a_short_pause_are_one_part_and_margins_never_overlap() -> None:
    assert len(find_parts(take((0.5, 0.6), (0.75, 0.9)), PartSearch())) == 1
    apart = find_parts(take((0.5, 0.6), (0.75, 0.9)), PartSearch(pause=100, margin=200))
    assert len(apart) == 2
    assert apart[0].end == apart[1].start


@each_case("data", [take(), wav_bytes(RATE, bytes(2 * RATE)), wav_bytes(RATE, b"\1\0"), b"1,2,3\n" * 50])
def test_where_nothing_happens_there_are_no_parts(data: bytes) -> None:
    assert find_parts(data, PartSearch()) == []


def test_motion_has_parts_where_it_moves() -> None:
    rows = ["0,0,9.8"] * 100
    rows[40:60] = [f"{index % 3},{index % 2},9.8" for index in range(20)]
    (part,) = find_parts(("\n".join(rows) + "\n").encode(), PartSearch(pause=10, shortest=5, margin=5))
    assert (abs(part.start - 35) <= 4, abs(part.end - 65) <= 4) == (True, True)


def test_a_part_is_a_recording_of_its_own() -> None:
    whole = take((0.5, 0.8))
    part = cut(whole, 500, 800)
    assert read_content(part).milliseconds == 300
    assert whole[44 + RATE : 44 + RATE + len(part) - 44] == part[44:]
    assert length_of(whole) == 4000
    motion = b"".join(b"%d,0,0\n" % index for index in range(10))
    assert cut(motion, 2, 4) == b"2,0,0\n3,0,0\n"
    assert length_of(motion) == 10


@pytest.mark.parametrize(("start", "end"), [(5_000, 6_000), (300, 300)])
def test_a_part_outside_of_the_recording_is_refused(start: int, end: int) -> None:
    with pytest.raises(BadContent, match="empty"):
        cut(take(), start, end)


def test_a_picture_has_no_parts() -> None:
    for call in (lambda: find_parts(png(), PartSearch()), lambda: cut(png(), 0, 1), lambda: length_of(png())):
        with pytest.raises(BadContent, match="Only sounds, motion and tables"):
            call()
