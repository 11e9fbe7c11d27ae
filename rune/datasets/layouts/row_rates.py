"""The rate of each input of a data set whose rows have times: motion, and tables of the same columns. Rows are stored
without times, so all recordings of an input come in at one rate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from rune.datasets.content.content import BadContent, Content, Kind
from rune.datasets.content.read import read_content
from rune.datasets.content.row_rate import RowInterval, RowRates, most_frequent_rates
from rune.datasets.convert.resampled_rows import resampled_rows
from rune.datasets.convert.times import Timing
from rune.datasets.layouts.containers.files import DataFiles
from rune.datasets.layouts.layout import Item, Layout

MAX_CHECKED: Final = 2_000
"""Recordings that say which rate is the usual one."""
_TIMED_ENDINGS: Final = (".csv", ".json", ".cbor", ".parquet")


def usual_rates(archive: DataFiles, layout: Layout) -> RowRates:
    """Returns the rate that most recordings of each input have, of equally frequent ones the highest."""
    return most_frequent_rates(_intervals(archive, layout))


def _intervals(archive: DataFiles, layout: Layout) -> Iterator[tuple[str, RowInterval]]:
    for item in [item for item in layout.items if _may_be_timed(item)][:MAX_CHECKED]:
        timing = timing_in(archive, layout, item)
        if timing is None or timing.interval is None:
            continue
        try:
            content = read_content(layout.read(archive, item))
        except (ArithmeticError, LookupError, TypeError, ValueError):
            # It is left out with the reason when it is read.
            continue
        if content.input:
            yield content.input, timing.interval


def timing_in(archive: DataFiles, layout: Layout, item: Item) -> Timing | None:
    """Returns the timing of a recording, None for one without times that can be read."""
    if not _may_be_timed(item):
        return None
    try:
        return layout.timing(archive, item)
    except (BadContent, ArithmeticError, LookupError, TypeError, ValueError):
        return None


def at_one_rate(content: Content, timing: Timing | None, rates: RowRates) -> Content:
    """Returns a recording at the rate of its input, with a note on what is done or uneven. Raises `BadContent` for one
    of another rate that cannot be resampled."""
    if timing is None:
        return content
    rate = rates.get(content.input)
    ratio = None if rate is None or timing.interval is None else timing.interval.ratio_to(rate)
    if rate is None or timing.interval is None or timing.interval.is_same_as(rate):
        interval = None if timing.interval is None else rate or timing.interval
        return replace(content.with_note(timing.problem), interval=interval)
    if ratio is None:
        advice = "If that is another rate, name the column of times `time_ms` or `seconds`, and import it again."
        return content.with_note(
            f"{timing.problem} Its rows are {timing.interval} apart, and those of the data {rate}. {advice}".strip()
        )
    if timing.problem:
        raise BadContent(
            f"Its rows are {timing.interval} apart and those of the data {rate}, but it cannot be resampled. "
            f"{timing.problem}"
        )
    resampled = read_content(resampled_rows(content, ratio))
    note = (
        f"Its rows are {timing.interval} apart, and those of the data {rate}. It is resampled to {rate}: "
        f"{_row_count(resampled):,} rows instead of {_row_count(content):,}."
    )
    return replace(resampled.with_note(note), interval=rate)


def _may_be_timed(item: Item) -> bool:
    return item.path.lower().endswith(_TIMED_ENDINGS)


def _row_count(content: Content) -> int:
    return len(content.data.splitlines()) - (content.kind is Kind.TABLE)
