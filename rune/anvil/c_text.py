"""Numbers and names of our own as C. What a user wrote never comes here but as numbers."""

from __future__ import annotations

import math
import re

HEADER_NAME = re.compile(r"[a-z][a-z0-9_]*\.h")
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def literal(value: int | float) -> str:
    """A number of C: an int32_t or, beyond it, an int64_t; a double in hexadecimal, which loses nothing."""
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
    """A name of our own catalogue, which must look like one."""
    if not pattern.fullmatch(name):
        raise ValueError(f"{name!r} cannot stand in C")
    return name
