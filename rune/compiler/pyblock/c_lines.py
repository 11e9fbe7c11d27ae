"""Lines of C as they grow, and the small words that the emitter is made of.

Names are numbers: nothing that a user wrote becomes code.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

from rune.compiler.pyblock.interval_arithmetic import Interval
from rune.compiler.pyblock.numbers import LEAST, Scalar
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
"""What C calls an element of an array."""
_INT32 = (-(2**31), 2**31 - 1)


def is_narrow(interval: Interval) -> bool:
    """Whether 32 bits hold all numbers of an interval."""
    return _INT32[0] <= interval[0] and interval[1] <= _INT32[1]


def number_type(kind: Scalar, interval: Interval) -> str:
    """The C type of a number."""
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
    """A number of C99."""
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
    """A function's lines with their indentation."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._depth = 1
        self._names = 0

    def add(self, line: str) -> None:
        self.lines.append("    " * self._depth + line)

    def fresh(self) -> str:
        """A name that nothing else has."""
        self._names += 1
        return f"t{self._names}"

    @contextmanager
    def braces(self, head: str) -> Iterator[None]:
        """What is added inside stands between braces behind `head`."""
        self.add(f"{head} {{".strip())
        self._depth += 1
        yield
        self._depth -= 1
        self.add("}")
