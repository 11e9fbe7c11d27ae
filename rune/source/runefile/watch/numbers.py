"""The numbers of a tensor as edges: what a type can hold, and the edges without samples."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from fractions import Fraction
from math import ceil
from typing import Final

from rune.tensor import ElementType
from rune.watch.layout import MOST_BINS, Statistic

MOST_EDGES: Final = MOST_BINS - 1
SHARES: Final = (".1", ".2", ".3", ".4", ".5", ".55", ".6", ".65", ".7", ".75", ".8", ".85", ".9", ".95", ".99")
"""The edges of confidence without samples, as parts of 1."""
SIX_DECIBELS: Final = 4
"""The factor of power between two edges of a level without samples."""
SCORE_ELEMENTS: Final = (ElementType.I8, ElementType.U8, ElementType.I16, ElementType.F32)
FEATURE_ELEMENTS: Final = (ElementType.U8, ElementType.I8, ElementType.I16, ElementType.I32, ElementType.F32)


def limits(element: ElementType) -> tuple[int, int]:
    """Returns the smallest and the largest number of a type of whole numbers."""
    bits = 8 * element.size
    return (0, (1 << bits) - 1) if element.value.startswith("u") else (-(1 << (bits - 1)), (1 << (bits - 1)) - 1)


def single(value: float) -> float:
    """Returns the nearest number of 32 bits. Raises `OverflowError` where there is none."""
    return float(struct.unpack("<f", struct.pack("<f", value))[0])


def is_edge(value: float, element: ElementType) -> bool:
    """Returns whether a score of this type can be the number."""
    if element is ElementType.F32:
        try:
            return single(value) == value
        except OverflowError:
            return False
    low, high = limits(element)
    return value.is_integer() and low <= value <= high


def default_confidence_edges(element: ElementType, scale: float, zero_point: float) -> tuple[float, ...]:
    """Returns the edges of confidence without samples, in the numbers of a tensor."""
    shares = [Fraction(share) for share in SHARES]
    if element is ElementType.F32:
        return rising(single(float(share)) for share in shares)
    low, high = limits(element)
    numbers = (ceil(share / Fraction(scale) + Fraction(zero_point)) for share in shares)
    return rising(float(number) for number in numbers if low < number <= high)


def default_feature_edges(statistic: Statistic, element: ElementType) -> tuple[float, ...]:
    """Returns the edges of a feature without samples; none for a type whose numbers have no range."""
    if element is ElementType.F32:
        return ()
    low, high = limits(element)
    if statistic is Statistic.MEAN:
        return tuple(low + (high - low + 1) * number / MOST_BINS for number in range(1, MOST_BINS))
    loudest = max(low * low, high * high)
    steps = [float(SIX_DECIBELS**power) for power in range(2 * 8 * element.size) if SIX_DECIBELS**power < loudest]
    return tuple(steps[-MOST_EDGES:])


def rising(edges: Iterable[float]) -> tuple[float, ...]:
    """Returns the numbers that are larger than all before them, at most as many as there may be."""
    result: list[float] = []
    for edge in edges:
        if not result or edge > result[-1]:
            result.append(edge)
    return tuple(result[:MOST_EDGES])
