"""A notice on the times of a table. A rune takes rows as evenly spaced, and a column of times may say otherwise."""

from __future__ import annotations

from collections.abc import Callable

from rune.csv_text import UnreadableCsv, csv_rows, is_name


def report_uneven_times(data: bytes, notice: Callable[[str], None]) -> None:
    """Calls `notice` with a sentence if the times in a CSV file jump or run backwards."""
    try:
        first = next(iter(csv_rows(data)), None)
    except UnreadableCsv:
        return
    if first is None or not all(map(is_name, first.fields)):
        return
    # numpy takes long to load, and a file without names has no column of times.
    from rune.datasets.content.content import BadContent
    from rune.datasets.convert.times import timing_of_csv

    try:
        timing = timing_of_csv(data)
    except BadContent:
        return
    if timing is not None and timing.problem:
        notice(timing.problem)
