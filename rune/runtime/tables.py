"""Motion recordings as a rune's ACCEL capability gets them: CSV rows of x, y and z, without a header."""

from __future__ import annotations

import re
import struct

from rune.runtime.errors import InputFile

_NUMBER = re.compile(
    r"[+-]?(?:[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?|inf|infinity|nan)", re.I
)


def csv_rows(data: bytes, count: int | None) -> bytes:
    """The first `count` rows, or all, as f32 [rows, 3], little-endian. Raises `InputFile` with the line."""
    try:
        lines = data.decode("utf-8").splitlines()
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
    try:
        return struct.pack("<3f", *map(float, fields))
    except OverflowError:
        raise InputFile(f"a number on line {number} is too large for f32") from None
