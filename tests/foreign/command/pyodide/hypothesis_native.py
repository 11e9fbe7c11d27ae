"""The compiled part of Hypothesis in Python, because there is no build of it for Pyodide.

Only what its own Python calls; written from what these functions are documented to do.
"""

from __future__ import annotations

import math
import struct
import sys
import types

__version__ = "0"

_FORMATS = {16: ("!H", "!e"), 32: ("!I", "!f"), 64: ("!Q", "!d")}
_SMALLEST_NORMALS = {16: 2.0**-14, 32: 2.0**-126, 64: 2.0**-1022}


def float_of(value: float, width: int) -> float:
    """The nearest number of that many bits; infinity beyond the largest."""
    if width == 64:
        return float(value)
    form = _FORMATS[width][1]
    try:
        result: float = struct.unpack(form, struct.pack(form, float(value)))[0]
    except OverflowError:
        return math.copysign(math.inf, value)
    return result


def float_to_int(value: float, width: int = 64) -> int:
    """The bits of a number as a whole number."""
    whole, form = _FORMATS[width]
    result: int = struct.unpack(whole, struct.pack(form, value))[0]
    return result


def int_to_float(value: int, width: int = 64) -> float:
    """The number with these bits."""
    whole, form = _FORMATS[width]
    result: float = struct.unpack(form, struct.pack(whole, value))[0]
    return result


def is_negative(value: float) -> bool:
    """Returns whether the sign is there, also on zero."""
    return math.copysign(1.0, value) < 0


def next_up(value: float, width: int = 64) -> float:
    """The smallest number that is greater; infinity and no number stay."""
    if math.isnan(value) or (math.isinf(value) and value > 0):
        return value
    if value == 0.0 and is_negative(value):
        return 0.0
    bits = float_to_int(value, width)
    return int_to_float(bits + 1 if value >= 0 else bits - 1, width)


def next_down(value: float, width: int = 64) -> float:
    """The greatest number that is smaller."""
    return -next_up(-value, width)


def next_up_normal(value: float, width: int, *, allow_subnormal: bool) -> float:
    """The same without the numbers that are too near to zero, unless they are allowed."""
    result = next_up(value, width)
    if not allow_subnormal and 0 < abs(result) < _SMALLEST_NORMALS[width]:
        return -0.0 if is_negative(result) else _SMALLEST_NORMALS[width]
    return result


def next_down_normal(value: float, width: int, *, allow_subnormal: bool) -> float:
    """The same downwards."""
    return -next_up_normal(-value, width, allow_subnormal=allow_subnormal)


def width_smallest_normals(width: int) -> float:
    """The smallest normal number of that many bits."""
    return _SMALLEST_NORMALS[width]


def count_between_floats(low: float, high: float, width: int = 64) -> int:
    """Returns how many numbers there are from one to the other, both included."""
    if is_negative(low) == is_negative(high):
        return abs(float_to_int(high, width) - float_to_int(low, width)) + 1
    return count_between_floats(low, -0.0, width) + count_between_floats(0.0, high, width)


def cathetus(hypotenuse: float, side: float) -> float:
    """The third side of a triangle with a right angle; no number when there is none."""
    if math.isnan(hypotenuse) or math.isnan(side) or abs(side) > abs(hypotenuse):
        return math.nan
    if math.isinf(hypotenuse):
        return math.nan if math.isinf(side) else math.inf
    return math.sqrt((abs(hypotenuse) - abs(side)) * (abs(hypotenuse) + abs(side)))


def _module(name: str, **contents: object) -> types.ModuleType:
    module = types.ModuleType(f"{__name__}.{name}")
    module.__dict__.update(contents)
    sys.modules[module.__name__] = module
    return module


_floats = {
    function.__name__: function
    for function in (
        count_between_floats,
        float_of,
        float_to_int,
        int_to_float,
        is_negative,
        next_down,
        next_down_normal,
        next_up,
        next_up_normal,
        width_smallest_normals,
    )
}
internal = _module("internal")
internal.floats = _module("internal.floats", **_floats)  # type: ignore[attr-defined]
internal.cathetus = _module("internal.cathetus", cathetus=cathetus)  # type: ignore[attr-defined]
__path__: list[str] = []
