"""The rate of rows: how far apart those of motion and of a table are. They are stored without times, so all recordings
of one input have one rate. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final, TypedDict

_MILLISECONDS: Final[Mapping[str, float]] = {" ms": 1, " s": 1000}
"""How many milliseconds a unit has."""
_TOLERANCE: Final = 0.05
"""The share by which the intervals of one rate may differ."""
MAX_INPUTS: Final = 50
"""Inputs with a rate, those with most recordings first."""
_INPUT_LIMIT: Final = 10_000
"""Characters of an input's name: those of all columns of a table."""


@dataclass(frozen=True)
class RowInterval:
    """The time between two rows, which are evenly spaced."""

    length: float
    unit: str = ""
    """The unit with a space before it; "" where the data does not say it."""

    def __str__(self) -> str:
        return f"{self.length:g}{self.unit}"

    def ratio_to(self, other: RowInterval) -> float | None:
        """Returns how many times longer this interval is than another one, None where their units do not say it."""
        if self.unit == other.unit:
            return self.length / other.length
        scales = [_MILLISECONDS.get(each.unit) for each in (self, other)]
        return None if scales[0] is None or scales[1] is None else self.length * scales[0] / (other.length * scales[1])

    def is_same_as(self, other: RowInterval) -> bool:
        """Returns whether two intervals are of one rate. Intervals that are measured are seldom equal."""
        ratio = self.ratio_to(other)
        return ratio is not None and 1 - _TOLERANCE <= ratio <= 1 + _TOLERANCE


def interval_of_rate(rate: float) -> RowInterval:
    """Returns how far apart so many rows a second are."""
    return RowInterval(1000 / rate, " ms")


RowRates = Mapping[str, RowInterval]
"""The interval between rows by input (`Content.input`)."""
NO_RATES: Final[RowRates] = {}


class RowIntervalJson(TypedDict):
    """An interval as JSON."""

    length: float
    unit: str


class RowRateJson(RowIntervalJson):
    """The rate of an input as JSON."""

    input: str


def interval_to_json(interval: RowInterval) -> RowIntervalJson:
    """Returns an interval as JSON."""
    return {"length": interval.length, "unit": interval.unit}


def interval_of_json(interval: RowIntervalJson) -> RowInterval:
    """Returns an interval that was written as JSON."""
    return RowInterval(interval["length"], interval["unit"])


def rates_to_json(rates: RowRates) -> list[RowRateJson]:
    """Returns rates as JSON."""
    return [{"input": name, **interval_to_json(interval)} for name, interval in rates.items()]


def rates_of_json(rates: Iterable[RowRateJson]) -> RowRates:
    """Returns rates that were written as JSON."""
    return {each["input"]: interval_of_json(each) for each in rates}


def is_possible_rate(rate: RowRateJson) -> bool:
    """Returns whether a rate that another process wrote can be one."""
    return is_possible_interval(rate) and 0 < len(rate["input"]) <= _INPUT_LIMIT


def is_possible_interval(interval: RowIntervalJson) -> bool:
    """Returns whether an interval that another process wrote can be one."""
    return isfinite(interval["length"]) and interval["length"] > 0 and interval["unit"] in ("", *_MILLISECONDS)


def most_frequent_rates(recordings: Iterable[tuple[str, RowInterval]]) -> RowRates:
    """Returns the rate that most of these recordings have, which are given by their input, of equally frequent ones
    the highest."""
    intervals: dict[str, list[RowInterval]] = defaultdict(list)
    for name, interval in recordings:
        intervals[name].append(interval)
    by_frequency = sorted(intervals, key=lambda each: len(intervals[each]), reverse=True)
    return {each: _most_frequent(intervals[each]) for each in by_frequency[:MAX_INPUTS]}


def _most_frequent(intervals: Sequence[RowInterval]) -> RowInterval:
    by_length = sorted(intervals, key=lambda each: each.length)
    # Their number is limited, and intervals that are measured are seldom the same.
    return max(by_length, key=lambda one: sum(one.is_same_as(each) for each in by_length))
