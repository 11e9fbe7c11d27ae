"""Motion recordings as a rune's ACCEL capability gets them: CSV rows of x, y and z, without a header."""

from __future__ import annotations

import math
import re
import struct
from decimal import Decimal

from rune.runtime.errors import InputFile

_NUMBER = re.compile(
    r"[+-]?(?:[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?|inf|infinity|nan)", re.I
)


def csv_rows(data: bytes, count: int | None) -> bytes:
    """The first `count` rows, or all, as f32 [rows, 3], little-endian. Raises `InputFile` with the line.

    Nothing is trimmed. Empty lines are passed over. Each number is the f32 nearest to what is written, as Rust reads
    it: what is beyond its range is infinite.
    """
    try:
        lines = re.split("\r?\n", data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InputFile(f"the CSV file is not text: byte {error.start} is not UTF-8") from None
    rows = [_row(line, number) for number, line in enumerate(lines, start=1) if line]
    if count is not None and len(rows) < count:
        raise InputFile(f"{count} samples were requested but only {len(rows)} are available")
    return b"".join(rows if count is None else rows[:count])


def _row(line: str, number: int) -> bytes:
    fields = line.split(",")
    if len(fields) != 3:
        raise InputFile(f"Line {number} should have 3 fields but it actually had {len(fields)}")
    for value in fields:
        if _NUMBER.fullmatch(value) is None:
            raise InputFile(f'Unable to parse "{value[:40]}" on line {number}')
    return b"".join(map(nearest_f32, fields))


def nearest_f32(text: str) -> bytes:
    """The f32 that is nearest to a decimal number, ties to even, little-endian.

    By way of f64 a number may be rounded twice: where the f64 lies in the middle of two f32, what is written decides.
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
