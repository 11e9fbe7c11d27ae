"""Tables as data: their columns, and those from which a number is learned. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lab.dataset.recording import Recording
from lab.refusal import Reason, Refused
from rune.datasets.content.table import parse_table
from rune.datasets.convert.series import table_of_numbers
from rune.datasets.learnable import MIN_RECORDINGS
from rune.datasets.splits import Split
from rune.wording import counted, listed, quoted

MIN_ROWS = 30
"""Rows of all tables together, from which a number is learned."""
MOST_NUMBER = 1e29
"""The largest number of a table: blocks take numbers up to 10 times as large, and a difference is of two of these."""
_SHARES = {Split.TRAIN: 0.0, Split.VALIDATION: 0.7, Split.TEST: 0.85}
"""The beginning of the part of a split in a table that is cut in time, as a share of its rows."""

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class CutTables:
    """Tables of which each has a split, and sentences about how they were cut."""

    recordings: Sequence[Recording]
    notes: Sequence[str]


def rows_of(recording: Recording) -> Array:
    """The numbers of a table, f64 `[rows, columns]`."""
    return parse_table(recording.data).rows


def columns_of(recordings: Sequence[Recording]) -> tuple[str, ...]:
    """The names of the columns, which all tables have in the same order. Raises `Refused`."""
    first = recordings[0]
    names = _names(first)
    for each in recordings:
        own = _names(each)
        if own != names:
            message = (
                f"{quoted(each.name)} has other columns than {quoted(first.name)}. Give all tables the same columns in "
                "the same order."
            )
            detail = f"{quoted(each.name)} has the columns {listed(own)}, and {quoted(first.name)} has {listed(names)}."
            raise Refused(Reason.DATA, message, detail)
    return names


def require_usual_numbers(recordings: Sequence[Recording], names: Sequence[str]) -> None:
    """Raises `Refused`, which names the column, for a number that is larger than blocks take."""
    for each in recordings:
        largest = np.abs(rows_of(each)).max(axis=0, initial=0)
        for name, number in zip(names, largest.tolist(), strict=True):
            if number > MOST_NUMBER:
                message = f"{quoted(each.name)} has a number above {MOST_NUMBER:g}, the largest that is learned."
                raise Refused(Reason.DATA, message, f"The column {quoted(name)} has the number {number:.3g}.")


def require_rows(recordings: Sequence[Recording], splits: Sequence[Split], least: int, recipe: str) -> None:
    """Raises `Refused` where no table of a split has as many rows as a recipe needs to learn from one."""
    for split in [each for each in Split if each in splits]:
        of_split = [each for each, own in zip(recordings, splits, strict=True) if own is split]
        count, name = max((len(rows_of(each)), each.name) for each in of_split)
        if count < least:
            message = f"{quoted(name)}, the longest table for {split.value}, has {counted(count, 'row')}"
            advice = "Record longer tables, or choose a shorter window."
            raise Refused(Reason.DATA, f"{message}; {recipe} needs {least}. {advice}")


def _names(recording: Recording) -> tuple[str, ...]:
    return tuple(recording.data.partition(b"\n")[0].decode("utf-8").rstrip("\r").split(","))


def with_splits_in_time(recordings: Sequence[Recording]) -> CutTables:
    """Tables from which a number is learned: few that say neither a person nor a split are cut, each into a first part,
    which is learned, and later ones, by which it is judged. Raises `Refused` for too few rows."""
    count = sum(len(rows_of(each)) for each in recordings)
    if count < MIN_ROWS:
        raise Refused(Reason.DATA, f"The tables have {counted(count, 'row')} together; {MIN_ROWS} are needed.")
    if len(recordings) >= MIN_RECORDINGS or any(each.group or each.split for each in recordings):
        return CutTables(recordings, ())
    tables = "The table is" if len(recordings) == 1 else f"The {len(recordings)} tables are each"
    note = (
        f"{tables} cut in time: the first 70 % of the rows are learned, the next 15 % choose the best epoch, and the "
        f"last 15 % test. With {MIN_RECORDINGS} tables or more, whole tables are kept for that."
    )
    return CutTables([part for each in recordings for part in _parts(each)], (note,))


def _parts(recording: Recording) -> Iterator[Recording]:
    table = parse_table(recording.data)
    starts = [int(share * len(table.rows)) for share in _SHARES.values()]
    for split, start, end in zip(_SHARES, starts, [*starts[1:], len(table.rows)], strict=True):
        if end > start:
            data = table_of_numbers(table.names, table.rows[start:end].tolist())
            yield replace(recording, name=f"{recording.name}, {split.value} part", data=data, split=split.value)
