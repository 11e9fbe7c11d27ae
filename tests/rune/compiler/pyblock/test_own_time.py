"""The time that Python itself runs: what it waits is not counted, and what never ends still is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from rune.compiler.pyblock.own_time import TURNS, OwnTime


def counted(gaps: Iterable[float]) -> tuple[float, int]:
    """The seconds that are counted where these lie between two looks, and how often it was said that it still runs."""
    times: Iterator[float] = iter(_sums(gaps))
    beats: list[float] = []
    own = OwnTime(lambda: beats.append(own.seconds), now=lambda: next(times))
    for _ in list(gaps):
        looks = [own.turn() for _ in range(TURNS)]
        assert looks == [False] * (TURNS - 1) + [True]
    return own.seconds, len(beats)


def _sums(gaps: Iterable[float]) -> list[float]:
    found = [10.0]
    for gap in gaps:
        found.append(found[-1] + gap)
    return found


@pytest.mark.parametrize(
    ("gaps", "seconds", "beats"),
    [
        ([0.001] * 1000, 1.0, 1),
        # It waited three times for a second, at the very beginning too.
        ([1.0, *[0.001] * 20, 1.0, *[0.001] * 20, 1.0], 0.04 + 1.0 + 2 * 0.02, 3),
        # Its turns are slow, each in its way.
        ([0.2, 0.3, 0.7, 0.2, 5.0], 0.2 + 0.3 + 0.7 + 0.2 + 0.8, 2),
    ],
)
def test_only_what_looks_take_is_counted(gaps: list[float], seconds: float, beats: int) -> None:
    found, told = counted(gaps)
    assert found == pytest.approx(seconds)
    assert told == beats
