"""Series of three numbers, as lines of `x,y,z`, and tables of other columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isfinite

from rune.datasets.content.content import BadContent
from rune.datasets.content.motion import MAX_ROWS
from rune.datasets.content.table import checked_names, is_motion

NO_ROWS = "The file has no rows of numbers."
TIMES = ("timestamp", "time", "t", "ts", "time_ms", "seconds", "millis")
"""The names of columns that say when a row was recorded."""
_AXES = 3


def motion_of(rows: Iterable[Sequence[object]]) -> bytes:
    """Returns rows of three numbers as a CSV file. Raises `BadContent`."""
    lines = []
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS:
            raise BadContent(f"The series has more than {MAX_ROWS:,} rows.")
        if len(row) != _AXES:
            raise BadContent(f"Row {number} has {len(row)} values; motion has three: x, y and z.")
        lines.append(",".join(_number(value, number) for value in row))
    if not lines:
        raise BadContent(NO_ROWS)
    return ("\n".join(lines) + "\n").encode("ascii")


def plain_csv(data: bytes) -> bytes:
    """Returns a CSV file of motion without its header, or a table of other columns with theirs; both without a column
    of times. Raises `BadContent`."""
    header, rows = table_of(data)
    value_columns = [index for index, name in enumerate(header) if name.lower() not in TIMES]
    names = [header[index] for index in value_columns]
    if header and not is_motion(names):
        return table_of_numbers(names, _chosen(rows, value_columns, len(header)))
    if not header or len(value_columns) == len(header):
        return motion_of(rows)
    return motion_of([row[index] for index in value_columns if index < len(row)] for row in rows)


def _chosen(rows: Iterable[Sequence[str]], columns: Sequence[int], width: int) -> Iterator[Sequence[str]]:
    for number, row in enumerate(rows, start=1):
        if len(row) != width:
            raise BadContent(f"Row {number} has {len(row)} values; the first line names {width} columns.")
        yield [row[column] for column in columns]


def table_of_numbers(names: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Returns rows of numbers below the names of their columns, as a CSV file. Raises `BadContent`."""
    checked_names(names)
    lines = [",".join(names)]
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS:
            raise BadContent(f"The table has more than {MAX_ROWS:,} rows.")
        if len(row) != len(names):
            raise BadContent(f"Row {number} has {len(row)} values; the first line names {len(names)} columns.")
        lines.append(",".join(_number(value, number) for value in row))
    if len(lines) == 1:
        raise BadContent(NO_ROWS)
    return ("\n".join(lines) + "\n").encode("utf-8")


def table_of(data: bytes) -> tuple[Sequence[str], Iterable[Sequence[str]]]:
    """Returns the names of a CSV file's columns, none where its first line has numbers, and its rows. Raises
    `BadContent`."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadContent("The file is not a WAV, PNG, JPEG or CSV file.") from None
    reader = csv.reader(io.StringIO(text))
    first = next(_rows(reader), None)
    if first is None:
        raise BadContent("The CSV file is empty.")
    if all(is_number(value) for value in first):
        return (), _chain(first, reader)
    return tuple(name.strip() for name in first), _rows(reader)


def records_of(data: bytes) -> Iterable[Mapping[str, str]]:
    """Yields the rows of a CSV file that has a header, by the names of the columns. Raises `BadContent`."""
    header, rows = table_of(data)
    for row in rows:
        yield dict(zip(header, row, strict=False))


def _chain(first: Sequence[str], reader: Iterable[Sequence[str]]) -> Iterable[Sequence[str]]:
    yield first
    yield from _rows(reader)


def _rows(reader: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
    try:
        for row in reader:
            if row:
                yield row
    except csv.Error:
        raise BadContent("The CSV file is damaged.") from None


def is_number(text: str) -> bool:
    """Whether a field of a CSV file is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def _number(value: object, row: int) -> str:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise BadContent(f"Row {row} has a value that is not a number.") from None
    if not isfinite(number):
        raise BadContent(f"Row {row} has a value that is not a number.")
    return f"{number:.9g}"
