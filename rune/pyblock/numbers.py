"""The arithmetic of the language: the exact result of each operation, and its error messages."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from enum import Enum

from rune.tensor import ElementType

LEAST, MOST = -(2**63), 2**63 - 1
"""The limits of a whole number."""


class Scalar(Enum):
    """The types of a single number."""

    BOOL = "bool"
    INT = "int"
    F32 = "f32"
    F64 = "f64"

    @property
    def is_float(self) -> bool:
        return self in (Scalar.F32, Scalar.F64)

    def __str__(self) -> str:
        return self.value


ELEMENTS = {element.value: element for element in ElementType if element not in (ElementType.UTF8, ElementType.U64)}
"""The element types that an array of a block can have, by name."""


def scalar_of(element: ElementType) -> Scalar:
    """Returns the type of a number that is read from an array."""
    return {ElementType.F32: Scalar.F32, ElementType.F64: Scalar.F64}.get(element, Scalar.INT)


def limits_of(element: ElementType) -> tuple[int, int]:
    """Returns the smallest and the largest number of an integer element type."""
    bits = element.size * 8
    return (0, 2**bits - 1) if element.value[0] == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


class BlockFailure(Exception):
    """A run of a block failed. The message is the same wherever the block runs; `line` is a line of the block."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


DIVISION_BY_ZERO = "division by zero"
BEYOND_64_BITS = "a whole number beyond 64 bits"
DOMAIN = "math domain error"
RANGE = "math range error"
NOT_WHOLE = "a number that is infinite or no number cannot become a whole number"
NEGATIVE_SHIFT = "negative shift count"
NEGATIVE_POWER = "a whole number to a negative power"


def out_of_range(index: int, length: int) -> str:
    return f"index {index} is out of range for {length} elements"


def does_not_fit(value: int, element: ElementType) -> str:
    return f"{value} does not fit in {element}"


def other_length(count: int, expected: int) -> str:
    return f"{count} elements cannot be assigned to a slice of {expected}"


_one = array("f", [0.0])


def to_f32(value: float) -> float:
    """Returns the nearest f32, halves to even; infinity if it is out of range."""
    _one[0] = value
    return _one[0]


def to_int64(value: int) -> int:
    """Returns the same number. Raises `BlockFailure` if it does not fit in 64 bits."""
    if LEAST <= value <= MOST:
        return value
    raise BlockFailure(BEYOND_64_BITS)


def to_element(value: int, element: ElementType) -> int:
    """Returns the same number. Raises `BlockFailure` if it does not fit in the element type."""
    least, most = limits_of(element)
    if least <= value <= most:
        return value
    raise BlockFailure(does_not_fit(value, element))


def whole(value: float, rounding: str) -> int:
    """Converts a float to a whole number with `int`, `round`, `floor` or `ceil`. Raises `BlockFailure`."""
    if not math.isfinite(value):
        raise BlockFailure(NOT_WHOLE)
    match rounding:
        case "round":
            return to_int64(round(value))
        case "floor":
            return to_int64(math.floor(value))
        case "ceil":
            return to_int64(math.ceil(value))
        case _:
            return to_int64(int(value))


def shifted_left(left: int, right: int) -> int:
    """Returns `left << right` without computing numbers larger than 64 bits. Raises `BlockFailure`."""
    if right < 0:
        raise BlockFailure(NEGATIVE_SHIFT)
    if left and right > 63:
        raise BlockFailure(BEYOND_64_BITS)
    return to_int64(left << min(right, 63))


def shifted_right(left: int, right: int) -> int:
    """Returns `left >> right`. Raises `BlockFailure`."""
    if right < 0:
        raise BlockFailure(NEGATIVE_SHIFT)
    return left >> min(right, 63)


def power(base: int, exponent: int) -> int:
    """Returns `base ** exponent` without computing numbers larger than 64 bits. Raises `BlockFailure`."""
    if exponent < 0:
        raise BlockFailure(NEGATIVE_POWER)
    if base in (0, 1, -1):
        return 1 if exponent == 0 or (base == -1 and exponent % 2 == 0) else base
    result = 1
    for _ in range(min(exponent, 64)):
        result = to_int64(result * base)
    return result


def binary(operator: str, left: float, right: float, kind: Scalar) -> float:
    """Computes one operation on two numbers of the same type, rounded once. Raises `BlockFailure`."""
    if operator in ("/", "//", "%") and right == 0:
        raise BlockFailure(DIVISION_BY_ZERO)
    if kind is Scalar.INT:
        return _whole_binary(operator, int(left), int(right))
    match operator:
        case "+":
            value = left + right
        case "-":
            value = left - right
        case "*":
            value = left * right
        case "/":
            value = left / right
        case "//":
            value = left // right
        case "%":
            value = left % right
        case _:
            raise ValueError(operator)
    return to_f32(value) if kind is Scalar.F32 else value


def _whole_binary(operator: str, left: int, right: int) -> int:
    match operator:
        case "+":
            return to_int64(left + right)
        case "-":
            return to_int64(left - right)
        case "*":
            return to_int64(left * right)
        case "//":
            return to_int64(left // right)
        case "%":
            return left % right
        case "**":
            return power(left, right)
        case "<<":
            return shifted_left(left, right)
        case ">>":
            return shifted_right(left, right)
        case "&":
            return left & right
        case "|":
            return left | right
        case "^":
            return left ^ right
    raise ValueError(operator)


def compared(operator: str, left: float, right: float) -> bool:
    """Compares two numbers with an operator of Python."""
    match operator:
        case "==":
            return left == right
        case "!=":
            return left != right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case _:
            return left >= right


def total(elements: Sequence[bool | int | float], kind: Scalar) -> int | float:
    """Returns the sum of elements from left to right, rounded after each. Python's `sum` compensates, depending on its
    version."""
    if kind is Scalar.INT:
        whole_sum = 0
        for each in elements:
            whole_sum = to_int64(whole_sum + int(each))
        return whole_sum
    result = 0.0
    for each in elements:
        result = to_f32(result + each) if kind is Scalar.F32 else result + each
    return result
