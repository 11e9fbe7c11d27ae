"""Requantisation in integers that is proved to give the nearest number to a product of double precision, for every
reachable sum.

The reference multiplies the sums of a FULLY_CONNECTED by a scale of double precision. Integers that stand for the scale
may give another number for a rare sum. Both are functions that never fall as the sum rises, so they are equal
everywhere when they are equal on both sides of every sum at which the exact one rises: at most 255 a channel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rune.compiler.anvil.requantisation.fixed_point import Integers, nearest_products

_SCALE_BITS = 53
_PRODUCT_BITS = 62
_LARGEST_SHIFT = 62


@dataclass(frozen=True, eq=False)
class ProvenIntegers:
    """(sum * mantissa + half) >> shift, one mantissa and one shift a channel."""

    mantissas: Integers
    shifts: Integers

    def rescaled(self, sums: Integers) -> Integers:
        """Returns the rescaled values of sums [any, channel]."""
        return (sums * self.mantissas + (np.int64(1) << (self.shifts - 1))) >> self.shifts


def prove_integers(
    scales: Sequence[float],
    least: Integers,
    greatest: Integers,
    low: int,
    high: int,
    mantissa_bits: int = _SCALE_BITS,
) -> ProvenIntegers | None:
    """Gives the nearest numbers for sums from `least` to `greatest`, one each a channel, where these are
    clamped to `low` and `high`; None where the integers tried do not. Mantissas are at most 2**mantissa_bits."""
    numbers = np.array(scales)
    fractions, exponents = np.frexp(numbers)
    _, reach = np.frexp(np.maximum(np.abs(least), np.abs(greatest)).astype(np.float64))
    bits = np.minimum(np.minimum(mantissa_bits, _PRODUCT_BITS - reach), _LARGEST_SHIFT + exponents)
    shifts = (bits - exponents).astype(np.int64)
    if (bits < 1).any() or (shifts < 1).any():
        return None
    integers = ProvenIntegers(np.rint(np.ldexp(fractions, bits)).astype(np.int64), shifts)
    levels, rises = _rises(numbers, low, high)
    is_reached = (rises > least[:, None]) & (rises <= greatest[:, None])
    sums = np.where(is_reached, rises, 0).T
    is_right = (integers.rescaled(sums) >= levels[:, None]) & (integers.rescaled(sums - 1) < levels[:, None])
    if not (is_right | ~is_reached.T).all():
        return None
    # Where no level begins, the only one there is must come out.
    for ends in (least, greatest):
        exact = nearest_products(ends, scales)
        if not np.array_equal(np.clip(integers.rescaled(ends), low, high), np.clip(exact, low, high)):
            return None
    return integers


def _rises(scales: np.ndarray[tuple[int, ...], np.dtype[np.float64]], low: int, high: int) -> tuple[Integers, Integers]:
    """The levels above the lowest, and for each channel the least sum at which the nearest number is one of them."""
    levels = np.arange(low + 1, high + 1, dtype=np.int64)
    with np.errstate(over="ignore", divide="ignore"):
        near = np.ceil((levels[None, :] - 0.5) / scales[:, None])
    rises = np.clip(near, -(2.0**40), 2.0**40).astype(np.int64)
    for step in (-1, -1, 1, 1, 1):  # a quotient is off by less than two
        sums = rises - 1 if step < 0 else rises
        is_level = levels <= nearest_products(sums.T, scales).T
        rises = np.where(is_level if step < 0 else ~is_level, rises + step, rises)
    return levels, rises
