"""Tails and quantiles of the normal, Student's, the chi-squared and Kolmogorov's distribution, with NumPy alone.

Tails are upper tails, which keep their digits where 1 - p would be 1. Functions of arrays broadcast.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

Array = np.ndarray[Any, np.dtype[np.float64]]

_STANDARD: Final = NormalDist()
_erfc: Final = np.frompyfunc(math.erfc, 1, 1)
_lgamma: Final = np.frompyfunc(math.lgamma, 1, 1)
_NORMAL_FROM: Final = 1e7
"""Degrees of freedom from which Student's t is taken for normal."""
_SMALLEST: Final = 1e-300
_STEPS: Final = 300


def normal_tail(z: ArrayLike) -> Array:
    """Returns the probability that a standard normal number is above `z`."""
    tails: Array = 0.5 * np.asarray(_erfc(np.asarray(z, np.float64) / math.sqrt(2)), np.float64)
    return tails


def normal_density(z: ArrayLike) -> Array:
    """Returns the density of the standard normal distribution; 0 at both infinities."""
    density: Array = np.exp(-np.square(np.asarray(z, np.float64)) / 2) / math.sqrt(2 * math.pi)
    return density


def normal_quantile(tail: float) -> float:
    """Returns the number above which a standard normal number is with the probability `tail`, 0 to 1.

    M. J. Wichura, "Algorithm AS 241", Appl. Statist. 37 (1988), as the standard library has it.
    """
    if tail <= 0 or tail >= 1:
        return math.inf if tail <= 0 else -math.inf
    return -_STANDARD.inv_cdf(tail)


def student_tail(t: ArrayLike, degrees: ArrayLike) -> Array:
    """Returns the probability that Student's t of `degrees` > 0 of freedom is above `t`. Degrees may be infinite.

    The incomplete beta function of M. Abramowitz and I. Stegun, "Handbook of Mathematical Functions" (1964), 26.7.1.
    """
    values, freedom = np.broadcast_arrays(np.asarray(t, np.float64), np.asarray(degrees, np.float64))
    is_normal = freedom > _NORMAL_FROM
    finite = np.where(is_normal, 1.0, freedom)
    squares = np.square(values)
    halves = 0.5 * _beta(finite / (finite + squares), squares / (finite + squares), finite / 2)
    tails = np.where(values >= 0, halves, 1 - halves)
    if is_normal.any():
        tails = np.where(is_normal, normal_tail(values), tails)
    return np.asarray(tails)


def student_quantile(tail: float, degrees: float) -> float:
    """Returns the number above which Student's t is with the probability `tail`, 0 to 1."""
    if tail <= 0 or tail >= 1:
        return math.inf if tail <= 0 else -math.inf
    if tail > 0.5:
        return -student_quantile(1 - tail, degrees)
    if tail == 0.5:
        return 0.0
    if degrees > _NORMAL_FROM:
        return normal_quantile(tail)
    constant = math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2) - math.log(math.pi * degrees) / 2
    # The logarithm of the tail is concave over that of t, so Newton's steps go one way, from the second one on.
    log_t = math.log(max(normal_quantile(tail), 1e-3))
    for _ in range(100):
        t = math.exp(log_t)
        beyond = float(student_tail(t, degrees))
        density = math.exp(constant - (degrees + 1) / 2 * math.log1p(t * t / degrees))
        step = (math.log(beyond) - math.log(tail)) * beyond / (t * density)
        log_t += max(-1.0, min(step, 20.0))
        if abs(step) < 1e-12:
            break
    return math.exp(log_t)


def chi_squared_tail(value: float, degrees: int) -> float:
    """Returns the probability that chi-squared of `degrees` >= 1 of freedom is above `value` >= 0.

    The finite sums of Abramowitz and Stegun (1964), 26.4.4 and 26.4.5.
    """
    if value <= 0:
        return 1.0
    half = value / 2
    if degrees % 2 == 0:
        terms = (math.exp(k * math.log(half) - half - math.lgamma(k + 1)) for k in range(degrees // 2))
        return min(1.0, math.fsum(terms))
    terms = (math.exp((k + 0.5) * math.log(half) - half - math.lgamma(k + 1.5)) for k in range((degrees - 1) // 2))
    return min(1.0, math.erfc(math.sqrt(half)) + math.fsum(terms))


def kolmogorov_tail(distance: float, count: float) -> float:
    """Returns the probability of a greatest distance of distribution functions above `distance`, 0 to 1, where `count`
    is the number of values, or n m / (n + m) of two samples.

    M. A. Stephens, "EDF statistics for goodness of fit and some comparisons", JASA 69 (1974): Kolmogorov's limit with
    a correction for small samples. For values in bins it is an upper bound.
    """
    root = math.sqrt(count)
    x = distance * (root + 0.12 + 0.11 / root)
    if x < 0.3:
        return 1.0
    terms = ((-1) ** (k - 1) * math.exp(-2 * k * k * x * x) for k in range(1, 101))
    return min(1.0, max(0.0, 2 * math.fsum(terms)))


def _beta(x: Array, rest: Array, a: Array) -> Array:
    """Returns the regularised incomplete beta function I_x(a, 1/2); `rest` is 1 - x with its digits.

    The continued fraction of W. J. Lentz (1976), as in W. Press et al., "Numerical Recipes" (1992), 6.4.
    """
    b = 0.5
    is_direct = x < (a + 1) / (a + b + 2)
    # The fraction converges on one side of the mean only; the other is its complement with a and b exchanged.
    first, second = np.where(is_direct, a, b), np.where(is_direct, b, a)
    near, far = np.where(is_direct, x, rest), np.where(is_direct, rest, x)
    log_front = (
        np.asarray(_lgamma(a + b) - _lgamma(a), np.float64)
        - math.lgamma(b)
        + first * np.log(np.maximum(near, _SMALLEST))
        + second * np.log(np.maximum(far, _SMALLEST))
    )
    tails = np.exp(log_front) / first * _fraction(near, first, second)
    result = np.where(is_direct, tails, 1 - tails)
    return np.where(near <= 0, np.where(is_direct, 0.0, 1.0), result)


def _fraction(x: Array, a: Array, b: Array) -> Array:
    c = np.ones_like(x)
    d = 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    value = d.copy()
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        change = np.ones_like(x)
        for part in (even, odd):
            d = 1 / _away_from_zero(1 + part * d)
            c = _away_from_zero(1 + part / c)
            change = c * d
            value = value * change
        if not (np.abs(change - 1) > 3e-16 * 4).any():
            break
    return value


def _away_from_zero(values: Array) -> Array:
    return np.where(np.abs(values) < _SMALLEST, _SMALLEST, values)
