"""Series of three numbers, as lines of `x,y,z`, and tables of other columns."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from math import isfinite

from rune.csv_text import DECIMAL_COMMA, NoText, UnreadableCsv, column_places, csv_rows
from rune.datasets.content.content import LARGEST_NUMBER, BadContent
from rune.datasets.content.motion import MAX_ROWS
from rune.datasets.content.read import read_content
from rune.datasets.content.table import AXES, checked_names

NO_ROWS = "The file has no rows of numbers."
_TIMES = ("timestamp", "time", "ts", "time_ms", "seconds", "millis")
"""The names of columns that say when a row was recorded."""
_SHORT_TIME = "t"
"""A time beside x, y and z, and perhaps a temperature beside others."""


def motion_of(rows: Iterable[Sequence[object]]) -> bytes:
    """Returns rows of three numbers as a CSV file. Raises `BadContent`."""
    lines = []
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS:
            raise BadContent(f"The series has more than {MAX_ROWS:,} rows.")
        if len(row) != len(AXES):
            raise BadContent(f"Row {number} has {len(row)} values; motion has three: x, y and z.")
        lines.append(",".join(_number(value, number) for value in row))
    if not lines:
        raise BadContent(NO_ROWS)
    return ("\n".join(lines) + "\n").encode("ascii")


def plain_csv(data: bytes) -> bytes:
    """Returns a CSV file of motion without its header, or a table of other columns with theirs; both without a column
    of times. A file that is such a recording already stays as it is. Raises `BadContent`."""
    header, all_rows = table_of(data)
    rows = list(islice(all_rows, MAX_ROWS + 1))
    columns = value_columns(header)
    axes = axes_of([header[column] for column in columns])
    if axes is not None:
        return motion_of(_select_columns(rows, [columns[axis] for axis in axes], len(header)))
    columns = [column for column in range(len(header)) if column in columns or not _are_times(rows, column)]
    if len(columns) == len(header) and _is_recording(data):
        return data.removeprefix(BOM_UTF8)
    if not header:
        return motion_of(rows)
    return table_of_numbers([header[column] for column in columns], _select_columns(rows, columns, len(header)))


def value_columns(names: Sequence[str]) -> Sequence[int]:
    """Returns the columns of a table that are not called as times are."""
    columns = [column for column, name in enumerate(names) if name.lower() not in _TIMES]
    others = [column for column in columns if names[column].lower() != _SHORT_TIME]
    return others if axes_of([names[column] for column in others]) is not None else columns


def axes_of(names: Sequence[str]) -> tuple[int, ...] | None:
    """Returns where x, y and z are among the columns of values, in whatever order; None where these are others."""
    return column_places(names, AXES) if len(names) == len(AXES) else None


def is_time_column(names: Sequence[str], place: int) -> bool:
    """Returns whether a column is called as times are. `names` are lower case."""
    return place not in value_columns(names)


def _are_times(rows: Sequence[Sequence[str]], column: int) -> bool:
    """Returns whether a column that is called so has times: text, or numbers that rise. Others were measured."""
    texts = [row[column] for row in rows if column < len(row)]
    if not all(map(is_number, texts)):
        return True
    numbers = [float(text) for text in texts]
    return numbers == sorted(numbers) and (len(numbers) == 1 or numbers[:1] != numbers[-1:])


def _is_recording(data: bytes) -> bool:
    """Returns whether a file without a column of times can be stored as it is. Quotes would be part of the names
    then."""
    try:
        return b'"' not in data and bool(read_content(data))
    except BadContent:
        return False


def _select_columns(rows: Iterable[Sequence[str]], columns: Sequence[int], width: int) -> Iterator[Sequence[str]]:
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
    rows = _fields(data)
    first = next(rows, None)
    if first is None:
        raise BadContent("The CSV file is empty.")
    if all(is_number(value) or _is_decimal_comma(value) for value in first):
        return (), chain((first,), rows)
    return first, rows


def records_of(data: bytes) -> Iterable[Mapping[str, str]]:
    """Yields the rows of a CSV file that has a header, by the names of the columns. Raises `BadContent`."""
    header, rows = table_of(data)
    for row in rows:
        yield dict(zip(header, row, strict=False))


def _fields(data: bytes) -> Iterator[Sequence[str]]:
    """Yields the fields of each row. Raises `BadContent`."""
    try:
        for row in csv_rows(data):
            yield row.fields
    except NoText:
        raise BadContent("The file is not a WAV, PNG, JPEG or CSV file.") from None
    except UnreadableCsv as error:
        raise BadContent(f"The CSV file cannot be read: {error}.") from None


def _is_decimal_comma(text: object) -> bool:
    """Returns whether a field is a number whose decimals are written with a comma."""
    return isinstance(text, str) and text.count(",") == 1 and is_number(text.replace(",", "."))


def is_number(text: str) -> bool:
    """Returns whether a field of a CSV file is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def _number(value: object, row: int) -> str:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        advice = f" Its decimals have a comma: {DECIMAL_COMMA}." if _is_decimal_comma(value) else ""
        raise BadContent(f"Row {row} has a value that is not a number.{advice}") from None
    if not isfinite(number):
        raise BadContent(f"Row {row} has a value that is not a number.")
    if abs(number) > LARGEST_NUMBER:
        raise BadContent(f"Row {row} has a number that is out of range.")
    return repr(number).removesuffix(".0")
