"""Constants as arrays of C, in numbers: they stay in flash, and no byte order or alignment is left to chance."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_INTEGERS = {"int8_t": "b", "uint8_t": "B", "int16_t": "h", "uint16_t": "H", "int32_t": "i", "uint32_t": "I"}
_FLOATS = {"float": "f", "double": "d"}
_WIDTH = 116


@dataclass(frozen=True)
class Array:
    """An array of constants: the text that defines it, and the pointer to its first element."""

    definition: str
    pointer: str


def constant_array(name: str, element: str, data: bytes) -> Array:
    """The bytes as elements. What has no type of its own, or no literals, is bytes at an address fit for all types."""
    numbers = _literals(element, data)
    if numbers is not None:
        return Array(f"static const {element} {name}[{max(len(numbers), 1)}] = {{\n{_lines(numbers)}\n}};\n", name)
    members = f"    unsigned char bytes[{max(len(data), 1)}];\n    uint64_t whole;\n    double real;\n"
    pointer = f"{name}.bytes" if element == "void" else f"(const {element} *)(const void *){name}.bytes"
    return Array(f"static const union {{\n{members}}} {name} = {{{{\n{_lines(list(map(str, data)))}\n}}}};\n", pointer)


def _literals(element: str, data: bytes) -> list[str] | None:
    """Each element as C99 writes it; None where it cannot: C99 has no word for infinity."""
    if element == "int64_t":
        return [_long(value) for (value,) in struct.iter_unpack("<q", data)]
    if element in _INTEGERS:
        return [_integer(value) for (value,) in struct.iter_unpack(f"<{_INTEGERS[element]}", data)]
    if element not in _FLOATS:
        return None
    values = [value for (value,) in struct.iter_unpack(f"<{_FLOATS[element]}", data)]
    suffix = "f" if element == "float" else ""
    return [f"{value.hex()}{suffix}" for value in values] if all(map(math.isfinite, values)) else None


def _integer(value: int) -> str:
    return "(-2147483647 - 1)" if value == -(2**31) else f"{value}u" if value >= 2**31 else str(value)


def _long(value: int) -> str:
    return "(-INT64_C(9223372036854775807) - 1)" if value == -(2**63) else f"INT64_C({value})"


def _lines(numbers: Sequence[str]) -> str:
    return "\n".join(_wrapped(numbers or ["0"]))


def _wrapped(numbers: Sequence[str]) -> Iterator[str]:
    line = "   "
    for number in numbers:
        if len(line) + len(number) + 2 > _WIDTH:
            yield line
            line = "   "
        line += f" {number},"
    yield line
