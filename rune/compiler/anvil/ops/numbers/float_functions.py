"""Functions of floats with the very bits of the kernels' own C (`c_library/common/rune_math.h`), step by step."""

from __future__ import annotations

import numpy as np

from rune.compiler.anvil.computation import Array

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

_TWO_OVER_PI = np.array(
    (0, 0xA2F9836E, 0x4E441529, 0xFC2757D1, 0xF534DDC0, 0xDB629599, 0x3C439041, 0xFE5163AB), np.uint64
)
"""The binary digits of 2 / pi, 32 a word, behind 32 zeros."""
_EIGHTH_OF_A_TURN = 0x3F490FDB
"""The bits of pi / 4 in single precision."""
_QUARTER_TURN = float.fromhex("0x1.921fb54442d18p-62")
"""pi / 2, times 2**-62."""
_SINE = tuple(
    map(
        float.fromhex,
        (
            "0x1.6124613a86d09p-33",
            "-0x1.ae64567f544e4p-26",
            "0x1.71de3a556c734p-19",
            "-0x1.a01a01a01a01ap-13",
            "0x1.1111111111111p-7",
            "-0x1.5555555555555p-3",
        ),
    )
)
"""One over the odd factorials of 13 down to 3, with the signs of the series."""
_COSINE = tuple(
    map(
        float.fromhex,
        (
            "-0x1.93974a8c07c9dp-37",
            "0x1.1eed8eff8d898p-29",
            "-0x1.27e4fb7789f5cp-22",
            "0x1.a01a01a01a01ap-16",
            "-0x1.6c16c16c16c17p-10",
            "0x1.5555555555555p-5",
            "-0x1p-1",
        ),
    )
)
"""One over the even factorials of 14 down to 2, with the signs of the series."""

_ERFC = tuple(
    map(
        float.fromhex,
        (
            "0x1.3ba70815d54f3p-28",
            "-0x1.df078c95e4c6ap-24",
            "0x1.1f0df472582afp-23",
            "0x1.bd891eb780c96p-21",
            "-0x1.005b4000861d1p-19",
            "-0x1.240c7563c92d8p-19",
            "0x1.a7434e297536cp-17",
            "-0x1.8c0da1a54b223p-18",
            "-0x1.cdd4b5ff4fa88p-15",
            "0x1.9ee5d8964ce46p-14",
            "0x1.5a15ec2019a2ep-13",
            "-0x1.7118ca338654cp-11",
            "-0x1.aead1d8c1575ep-13",
            "0x1.1b199c0a9afb2p-8",
            "-0x1.cea2460c661b2p-10",
            "-0x1.0562b473f4583p-5",
            "0x1.3c993c0e77d12p-6",
            "0x1.2bd40a00135cbp-1",
            "-0x1.26562fc55f90ep-1",
        ),
    )
)
"""A polynomial for ln(erfc(z) / t) + z**2 with t = 2 / (2 + z), from z = 0 to 12."""


def exp(values: Array) -> Array:
    """e**x of doubles, as `rune_exp`."""
    values = np.asarray(values, np.float64)
    with np.errstate(all="ignore"):
        within = np.clip(np.nan_to_num(values, nan=0.0), -745.1332191019412, 709.782712893384)
        whole = np.floor(within * _LOG2_E + 0.5)
        high, low = within - whole * _LN_2_HIGH, whole * _LN_2_LOW
        rest = high - low
        correction = (high - rest) - low
        series = np.full_like(rest, _SERIES[0])
        for term in _SERIES[1:]:
            series = term + rest * series
        result = np.ldexp(1.0 + (rest + (correction + (rest * rest) * series)), whole.astype(np.int32))
        result = np.where(values > 709.782712893384, np.inf, np.where(values < -745.1332191019412, 0.0, result))
    return np.where(np.isnan(values), values, result)


def erfc(values: Array) -> Array:
    """1 - erf(x) of doubles, as `rune_erfc`."""
    values = np.asarray(values, np.float64)
    reach = np.minimum(np.abs(np.nan_to_num(values, nan=0.0)), 12.0)
    t = 2.0 / (2.0 + reach)
    place = (t - float.fromhex("0x1.2492492492492p-1")) / float.fromhex("0x1.b6db6db6db6dcp-2")
    series = np.full_like(place, _ERFC[0])
    for term in _ERFC[1:]:
        series = term + place * series
    tail = t * exp(series - reach * reach)
    return np.where(np.isnan(values), values, np.where(values < 0, 2.0 - tail, tail))


def sin(angles: Array) -> Array:
    """The sine of f32, as `rune_sinf`."""
    return _sine(np.asarray(angles, np.float32), 0)


def cos(angles: Array) -> Array:
    """The cosine of f32, as `rune_cosf`."""
    return _sine(np.asarray(angles, np.float32), 1)


def _sine(angles: Array, ahead: int) -> Array:
    """Returns the sine as `rune_sine_f32` does."""
    finite = np.where(np.isfinite(angles), angles, np.float32(0))
    quarters, rest = _quarter_turns(finite)
    quarters = quarters + ahead
    square = rest * rest
    even, odd = np.full_like(rest, _COSINE[0]), np.full_like(rest, _SINE[0])
    for term in _COSINE[1:]:
        even = term + square * even
    for term in _SINE[1:]:
        odd = term + square * odd
    result = np.where(quarters & 1, 1.0 + square * even, rest * (1.0 + square * odd))
    result = np.where(quarters & 2, -result, result).astype(np.float32)
    return np.where(np.isfinite(angles), result, np.float32(np.nan))


def _quarter_turns(angles: Array) -> tuple[Array, Array]:
    """The quarter turns that angles are nearest to, and the rests, as `rune_quarter_turns`."""
    bits = angles.view(np.uint32) & np.uint32(0x7FFFFFFF)
    numbers = ((bits & 0x7FFFFF) | 0x800000).astype(np.uint64)
    place = np.maximum((bits >> 23).astype(np.int64) - 120, 0)
    shift = (place & 31).astype(np.uint64)
    first, second, third = (
        ((_TWO_OVER_PI[(place >> 5) + i] << np.uint64(32) | _TWO_OVER_PI[(place >> 5) + i + 1]) << shift)
        >> np.uint64(32)
        for i in range(3)
    )
    turns = numbers * (first << np.uint64(32) | second) + (numbers * third >> np.uint64(32))
    quarters = (turns + np.uint64(1 << 61)) >> np.uint64(62)
    parts = (turns - (quarters << np.uint64(62))).view(np.int64).astype(np.float64) * _QUARTER_TURN
    is_near = bits < _EIGHTH_OF_A_TURN
    whole = np.where(angles < 0, 4 - quarters.astype(np.int64), quarters.astype(np.int64)) & 3
    rest = np.where(is_near, angles.astype(np.float64), np.where(angles < 0, -parts, parts))
    return np.where(is_near, 0, whole), rest
