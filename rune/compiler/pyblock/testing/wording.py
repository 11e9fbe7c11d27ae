"""The messages of failed tests, the same wherever a test ran."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rune.compiler.pyblock.testing.assertions import FLOATS, NOTHING, Assertion

Number = bool | int | float


@dataclass(frozen=True)
class ComparedValues:
    """The values that a failed assert compared. `index` is the flat index of the element in an array."""

    got: Number | None = None
    expected: Number | None = None
    index: int | None = None
    tolerance: float = 0.0


def compared_values_of(outcome: list[Number], numbers: list[Number]) -> ComparedValues:
    """Reads the compared values from the outputs of a compiled test."""
    kind = outcome[2]
    if kind == NOTHING:
        return ComparedValues()
    got, expected = (numbers[0], numbers[1]) if kind == FLOATS else (outcome[3], outcome[4])
    index = int(outcome[1])
    return ComparedValues(got, expected, None if index < 0 else index, float(numbers[2]))


def failure_text(assertion: Assertion, seen: ComparedValues) -> str:
    """Returns the message, without a full stop."""
    because = f" ({assertion.message})" if assertion.message else ""
    if seen.got is None or seen.expected is None:
        return f"`{assertion.text}` is false{because}"
    got, expected = _distinct(seen.got, seen.expected)
    operator = {"==": "", "!=": "not "}.get(assertion.operator or "", f"{assertion.operator} ")
    within = f" within {number_text(seen.tolerance)}" if seen.tolerance else ""
    what = "got" if seen.index is None else f"element {seen.index} is"
    return f"{what} {got}, expected {operator}{expected}{within}{because}"


def number_text(value: Number, digits: int = 6) -> str:
    """Formats a number for people."""
    return f"{value:.{digits}g}" if isinstance(value, float) else str(int(value))


def _distinct(got: Number, expected: Number) -> tuple[str, str]:
    """Formats two numbers with as many digits as needed to see that they differ."""
    for digits in (6, 9, 17):
        texts = number_text(got, digits), number_text(expected, digits)
        if texts[0] != texts[1] or got == expected or (math.isnan(got) and math.isnan(expected)):
            return texts
    return texts
