"""Notes on recordings whose times jump, run backwards, or have another rate than the others: an import stores rows
without times, so a preview names them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from rune.datasets.content.content import BadContent
from rune.datasets.convert.times import Timing
from rune.datasets.layouts.containers.files import DataFiles
from rune.datasets.layouts.layout import Item, Layout, Omission

MAX_CHECKED: Final = 2_000
"""Recordings whose times a preview reads."""
_TIMED_ENDINGS: Final = (".csv", ".json", ".cbor", ".parquet")
_TOLERANCE: Final = 0.05
"""By which two rates may differ that are the same."""


def timing_notes(archive: DataFiles, layout: Layout) -> Iterator[Omission]:
    """Yields a note for each recording whose times are uneven, or that has another rate than most."""
    timings = _timings(archive, layout)
    usual = _usual(timings.values())
    for name, timing in timings.items():
        if timing.problem:
            yield Omission(name, timing.problem)
        elif usual is not None and timing.unit == usual.unit and not _is_same(timing.interval, usual.interval):
            yield Omission(
                name,
                f"Its rows are {timing.interval:g}{timing.unit} apart, and those of most recordings "
                f"{usual.interval:g}{usual.unit}. Resample it to {usual.interval:g}{usual.unit}, or leave it out.",
            )


def _timings(archive: DataFiles, layout: Layout) -> Mapping[str, Timing]:
    timings = {}
    timed_items = [item for item in layout.items if item.path.lower().endswith(_TIMED_ENDINGS)]
    for item in timed_items[:MAX_CHECKED]:
        try:
            timing = layout.timing(archive, item)
        except (BadContent, ArithmeticError, LookupError, TypeError, ValueError):
            # It is left out with the reason when it is read.
            continue
        if timing is not None:
            timings[_name(layout, item)] = timing
    return timings


def _name(layout: Layout, item: Item) -> str:
    return f"{item.path}, series {item.index + 1}" if item.path in layout.lists else item.path


def _usual(timings: Iterable[Timing]) -> Timing | None:
    """Returns the timing that most recordings have, of equally frequent ones the shortest. Times that run backwards say
    no interval."""
    even = sorted((each for each in timings if not each.problem and each.interval > 0), key=lambda each: each.interval)
    # Their number is limited, and intervals that are measured are seldom the same.
    return max(
        even,
        key=lambda one: sum(one.unit == each.unit and _is_same(one.interval, each.interval) for each in even),
        default=None,
    )


def _is_same(one: float, other: float) -> bool:
    return abs(one - other) <= _TOLERANCE * max(abs(one), abs(other))
