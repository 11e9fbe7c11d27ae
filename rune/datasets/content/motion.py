"""Reads motion: lines of three numbers, `x,y,z`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rune.datasets.content.content import LARGEST_NUMBER, BadContent, Content, Kind, Quality, stretches

DRAWN_POINTS = 40
MAX_ROWS = 200_000
_NUMBER = r"[+-]?(?:\d{1,40}\.?\d{0,40}|\.\d{1,40})(?:[eE][+-]?\d{1,3})?"
_ROW = re.compile(rf"({_NUMBER}),({_NUMBER}),({_NUMBER})")


def read_motion(data: bytes) -> Content:
    """Reads a CSV of motion. Raises `BadContent`."""
    try:
        lines = data.decode("ascii").splitlines()
    except UnicodeDecodeError:
        raise BadContent("The file is not a WAV, PNG, JPEG or CSV file.") from None
    if not 0 < len(lines) <= MAX_ROWS:
        raise BadContent(f"A CSV of motion has 1 to {MAX_ROWS} lines.")
    rows = [_row(number, line) for number, line in enumerate(lines, start=1)]
    axes = list(zip(*rows, strict=True))
    largest = max(abs(value) for axis in axes for value in axis)
    is_still = all(min(axis) == max(axis) for axis in axes)
    return Content(
        Kind.MOTION,
        "text/csv",
        data,
        Quality.STILL if is_still else Quality.GOOD,
        drawing={"axes": [_points(axis, largest) for axis in axes]},
    )


def _row(number: int, line: str) -> tuple[float, float, float]:
    match = _ROW.fullmatch(line)
    if match is None:
        raise BadContent(f"Line {number} of the CSV is not three numbers separated by commas.")
    x, y, z = (float(text) for text in match.groups())
    if max(abs(x), abs(y), abs(z)) > LARGEST_NUMBER:
        raise BadContent(f"Line {number} of the CSV has a number that is out of range.")
    return x, y, z


def _points(axis: Sequence[float], largest: float) -> list[int]:
    """Returns the axis as a few points from -100 to 100, in which the largest value of all axes is 100."""
    if not largest:
        return [0] * min(len(axis), DRAWN_POINTS)
    return [round(axis[part.start] / largest * 100) for part in stretches(len(axis), DRAWN_POINTS)]
