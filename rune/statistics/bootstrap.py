"""Intervals of figures of parts that resemble each other within: a bootstrap over the parts. Pure."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

Array = np.ndarray[Any, Any]

DRAWS: Final = 2000
_TAILS: Final = (0.025, 0.975)


def resampled_sums(sums: Array, draws: int = DRAWS) -> Array:
    """Returns the totals of `draws` samples of the parts, [draws, figures], the same each time.

    `sums` are [parts, figures]: what each recording, person or device adds to each figure. A sample has as many parts
    as there are, drawn with replacement. B. Efron, "Bootstrap methods: another look at the jackknife", Ann. Statist. 7
    (1979). The interval is too narrow for fewer than about ten parts.
    """
    choices = np.random.default_rng(0).integers(0, len(sums), (draws, len(sums)))
    totals: Array = sums[choices].sum(axis=1)
    return totals


def percentile_interval(figures: Array) -> tuple[float, float]:
    """Returns the 95 % interval of a figure from its values in samples of the parts, [draws]."""
    low, high = np.quantile(figures, _TAILS)
    return float(low), float(high)
