"""Variances of many devices, each known from a few days, shrunk towards what is usual in the fleet. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]

_LEAST_SHARE: Final = 1e-6
"""The part of the usual variance below which one is not believed: a device that never moves has too few days."""
_MOST_DEGREES: Final = 1e6
_STEPS: Final = np.arange(6.0)
"""Recurrences before the series of the functions of gamma, which are exact to 10 digits above 6."""


@dataclass(frozen=True)
class ShrunkVariances:
    """Variances of devices, [devices, figures], with their degrees of freedom; `prior` and `prior_degrees`, [figures],
    are the variance that is usual and how many degrees that is worth."""

    variances: Array
    degrees: Array
    prior: Array
    prior_degrees: Array


def shrink_variances(variances: Array, degrees: Array) -> ShrunkVariances:
    """Returns variances that lean on each other: each is between its own and the usual one, the nearer to that the
    more alike the devices are.

    `variances` are [devices, figures] and nan where unknown, `degrees` are [devices] or [devices, figures], and above 0
    where a variance is known. An unknown variance becomes the usual one. G. K. Smyth, "Linear models and empirical
    Bayes methods for assessing differential expression in microarray experiments", Stat. Appl. Genet. Mol. Biol. 3
    (2004): a scaled inverse chi-squared prior, fitted to the logarithms.
    """
    freedom = np.broadcast_to(degrees if degrees.ndim == 2 else degrees[:, None], variances.shape)
    is_known = np.isfinite(variances) & (freedom > 0)
    count = is_known.sum(axis=0)
    usual = np.where(is_known, variances, 0.0).sum(axis=0) / np.maximum(count, 1)
    # A variance of 0 has no logarithm.
    own = np.where(is_known, np.maximum(variances, np.maximum(usual * _LEAST_SHARE, 1e-300)), np.nan)
    half = np.where(is_known, freedom, 2.0) / 2
    logs = np.where(is_known, np.log(np.where(is_known, own, 1.0)) - _digamma(half) + np.log(half), 0.0)
    mean = logs.sum(axis=0) / np.maximum(count, 1)
    scatter = np.where(is_known, np.square(logs - mean), 0.0).sum(axis=0) / np.maximum(count - 1, 1)
    expected = np.where(is_known, _trigamma(half), 0.0).sum(axis=0) / np.maximum(count, 1)
    excess = scatter - expected
    prior_degrees = np.where((excess > 0) & (count > 1), 2 * _trigamma_inverse(np.maximum(excess, 1e-9)), _MOST_DEGREES)
    prior_degrees = np.minimum(prior_degrees, _MOST_DEGREES)
    prior = np.exp(mean + _digamma(prior_degrees / 2) - np.log(prior_degrees / 2))
    own_degrees = np.where(is_known, freedom, 0.0)
    total = own_degrees + prior_degrees
    shrunk = (np.where(is_known, own, 0.0) * own_degrees + prior * prior_degrees) / total
    # The prior was fitted to these same devices, so it is not worth more than all of them.
    all_degrees = own_degrees.sum(axis=0)
    return ShrunkVariances(shrunk, np.minimum(total, np.maximum(all_degrees, 1.0)), prior, prior_degrees)


def _digamma(x: Array) -> Array:
    """The derivative of the logarithm of gamma, x > 0: Abramowitz and Stegun (1964), 6.3.5 and 6.3.18."""
    far, steps = x + _STEPS.size, 1 / (x[..., None] + _STEPS)
    square = 1 / np.square(far)
    series = np.log(far) - 0.5 / far - square * (1 / 12 - square * (1 / 120 - square / 252))
    return np.asarray(series - steps.sum(axis=-1))


def _trigamma(x: Array) -> Array:
    """The derivative of `_digamma`: Abramowitz and Stegun (1964), 6.4.6 and 6.4.12."""
    far, steps = x + _STEPS.size, 1 / (x[..., None] + _STEPS)
    square = 1 / np.square(far)
    series = 1 / far + square / 2 + square / far * (1 / 6 - square * (1 / 30 - square / 42))
    return np.asarray(series + np.square(steps).sum(axis=-1))


def _trigamma_inverse(value: Array) -> Array:
    """Returns where `_trigamma` has a value > 0, by Newton's steps from below, as in Smyth (2004)."""
    x = 0.5 + 1 / value
    for _ in range(8):
        far, steps = x + _STEPS.size, 1 / (x[..., None] + _STEPS)
        inverse = 1 / far
        slope = -(inverse**2) - inverse**3 - inverse**4 / 2 + inverse**6 / 6 - 2 * (steps**3).sum(axis=-1)
        now = _trigamma(x)
        x = x + now * (1 - now / value) / slope
    return np.asarray(x)
