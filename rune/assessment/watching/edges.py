"""Edges between bins, from the numbers of samples: each bin has about as many of them as any other."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from fractions import Fraction
from math import ceil, isfinite

from rune.running.runtime import OutputTensor
from rune.source.runefile.watch.numbers import rising
from rune.tensor import ElementType
from rune.watch.layout import MOST_BINS, Statistic

_DIGITS = 6


def quantiles(numbers: Sequence[float]) -> tuple[float, ...]:
    """Returns the numbers that part all numbers into bins of equal shares, without duplicates."""
    sorted_numbers = sorted(number for number in numbers if isfinite(number))
    if not sorted_numbers:
        return ()
    places = (ceil(share * len(sorted_numbers) / MOST_BINS) for share in range(1, MOST_BINS))
    return rising(sorted_numbers[min(place, len(sorted_numbers) - 1)] for place in places)


def rounded(edges: Sequence[float]) -> tuple[float, ...]:
    """Returns edges in few digits, so that a person can read them."""
    return rising(float(f"{edge:.{_DIGITS}g}") for edge in edges)


def statistic_of(tensor: OutputTensor, statistic: Statistic) -> float:
    """Returns the statistic of a tensor, as the rune has it but for the division."""
    is_level = statistic is Statistic.LEVEL
    if tensor.element is not ElementType.F32:
        whole = [int(each) for each in tensor.elements]
        return float(Fraction(sum(each * each for each in whole) if is_level else sum(whole), len(whole)))
    total = 0.0
    for element in map(float, tensor.elements):
        total = _single(total + (_single(element * element) if is_level else element))
    return total / len(tensor.elements)


def score_of(tensor: OutputTensor) -> float | None:
    """Returns the highest score; None where none of them is a number."""
    scores = [float(each) for each in tensor.elements]
    return max((score for score in scores if score == score), default=None)


def _single(value: float) -> float:
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
