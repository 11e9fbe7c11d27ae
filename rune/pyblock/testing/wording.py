"""The messages of failed tests, the same wherever a test ran."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rune.pyblock.testing.assertions import FLOATS, NOTHING, Assertion

Number = bool | int | float


@dataclass(frozen=True)
class ComparedValues:
    """The values that a failed assert compared. `index` is the flat index of the element in an array."""

    actual: Number | None = None
    expected: Number | None = None
    index: int | None = None
    tolerance: float = 0.0


def compared_values_of(outcome: list[Number], numbers: list[Number]) -> ComparedValues:
    """Reads the compared values from the outputs of a compiled test."""
    kind = outcome[2]
    if kind == NOTHING:
        return ComparedValues()
    actual, expected = (numbers[0], numbers[1]) if kind == FLOATS else (outcome[3], outcome[4])
    index = int(outcome[1])
    return ComparedValues(actual, expected, None if index < 0 else index, float(numbers[2]))


def failure_text(assertion: Assertion, compared_values: ComparedValues) -> str:
    """Returns the message, without a full stop."""
    because = f" ({assertion.message})" if assertion.message else ""
    if compared_values.actual is None or compared_values.expected is None:
        return f"`{assertion.text}` is false{because}"
    actual, expected = _distinct(compared_values.actual, compared_values.expected)
    operator = {"==": "", "!=": "not "}.get(assertion.operator or "", f"{assertion.operator} ")
    within = f" within {number_text(compared_values.tolerance)}" if compared_values.tolerance else ""
    what = "got" if compared_values.index is None else f"element {compared_values.index} is"
    return f"{what} {actual}, expected {operator}{expected}{within}{because}"


def number_text(value: Number, digits: int = 6) -> str:
    """Formats a number for people."""
    return f"{value:.{digits}g}" if isinstance(value, float) else str(int(value))


def _distinct(actual: Number, expected: Number) -> tuple[str, str]:
    """Formats two numbers with as many digits as needed to see that they differ."""
    for digits in (6, 9, 17):
        texts = number_text(actual, digits), number_text(expected, digits)
        if texts[0] != texts[1] or actual == expected or (math.isnan(actual) and math.isnan(expected)):
            return texts
    return texts
