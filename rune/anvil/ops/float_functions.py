"""Functions of floats with the very bits of the kernels' own C (`kernels/common/rune_math.h`), step by step."""

from __future__ import annotations

import numpy as np

from rune.anvil.computation import Array

_LOG2_E = float.fromhex("0x1.71547652b82fep+0")
_LN_2_HIGH = float.fromhex("0x1.62e42fefa2p-1")
_LN_2_LOW = float.fromhex("0x1.9ef35793c7673p-41")
_SERIES = tuple(
    map(
        float.fromhex,
        (
            "0x1.6124613a86d09p-33",
            "0x1.1eed8eff8d898p-29",
            "0x1.ae64567f544e4p-26",
            "0x1.27e4fb7789f5cp-22",
            "0x1.71de3a556c734p-19",
            "0x1.a01a01a01a01ap-16",
            "0x1.a01a01a01a01ap-13",
            "0x1.6c16c16c16c17p-10",
            "0x1.1111111111111p-7",
            "0x1.5555555555555p-5",
            "0x1.5555555555555p-3",
            "0x1p-1",
        ),
    )
)
"""One over the factorials of 13 down to 2."""


def exp(values: Array) -> Array:
    """e**x of doubles, as `rune_exp`."""
    values = np.asarray(values, np.float64)
    with np.errstate(all="ignore"):
        within = np.clip(np.nan_to_num(values, nan=0.0), -745.1332191019412, 709.782712893384)
        whole = np.floor(within * _LOG2_E + 0.5)
        high, low = within - whole * _LN_2_HIGH, whole * _LN_2_LOW
        rest = high - low
        lost = (high - rest) - low
        series = np.full_like(rest, _SERIES[0])
        for term in _SERIES[1:]:
            series = term + rest * series
        result = np.ldexp(1.0 + (rest + (lost + (rest * rest) * series)), whole.astype(np.int32))
        result = np.where(values > 709.782712893384, np.inf, np.where(values < -745.1332191019412, 0.0, result))
    return np.where(np.isnan(values), values, result)
