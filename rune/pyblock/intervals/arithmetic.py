"""Arithmetic and comparisons of intervals of whole numbers."""

from __future__ import annotations

from rune.pyblock.numbers import LEAST, MOST, limits_of
from rune.tensor import ElementType

Interval = tuple[int, int]
ALL: Interval = (LEAST, MOST)


def within(inner: Interval, outer: Interval) -> bool:
    """Returns whether one interval is inside the other."""
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def hull(left: Interval, right: Interval) -> Interval:
    """Returns the smallest interval that contains both."""
    return (min(left[0], right[0]), max(left[1], right[1]))


def operated(operator: str, left: Interval, right: Interval) -> Interval:
    """Returns the interval of the results for any two numbers of these intervals, without the limit of 64 bits."""
    match operator:
        case "+":
            return (left[0] + right[0], left[1] + right[1])
        case "-":
            return (left[0] - right[1], left[1] - right[0])
        case "*":
            products = [a * b for a in left for b in right]
            return (min(products), max(products))
        case "//":
            divisors = [each for each in (*right, -1, 1) if right[0] <= each <= right[1] and each]
            quotients = [a // b for a in left for b in divisors]
            return (min(quotients), max(quotients)) if quotients else ALL
        case "%":
            if right[0] > 0:
                return left if left[0] >= 0 and left[1] < right[0] else (0, right[1] - 1)
            return (min(right[0] + 1, 0), max(right[1] - 1, 0))
        case "&" if left[0] >= 0 or right[0] >= 0:
            bounds = [each[1] for each in (left, right) if each[0] >= 0]
            return (0, min(bounds))
        case "|" | "^" if left[0] >= 0 and right[0] >= 0:
            return (0, (1 << max(left[1], right[1]).bit_length()) - 1)
        case ">>" if right[0] >= 0:
            shifts = [min(each, 63) for each in right]
            values = [a >> b for a in left for b in shifts]
            return (min(values), max(values))
        case "<<" if right[0] >= 0 and right[1] < 64:
            values = [a << b for a in left for b in right]
            return (min(values), max(values))
        case "**" if right[0] >= 0 and right[1] < 64 and left[0] >= 0:
            return (0, max(left[1] ** right[1], 1))
        case "+" | "**" | "<<":
            return (LEAST - 1, MOST + 1)
    return ALL


def limited(operator: str, interval: Interval, other: Interval) -> Interval | None:
    """Returns the part of an interval for which the comparison holds with some number of the other; None if empty."""
    low, high = interval
    match operator:
        case "<":
            high = min(high, other[1] - 1)
        case "<=":
            high = min(high, other[1])
        case ">":
            low = max(low, other[0] + 1)
        case ">=":
            low = max(low, other[0])
        case "==":
            low, high = max(low, other[0]), min(high, other[1])
    return (low, high) if low <= high else None


def element_holds(interval: Interval, element: ElementType) -> bool:
    """Returns whether all numbers of an interval fit in an element type."""
    low, high = limits_of(element)
    return low <= interval[0] and interval[1] <= high
