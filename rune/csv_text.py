"""CSV files as rows of texts, by one set of rules for whatever reads them: runs, imports, tables of labels, tests.

It decides the encoding, the separator, quotes and lines, and finds columns by name. It knows nothing of numbers.
"""

from __future__ import annotations

import csv
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import chain
from typing import Final, NamedTuple

SEPARATORS: Final = (";", ",", "\t")
"""The separators in their order: the first one that the first line has is used."""
_SPACES = " \t"
_EMPTY = " \t,;"
"""The characters of an empty line."""
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
"""Bytes that no text has in an encoding of one byte a character."""
_LINE_END = re.compile("\r\n?")
_LIKE_A_NUMBER = re.compile(r"[-+.]?[0-9]|[-+]?(?:inf|infinity|nan)\Z", re.I)
"""How a field begins that is not the name of a column."""
DECIMAL_COMMA: Final = "write decimals with a point"
"""The advice for a field such as `1,5`. It may also mean 15 or two fields, so it is not guessed."""


class UnreadableCsv(ValueError):
    """A CSV file is in another encoding. The message is the end of a sentence, without a full stop."""


class NoText(UnreadableCsv):
    """The bytes are no text in any encoding."""


class CsvRow(NamedTuple):
    """A row with the number of the line that it begins on. Its fields have neither quotes nor spaces around them."""

    line: int
    fields: Sequence[str]


def csv_text(data: bytes) -> str:
    """Returns the text of a CSV file: UTF-8, or UTF-16 with a byte order mark. Raises `UnreadableCsv`, which names the
    encoding that the file is probably in."""
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError:
            raise NoText("it begins as UTF-16 text does and is damaged or cut short") from None
    try:
        text = data.removeprefix(BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        if _CONTROL.search(data):
            raise NoText(f"it is not text: byte {error.start} is not UTF-8") from None
        raise UnreadableCsv(
            f"byte {error.start} is not UTF-8. It is probably in Latin-1, Windows-1252 or GBK: save it as UTF-8"
        ) from None
    if "\0" in text:
        half = text[: len(text) // 2 * 2]
        if len(half) > 2 and not (half[::2].strip("\0") and half[1::2].strip("\0")):
            raise UnreadableCsv("it is in UTF-16 without a byte order mark. Save it as UTF-8")
        raise NoText("it has a byte that is 0, which no table has")
    return text


def csv_rows(data: bytes) -> Iterator[CsvRow]:
    """Yields the rows of a CSV file. Raises `UnreadableCsv`.

    Lines end with LF, CRLF or CR; empty ones are passed over. The first line says what separates: a semicolon, a comma
    or a tab. Spaces and a pair of quotes around a field do not count, nor do separators at the end of a line.
    """
    text = _LINE_END.sub("\n", csv_text(data))
    rows = _quoted_rows(text, separator_of(text)) if '"' in text else _plain_rows(text, separator_of(text))
    first = next(rows, None)
    if first is None:
        return
    fields = [*first.fields]
    while fields and not fields[-1]:
        fields.pop()
    width = len(fields)
    for row in chain((CsvRow(first.line, fields),), rows):
        if len(row.fields) > width:
            yield CsvRow(row.line, _without_empty_end(row.fields, width))
        else:
            yield row


def separator_of(text: str) -> str:
    """Returns what separates the fields of a CSV file: what its first line has outside of quotes."""
    first_line = next((line for line in text.split("\n", 100) if line.strip(_EMPTY)), "")
    unquoted = re.sub('"[^"]*"', "", first_line.partition("\n")[0])
    return next((mark for mark in SEPARATORS if mark in unquoted), ",")


def is_name(field: str) -> bool:
    """Returns whether a field may be the name of a column: it does not begin as a number does."""
    return _LIKE_A_NUMBER.match(field) is None


def column_places(titles: Sequence[str], names: Sequence[str]) -> tuple[int, ...] | None:
    """Returns where the columns of these names are, None where they are not all there.

    A column is called exactly so, or all have one beginning in common, such as `accX`, `accY` and `accZ`, in whatever
    order. Where there are as many titles as names, each may end with its name.
    """
    lower_titles = [title.strip().lower() for title in titles]
    if all(lower_titles.count(name) == 1 for name in names):
        return tuple(lower_titles.index(name) for name in names)
    ends = [title.strip("]) ") for title in lower_titles]
    beginnings = {title.removesuffix(names[0]) for title in ends if title.endswith(names[0])}
    common = [each for each in beginnings if all(ends.count(each + name) == 1 for name in names)]
    if len(common) == 1:
        return tuple(ends.index(common[0] + name) for name in names)
    if len(ends) == len(names) and all(map(str.endswith, ends, names)):
        return tuple(range(len(names)))
    return None


def _without_empty_end(fields: Sequence[str], width: int) -> Sequence[str]:
    end = len(fields)
    while end > width and not fields[end - 1]:
        end -= 1
    return fields[:end]


def _plain_rows(text: str, separator: str) -> Iterator[CsvRow]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip(_EMPTY):
            yield CsvRow(number, [field.strip(_SPACES) for field in line.split(separator)])


def _quoted_rows(text: str, separator: str) -> Iterator[CsvRow]:
    """Yields the rows of a text with quotes: a field in quotes may have separators, line ends and doubled quotes."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True)
    start = 1
    try:
        for row in reader:
            fields = [field.strip(_SPACES) for field in row]
            if any(fields):
                yield CsvRow(start, fields)
            start = reader.line_num + 1
    except csv.Error:
        raise UnreadableCsv(f"line {start} has a field that begins with a quote and does not end with one") from None
