"""The logistic function and the hyperbolic tangent of numbers of 16 bits, with the bits of the reference's LSTM.

Qm.n is an integer of 16 bits in units of 2**-n. Results are Q0.15. Source: the published arithmetic of gemmlowp
(`fixedpoint.h`), with its constants of 32 bits rounded to 16. The C is `c_library/common/functions_int16.h`.
"""

from __future__ import annotations

import numpy as np

from rune.compiler.anvil.ops.numbers.fixed_point_exp import rounded_shift
from rune.compiler.anvil.requantisation.fixed_point import Integers

ONE = 2**15 - 1
"""The Q0.15 nearest to one."""

_FACTORS = ((-2, 25520), (-1, 19875), (0, 12055), (1, 4435), (2, 600), (3, 11), (4, 0))
"""e**-(2**exponent) as Q0.15, by exponent."""


def logistic(values: Integers, integer_bits: int = 3) -> Integers:
    """1 / (1 + e**-x) of numbers with so many bits before the point."""
    above = _saturated(_newton(_exponential(-np.abs(values), integer_bits)) << 1)
    return np.where(values == 0, 2**14, np.where(values > 0, above, ONE - above))


def tanh(values: Integers, integer_bits: int) -> Integers:
    """Returns the hyperbolic tangents of numbers with 0 to 6 bits before the point."""
    shrunk = _exponential(-np.abs(values), integer_bits + 1)
    below = _saturated((_newton(shrunk) - 2**13) << 2)
    return np.where(values == 0, 0, np.where(values < 0, -below, below))


def high_product(left: Integers | int, right: Integers | int) -> Integers:
    """The product of Q0.15 numbers, rounded to nearest, halves away from zero."""
    product = np.asarray(left, np.int64) * np.asarray(right, np.int64)
    nudged_product = product + np.where(product >= 0, 2**14, 1 - 2**14)
    return np.asarray(np.sign(nudged_product) * (np.abs(nudged_product) >> 15), np.int64)


def _saturated(values: Integers) -> Integers:
    return np.clip(values, -(2**15), 2**15 - 1)


def _exponential(values: Integers, integer_bits: int) -> Integers:
    """e**value of numbers that are not above zero."""
    places = 15 - integer_bits
    quarter = np.int64(1 << (places - 2))
    rest = (values & (quarter - 1)) - quarter
    result = _small_exponential(_saturated(rest << integer_bits))
    whole = rest - values
    for exponent, factor in _FACTORS:
        if exponent < integer_bits:
            result = np.where(whole & (1 << (places + exponent)), high_product(result, factor), result)
    if integer_bits > 5:
        result = np.where(values < -(1 << (20 - integer_bits)), 0, result)
    return np.where(values == 0, ONE, result)


def _small_exponential(values: Integers) -> Integers:
    """Returns the exponentials of Q0.15 numbers from -1/4 to 0, by the series around -1/8."""
    at_eighth, third = 28918, 10923
    x = values + 2**12
    x2 = high_product(x, x)
    x3, x4 = high_product(x2, x), high_product(x2, x2)
    series = rounded_shift(high_product(rounded_shift(x4, 2) + x3, third) + x2, 1)
    return _saturated(at_eighth + high_product(at_eighth, x + series))


def _newton(fractions: Integers) -> Integers:
    """2 / (1 + fraction) as Q2.13 of Q0.15 numbers that are not below zero, by three steps of Newton's method."""
    half = (fractions + ONE + 1) >> 1
    x = 23130 + high_product(half, -15420)
    for _ in range(3):
        x = x + (high_product(x, 2**13 - high_product(half, x)) << 2)
    return np.asarray(x)
