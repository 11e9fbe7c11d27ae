"""Builds lines of C, and writes types and literals.

Names are numbered: no text of a user becomes code.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

from rune.pyblock.intervals.arithmetic import Interval
from rune.pyblock.numbers import LEAST, Scalar
from rune.tensor import ElementType

ELEMENT_TYPES = {
    ElementType.U8: "uint8_t",
    ElementType.I8: "int8_t",
    ElementType.U16: "uint16_t",
    ElementType.I16: "int16_t",
    ElementType.U32: "uint32_t",
    ElementType.I32: "int32_t",
    ElementType.I64: "int64_t",
    ElementType.F32: "float",
    ElementType.F64: "double",
}
"""The C types of array elements."""
_INT32 = (-(2**31), 2**31 - 1)


def is_narrow(interval: Interval) -> bool:
    """Returns whether all numbers of an interval fit in 32 bits."""
    return _INT32[0] <= interval[0] and interval[1] <= _INT32[1]


def number_type(kind: Scalar, interval: Interval) -> str:
    """Returns the C type of a number."""
    match kind:
        case Scalar.BOOL:
            return "int"
        case Scalar.F32:
            return "float"
        case Scalar.F64:
            return "double"
        case Scalar.INT:
            return "int32_t" if is_narrow(interval) else "int64_t"


def literal(value: bool | int | float, kind: Scalar) -> str:
    """Returns a number as a C99 literal."""
    if not kind.is_float:
        whole = int(value)
        if whole == LEAST:
            return "(-INT64_C(9223372036854775807) - 1)"
        text = str(whole) if is_narrow((whole, whole)) and whole != -(2**31) else f"INT64_C({whole})"
        return f"({text})" if whole < 0 else text
    single = kind is Scalar.F32
    if math.isfinite(value):
        text = float(value).hex() + ("f" if single else "")
    else:
        text = ("RUNE_NAN" if math.isnan(value) else "RUNE_INFINITY") + ("_F32" if single else "")
        text = f"-{text}" if math.copysign(1.0, value) < 0 else text
    return f"({text})" if text.startswith("-") else text


class Lines:
    """The lines of a function, with their indentation."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._depth = 1
        self._names = 0

    def add(self, line: str) -> None:
        self.lines.append("    " * self._depth + line)

    def fresh(self) -> str:
        """Returns a new name."""
        self._names += 1
        return f"t{self._names}"

    @contextmanager
    def braces(self, head: str) -> Iterator[None]:
        """Puts the lines that are added in this context between braces after `head`."""
        self.add(f"{head} {{".strip())
        self._depth += 1
        yield
        self._depth -= 1
        self.add("}")
