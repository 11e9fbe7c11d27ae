"""The times of a recording's rows: whether they are evenly spaced, and how far apart. Rows are stored without them, so
what they say beyond an even spacing is named before it is lost. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from statistics import median
from typing import Final

from rune.datasets.content.row_rate import RowInterval
from rune.datasets.convert.series import is_number, is_time_column, table_of

_MOST_INTERVALS: Final = 4
"""A pause of more than so many usual intervals is a jump."""
_UNITS: Final[Mapping[str, str]] = {"time_ms": " ms", "millis": " ms", "seconds": " s"}
"""The units of columns of times, by their names."""


@dataclass(frozen=True)
class Timing:
    """The interval at which the rows of a recording follow each other."""

    interval: RowInterval | None
    """The interval; None where times stand still or run backwards."""
    problem: str = ""
    """A sentence on times that jump or run backwards; "" for even ones."""


def timing_of_csv(data: bytes) -> Timing | None:
    """Returns how the rows of a CSV file follow each other, None without times. Raises `BadContent`."""
    names, rows = table_of(data)
    return timing_of_columns(names, list(rows)) if names else None


def timing_of_columns(names: Sequence[str], rows: Sequence[Sequence[object]]) -> Timing | None:
    """Returns how the rows of a table follow each other, by its first column of times; None without one of numbers."""
    lower_names = [name.lower() for name in names]
    place = next((place for place, name in enumerate(lower_names) if is_time_column(lower_names, place)), None)
    if place is None:
        return None
    texts = [str(row[place]) for row in rows if len(row) > place]
    if len(texts) < 3 or not all(map(is_number, texts)):
        return None
    return timing_of([float(text) for text in texts], _UNITS.get(lower_names[place], ""))


def timing_of(times: Sequence[float], unit: str = "") -> Timing:
    """Returns how rows at these times follow each other."""
    steps = [after - before for before, after in pairwise(times)]
    usual, largest = median(steps), max(steps)
    interval = RowInterval(usual, unit) if isfinite(usual) and usual > 0 else None
    backwards = next((row for row, step in enumerate(steps, start=2) if step < 0), None)
    if backwards is not None:
        before, after = times[backwards - 2 : backwards]
        return Timing(
            None,
            f"Its times run backwards at row {backwards}, from {before:g}{unit} to {after:g}{unit}. "
            "Sort its rows, or cut it there, and import it again.",
        )
    if interval is not None and largest > _MOST_INTERVALS * usual:
        row = steps.index(largest) + 2
        return Timing(
            interval,
            f"Its times jump at row {row}, from {times[row - 2]:g}{unit} to {times[row - 1]:g}{unit}; other rows are "
            f"{interval} apart. Cut it there, and import the parts.",
        )
    return Timing(interval)
