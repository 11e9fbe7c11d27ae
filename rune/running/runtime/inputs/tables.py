"""Tables as a capability gets them: the rows of a CSV, with the columns that the capability names.

The page reads the same files by the same rules (`frontend/src/preview/motion/motion.ts`). One list of cases tests both.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Iterator, Sequence
from decimal import Decimal

from rune.running.runtime.errors import InputFile

_NUMBER = re.compile(
    r"[+-]?(?:[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?|inf|infinity|nan)", re.I
)
"""A digit is matched in one way only: a row of long fields that is refused takes no longer than one that is read."""
_LIKE_A_NUMBER = re.compile(r"[-+.]?[0-9]|[-+]?(?:inf|infinity|nan)\Z", re.I)
"""How a field begins that is not the name of a column."""
_SEPARATORS = (";", ",", "\t")
_SPACES = " \t"
_EMPTY = " \t,;"
"""The characters of an empty line."""


def csv_rows(data: bytes, names: Sequence[str], count: int | None) -> bytes:
    """The first `count` rows, or all, as f32 [rows, names], little-endian. Raises `InputFile` with the line.

    Lines end with LF or CRLF; empty ones are passed over, and so is a byte order mark. The first line says what
    separates: a semicolon, a comma or a tab. Spaces and a pair of quotes around a field do not count, nor do
    separators at the end of a line. A first line in which nothing looks like a number names the columns: where all of
    `names` are among them, these columns are read; else there are as many columns as names. Each number is the f32
    nearest to what is written, as Rust reads it: what is beyond its range is infinite.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputFile(f"the CSV file is not text: byte {error.start} is not UTF-8") from None
    rows = list(_rows(text, names))
    if count is not None and len(rows) < count:
        raise InputFile(f"{count} samples were requested but only {len(rows)} are available")
    return nearest_f32([field for row in rows[:count] for field in row])


def _rows(text: str, names: Sequence[str]) -> Iterator[Sequence[str]]:
    """The fields of the columns, each of them a number."""
    numbered_lines = [
        (number, line) for number, line in enumerate(re.split("\r?\n", text), start=1) if line.strip(_EMPTY)
    ]
    separator = next((mark for mark in _SEPARATORS if numbered_lines and mark in numbered_lines[0][1]), ",")
    columns, width = list(range(len(names))), len(names)
    plain_row = re.compile(separator.join([_NUMBER.pattern] * width), re.I)
    for place, (number, line) in enumerate(numbered_lines):
        if width == len(names) and plain_row.fullmatch(line):  # nearly every line, and four times as fast
            fields = line.split(separator)
            yield [fields[column] for column in columns]
            continue
        fields = _fields(line, separator)
        if place == 0 and not any(map(_LIKE_A_NUMBER.match, fields)):
            titles = [title.lower() for title in fields]
            if all(titles.count(name) == 1 for name in names):
                columns, width = [titles.index(name) for name in names], len(titles)
            continue
        if len(fields) != width:
            advice = "" if width != len(names) or len(fields) < width else f"; {_header_advice(names)}"
            raise InputFile(f"Line {number} should have {width} fields but it actually had {len(fields)}{advice}")
        yield _numbers(fields, number, columns)


def _header_advice(names: Sequence[str]) -> str:
    """`a first line that names columns x, y and z picks them`."""
    *most, last = names
    columns = f"columns {', '.join(most)} and {last}" if most else f"a column {last}"
    return f"a first line that names {columns} picks {'them' if most else 'it'}"


def _fields(line: str, separator: str) -> list[str]:
    fields = [_bare(field.strip(_SPACES)) for field in line.split(separator)]
    while fields and not fields[-1]:
        fields.pop()
    return fields


def _bare(field: str) -> str:
    is_quoted = len(field) >= 2 and field[0] == field[-1] == '"'
    return field[1:-1].strip(_SPACES) if is_quoted else field


def _numbers(fields: Sequence[str], number: int, columns: Sequence[int]) -> Sequence[str]:
    for column in columns:
        field = fields[column]
        if _NUMBER.fullmatch(field) is None:
            advice = "; write decimals with a point" if "," in field else ""
            raise InputFile(f'Unable to parse "{field[:40]}" on line {number}{advice}')
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
    """Whether rounding an f64 with these bits to f32 may differ from rounding the decimal number directly.

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
"""From here on the nearest f32 is infinite: the middle between the largest one and the next power of two."""
_LOWER_BITS = (1 << 29) - 1
"""The bits of an f64 that an f32 does not have."""
_MIDDLE = 1 << 28
_LEAST_EXPONENT, _LAST_EXPONENT = 1023 - 126, 1023 + 127
"""Of an f64: that of the least normal f32, and that of the largest ones."""
