"""Reads a table of numbers: a first line that names its columns, and rows with a number for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rune.csv_text import is_name
from rune.datasets.content.content import LARGEST_NUMBER, BadContent, Content, Kind, Quality, stretches

MAX_COLUMNS = 64
MAX_ROWS = 200_000
MEDIA_TYPE = "text/csv; header=present"
"""The media type of a CSV with names of columns, as RFC 4180 has it."""
NAME_LIMIT = 60
"""Characters of a column's name."""
_DRAWN_POINTS, _DRAWN_COLUMNS = 40, 6
AXES = ("x", "y", "z")


@dataclass(frozen=True)
class NumberTable:
    """A table: the names of its columns, and its rows, `[rows, columns]`."""

    names: tuple[str, ...]
    rows: NDArray[np.float64]


def is_table(data: bytes) -> bool:
    """Returns whether the bytes begin like a table: with names of columns other than those of motion, and a row of
    numbers."""
    head = data[:10_000].decode("utf-8-sig", "replace").splitlines()
    if len(head) < 2 or not is_header(head[0].split(",")):
        return False
    fields = head[1].split(",")
    return not any(map(is_name, fields)) and not is_motion(head[0].split(","))


def is_header(fields: Sequence[str]) -> bool:
    """Returns whether fields of a first line name columns: none of them is empty or begins like a number."""
    return all(field.strip() and is_name(field.strip()) for field in fields)


def is_motion(names: Sequence[str]) -> bool:
    """Returns whether columns are the three axes of a sensor of motion: `x,y,z`, or names that end so, such as
    `accX`."""
    return tuple(name.strip().strip("]) ").lower()[-1:] for name in names) == AXES


def read_table(data: bytes) -> Content:
    """Reads a stored table. Raises `BadContent`."""
    table = parse_table(data)
    is_still = len(table.rows) > 1 and not np.ptp(table.rows, axis=0).any()
    columns = table.rows.T[:_DRAWN_COLUMNS].tolist() if len(table.rows) > 1 else table.rows.tolist()
    return Content(
        Kind.TABLE,
        MEDIA_TYPE,
        data,
        Quality.STILL if is_still else Quality.GOOD,
        drawing={"axes": [_points(column) for column in columns]},
    )


def parse_table(data: bytes) -> NumberTable:
    """The numbers of a table. Raises `BadContent`, which names the line."""
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise BadContent("The file is not a WAV, PNG, JPEG or CSV file.") from None
    names = tuple(name.strip() for name in lines[0].split(",")) if lines else ()
    checked_names(names)
    if not 1 < len(lines) <= MAX_ROWS + 1:
        raise BadContent(f"A table has 1 to {MAX_ROWS:,} rows.")
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        fields = line.split(",")
        if len(fields) != len(names):
            raise BadContent(f"Line {number} has {len(fields)} values; the first line names {len(names)} columns.")
        rows.append([_number(field, number, name) for field, name in zip(fields, names, strict=True)])
    return NumberTable(names, np.array(rows, np.float64))


def checked_names(names: Sequence[str]) -> None:
    """Raises `BadContent` for names that the columns of a table cannot have."""
    if not 1 <= len(names) <= MAX_COLUMNS:
        raise BadContent(f"A table has 1 to {MAX_COLUMNS} columns, and not {len(names)}.")
    if not is_header(names) or not all(len(name) <= NAME_LIMIT and name.isprintable() for name in names):
        raise BadContent(f"The first line of a table names its columns, with at most {NAME_LIMIT} characters each.")
    repeated_name = next((name for name in names if names.count(name) > 1), None)
    if repeated_name is not None:
        raise BadContent(f"Two columns of the table are named {repeated_name}.")


def _number(field: str, line: int, name: str) -> float:
    try:
        value = float(field)
    except ValueError:
        raise BadContent(f"Line {line} has no number in the column {name}.") from None
    if not abs(value) <= LARGEST_NUMBER:
        raise BadContent(f"Line {line} has a number that is out of range in the column {name}.")
    return value


def _points(column: Sequence[float]) -> list[int]:
    """A column as a few points from -100 to 100, its least number and its greatest."""
    low, high = min(column), max(column)
    if low == high:
        return [0] * min(len(column), _DRAWN_POINTS)
    parts = stretches(len(column), _DRAWN_POINTS)
    return [round(200 * ((column[part.start] - low) / (high - low)) - 100) for part in parts]
