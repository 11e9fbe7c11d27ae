"""Tables as a capability gets them: the rows of a CSV, with the columns that the capability names.

The page reads the same files by the same rules (`frontend/src/preview/motion/motion.ts`). One list of cases tests both.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from rune.csv_text import DECIMAL_COMMA, CsvRow, UnreadableCsv, column_places, csv_rows, is_name
from rune.running.runtime.errors import InputFile

_NUMBER = re.compile(
    r"[+-]?(?:[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?|inf|infinity|nan)", re.I
)
"""A digit is matched in one way only: a row of long fields that is refused takes no longer than one that is read."""


def csv_values(data: bytes, names: Sequence[str], count: int | None) -> bytes:
    """The first `count` rows, or all, as f32 [rows, names], little-endian. Raises `InputFile` with the line.

    `rune.csv_text` says how a file becomes rows. A first line in which nothing looks like a number names the columns,
    and `names` are found among them; without one there are as many columns as names. Each number is the f32 nearest to
    what is written, as Rust reads it: what is beyond its range is infinite.
    """
    try:
        rows = list(_rows(csv_rows(data), names))
    except UnreadableCsv as error:
        raise InputFile(f"the CSV file cannot be read: {error}") from None
    if count is not None and len(rows) < count:
        raise InputFile(f"{count} samples were requested but only {len(rows)} are available")
    return nearest_f32([field for row in rows[:count] for field in row])


def _rows(rows: Iterable[CsvRow], names: Sequence[str]) -> Iterator[Sequence[str]]:
    """The fields of the columns, each of them a number."""
    columns: Sequence[int] = range(len(names))
    width = len(names)
    plain_row = re.compile(",".join([_NUMBER.pattern] * width), re.I)
    for place, (line, fields) in enumerate(rows):
        if width == len(names) == len(fields) and plain_row.fullmatch(",".join(fields)):  # nearly every line
            yield [fields[column] for column in columns]
            continue
        if place == 0 and all(map(is_name, fields)):
            columns, width = _columns(fields, names, line), len(fields)
            continue
        fields = _without_empty_end(fields)
        if len(fields) != width:
            advice = "" if width != len(names) or len(fields) < width else f"; {_header_advice(names)}"
            raise InputFile(f"Line {line} should have {width} fields but it actually had {len(fields)}{advice}")
        yield _numbers(fields, line, columns)


def _columns(titles: Sequence[str], names: Sequence[str], line: int) -> Sequence[int]:
    """Returns where the columns are that a first line names. Raises `InputFile`, which names those that it has and
    those that are missing."""
    places = column_places(titles, names)
    if places is not None:
        return places
    lower_titles = [title.lower() for title in titles]
    repeated_name = next((name for name in names if lower_titles.count(name) > 1), None)
    if repeated_name is not None:
        raise InputFile(f"Line {line} names two columns {repeated_name}")
    missing = [name for name in names if name not in lower_titles]
    noun = "column" if len(missing) == 1 else "columns"
    raise InputFile(
        f"Line {line} names no {noun} {_listed(missing)}: it has {_listed([title[:40] for title in titles[:10]])}"
    )


def _header_advice(names: Sequence[str]) -> str:
    """`a first line that names columns x, y and z picks them`."""
    columns = f"columns {_listed(names)}" if len(names) > 1 else f"a column {names[0]}"
    return f"a first line that names {columns} picks {'them' if len(names) > 1 else 'it'}"


def _listed(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _without_empty_end(fields: Sequence[str]) -> Sequence[str]:
    end = len(fields)
    while end and not fields[end - 1]:
        end -= 1
    return fields[:end]


def _numbers(fields: Sequence[str], line: int, columns: Sequence[int]) -> Sequence[str]:
    for column in columns:
        field = fields[column]
        if _NUMBER.fullmatch(field) is None:
            advice = f"; {DECIMAL_COMMA}" if "," in field else ""
            raise InputFile(f'Unable to parse "{field[:40]}" on line {line}{advice}')
    return [fields[column] for column in columns]


def nearest_f32(texts: Sequence[str]) -> bytes:
    """The f32 that are nearest to decimal numbers, ties to even, little-endian."""
    values = list(map(float, texts))
    bits = struct.unpack(f"<{len(values)}Q", struct.pack(f"<{len(values)}d", *values))
    rare = {place: _rare_nearest_f32(texts[place]) for place, own in enumerate(bits) if _is_rare(own)}
    for place in rare:
        values[place] = 0.0
    packed_values = bytearray(struct.pack(f"<{len(values)}f", *values))
    for place, nearest in rare.items():
        packed_values[4 * place : 4 * place + 4] = nearest
    return bytes(packed_values)


def _is_rare(bits: int) -> bool:
    """Returns whether rounding an f64 with these bits to f32 may differ from rounding the decimal number directly.

    That can happen for an f64 in the middle of two f32, one below the normal f32, and one near the largest f32.
    """
    return bits & _LOWER_BITS == _MIDDLE or not (_LEAST_EXPONENT <= (bits >> 52) & 0x7FF < _LAST_EXPONENT or not bits)


def _rare_nearest_f32(text: str) -> bytes:
    """Returns the bytes of the f32 that is nearest to a decimal number.

    An f64 in the middle of two f32 does not say which of them is nearer. The decimal number is then compared with it.
    """
    value = float(text)
    if not math.isfinite(value):
        return struct.pack("<f", value)
    if abs(value) >= _BEYOND_F32:
        is_below = abs(value) == _BEYOND_F32 and Decimal(text).copy_abs() < Decimal(_BEYOND_F32)
        return struct.pack("<f", math.copysign(_LARGEST_F32 if is_below else math.inf, value))
    (near,) = struct.unpack("<f", struct.pack("<f", value))
    if value != near:
        other = _next_f32(near, up=value > near)
        if abs(value - near) == abs(other - value) and Decimal(text) != Decimal(value):
            above = Decimal(text) > Decimal(value)
            near = max(near, other) if above else min(near, other)
    return struct.pack("<f", near)


def _next_f32(value: float, *, up: bool) -> float:
    """The neighbour of an f32 among f32, of the side that is asked for."""
    (bits,) = struct.unpack("<i", struct.pack("<f", value))
    if value == 0:
        bits = 1 if up else -0x7FFFFFFF
    else:
        bits += 1 if (value > 0) == up else -1
    (neighbour,) = struct.unpack("<f", struct.pack("<i", bits))
    return float(neighbour)


_LARGEST_F32 = float((1 << 128) - (1 << 104))
_BEYOND_F32 = float((1 << 128) - (1 << 103))
"""The number from which on the nearest f32 is infinite: the middle between the largest one and the next power of
two."""
_LOWER_BITS = (1 << 29) - 1
"""The bits of an f64 that an f32 does not have."""
_MIDDLE = 1 << 28
_LEAST_EXPONENT, _LAST_EXPONENT = 1023 - 126, 1023 + 127
"""The exponents in an f64 of the least normal f32, and of the largest ones."""
