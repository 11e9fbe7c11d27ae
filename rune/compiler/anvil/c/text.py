"""Writes numbers, types and our own names as C. Only numbers can come from users."""

from __future__ import annotations

import math
import re

from rune.tensor import ElementType

HEADER_NAME = re.compile(r"[a-z][a-z0-9_]*\.h")
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


C_TYPES = {
    ElementType.U8: "uint8_t",
    ElementType.I8: "int8_t",
    ElementType.U16: "uint16_t",
    ElementType.I16: "int16_t",
    ElementType.U32: "uint32_t",
    ElementType.I32: "int32_t",
    ElementType.F32: "float",
    ElementType.U64: "uint64_t",
    ElementType.I64: "int64_t",
    ElementType.F64: "double",
    ElementType.UTF8: "struct rune_text",
}
"""The C type of each element type."""


def literal(value: int | float) -> str:
    """Returns a number as C: an int32_t or, if it is larger, an int64_t; a double in hexadecimal, which is exact."""
    if isinstance(value, float):
        if math.isnan(value):
            return '__builtin_nan("")'
        if math.isinf(value):
            return "__builtin_inf()" if value > 0 else "-__builtin_inf()"
        return f"({value.hex()})"
    value = int(value)
    if -(2**31) < value < 2**31:
        return str(value)
    if value == -(2**31):
        return "(-2147483647 - 1)"
    if not -(2**63) < value < 2**63:
        raise ValueError(f"{value} has no place in 64 bits")
    return f"INT64_C({value})"


def checked(name: str, pattern: re.Pattern[str]) -> str:
    """Returns a name from our own catalogue, after checking that it is an identifier."""
    if not pattern.fullmatch(name):
        raise ValueError(f"{name!r} cannot stand in C")
    return name
