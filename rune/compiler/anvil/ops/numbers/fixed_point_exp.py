"""Exponentials and reciprocals in fixed point, as the reference's integer kernels take them, bit for bit.

Qm.n is an integer of 32 bits in units of 2**-n. Source: the published arithmetic of gemmlowp, which TFLite's reference
kernels use (`fixedpoint.h`: `exp_on_negative_values`, `one_over_one_plus_x_for_x_in_0_1`).
"""

from __future__ import annotations

import numpy as np

from rune.compiler.anvil.computation import Array
from rune.compiler.anvil.requantisation.fixed_point import Integers

ONE = 2**31 - 1
"""The Q0.31 nearest to one."""

_FACTORS = (
    (-2, 1672461947),
    (-1, 1302514674),
    (0, 790015084),
    (1, 290630308),
    (2, 39332535),
    (3, 720401),
    (4, 242),
)
"""e**-(2**exponent) as Q0.31, by exponent."""


def high_product(left: Array | int, right: Array | int) -> Integers:
    """The product of Q0.31 numbers, rounded to nearest, halves away from zero."""
    product = np.asarray(left, np.int64) * np.asarray(right, np.int64)
    nudged_product = product + np.where(product >= 0, 2**30, 1 - 2**30)
    return np.asarray(np.sign(nudged_product) * (np.abs(nudged_product) >> 31), np.int64)


def rounded_shift(values: Array, bits: Array | int) -> Integers:
    """Shifted right by at least one bit, rounded to nearest, halves away from zero."""
    half = np.int64(1) << (np.asarray(bits, np.int64) - 1)
    return np.asarray((values + half - (values < 0)) >> bits)


def exponential(values: Integers, integer_bits: int = 5) -> Integers:
    """e**value as Q0.31 for numbers that are not above zero, with 4 or 5 bits before the point."""
    places = 31 - integer_bits
    quarter = np.int64(1 << (places - 2))
    rest = (values & (quarter - 1)) - quarter  # from -1/4 on, below 0
    result = _small_exponential(rest << integer_bits)
    whole = rest - values
    for exponent, factor in _FACTORS:
        if exponent < integer_bits:
            result = np.where(whole & (1 << (places + exponent)), high_product(result, factor), result)
    return np.where(values == 0, ONE, result)


def logistic(values: Integers) -> Integers:
    """1 / (1 + e**-x) as Q0.31 for Q4.27 numbers."""
    above = np.minimum(newton(exponential(-np.abs(values), 4)) << 1, ONE)
    return np.where(values == 0, 2**30, np.where(values > 0, above, ONE - above))


def tanh(values: Integers) -> Integers:
    """Returns the hyperbolic tangent of Q4.27 numbers as Q0.31."""
    magnitude = np.clip((newton(exponential(-np.abs(values), 5)) - 2**29) << 2, -ONE - 1, ONE)
    return np.where(values == 0, 0, np.where(values < 0, -magnitude, magnitude))


def _small_exponential(values: Integers) -> Integers:
    """Returns the exponentials of Q0.31 numbers from -1/4 to 0, by the series around -1/8."""
    at_eighth, third = 1895147668, 715827883
    x = values + 2**28
    x2 = high_product(x, x)
    x3, x4 = high_product(x2, x), high_product(x2, x2)
    series = rounded_shift(high_product(rounded_shift(x4, 2) + x3, third) + x2, 1)
    return at_eighth + high_product(at_eighth, x + series)


def reciprocal(values: Integers) -> tuple[Integers, Integers]:
    """One over each Q12.19 number, which is at least 1: a Q0.31 number, to be shifted right by so many bits."""
    bits = np.array([int(value).bit_length() for value in values.flat], np.int64).reshape(values.shape)
    fractions = (values << (32 - bits)) - 2**31
    return np.minimum(newton(fractions) << 1, ONE), bits - 20


def newton(fractions: Integers) -> Integers:
    """2 / (1 + fraction) as Q2.29 of Q0.31 numbers that are not below zero, by three steps of Newton's method."""
    half = (fractions + ONE + 1) >> 1
    x = 1515870810 + high_product(half, -1010580540)
    for _ in range(3):
        x = x + (high_product(x, 2**29 - high_product(half, x)) << 2)
    return np.asarray(x)
