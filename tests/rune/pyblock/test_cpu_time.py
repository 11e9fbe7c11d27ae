"""The time that Python itself runs: what it waits is not counted, and what never ends still is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from rune.pyblock.running.cpu_time import ITERATIONS_PER_CHECK, CpuTime


def counted(gaps: Iterable[float]) -> tuple[float, int]:
    """The seconds that are counted where these lie between two looks, and how often it was said that it still runs."""
    times: Iterator[float] = iter(_sums(gaps))
    beats: list[float] = []
    cpu_time = CpuTime(lambda: beats.append(cpu_time.seconds), now=lambda: next(times))
    for _ in list(gaps):
        checks = [cpu_time.tick() for _ in range(ITERATIONS_PER_CHECK)]
        assert checks == [False] * (ITERATIONS_PER_CHECK - 1) + [True]
    return cpu_time.seconds, len(beats)


def _sums(gaps: Iterable[float]) -> list[float]:
    times = [10.0]
    for gap in gaps:
        times.append(times[-1] + gap)
    return times


@pytest.mark.protects("runes/python-in-pages")
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
def test_only_the_time_between_checks_is_counted(gaps: list[float], seconds: float, beats: int) -> None:
    counted_seconds, heartbeats = counted(gaps)
    assert counted_seconds == pytest.approx(seconds)
    assert heartbeats == beats
