"""What turns an op's sums into bytes: the constants of `struct rune_requantize` and of the single rounding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rune.anvil.fixed_point import Integers, Multiplier, multiplier
from rune.anvil.kernel_call import Constant, KernelStructure, require
from rune.anvil.proven_scale import Channels, Floats, prove

LARGEST_EXPONENT = 30
"""The largest left shift of 32 bits."""


@dataclass(frozen=True)
class OutputRange:
    """The output's zero point and the least and greatest byte that the fused activation leaves."""

    zero_point: int
    minimum: int
    maximum: int


def padded(values: Integers, multiple: int) -> Integers:
    """With zeros behind, up to a multiple of a count."""
    return np.concatenate([values, np.zeros(-len(values) % multiple, np.int64)])


def int32s(values: Integers) -> Constant:
    """The values as int32_t; they were checked to fit."""
    return Constant("int32_t", values.astype("<i4").tobytes())


@dataclass(frozen=True)
class Sums:
    """Of each channel: the bias that the kernel starts from, and the least and the greatest sum that it can reach."""

    bias: Integers
    least: Integers
    greatest: Integers


def convolution_rounding(reals: Sequence[float], sums: Sums, to: OutputRange) -> tuple[Constant, KernelStructure]:
    """For convolutions: the biases and the way to bytes, in single precision where that is proved to be exact."""
    multipliers = _multipliers(reals)
    mantissas = np.array([each.mantissa for each in multipliers], np.int64)
    exponents = np.array([each.exponent for each in multipliers], np.int64)
    channels = Channels(mantissas, exponents, sums.least, sums.greatest)
    proven = prove(channels, to.minimum - to.zero_point, to.maximum - to.zero_point)
    if proven is None:
        return int32s(padded(sums.bias, 8)), two_roundings(reals, to)
    structure = KernelStructure(
        "struct rune_requantize",
        (
            ("scale", _floats(proven.scale)),
            ("offset", _floats(proven.offset)),
            ("exceptions", int32s(padded(proven.exceptions, 8)) if proven.has_exceptions else None),
            ("steps", int32s(padded(proven.steps, 8)) if proven.has_exceptions else None),
            ("signed_offset", int(proven.signed)),
            ("zero_point", to.zero_point + proven.centre),
            ("minimum", to.minimum),
            ("maximum", to.maximum),
        ),
    )
    return int32s(padded(wrapped(sums.bias - proven.move), 8)), structure


def _multipliers(reals: Sequence[float]) -> list[Multiplier]:
    """The multipliers. Raises `Contradiction` for scales so far apart that a sum would be shifted away."""
    found = [multiplier(real) for real in reals]
    require(all(each.exponent <= LARGEST_EXPONENT for each in found), "its scales are too far apart")
    return found


def wrapped(values: Integers) -> Integers:
    """The values as 32 bits hold them: the kernels' sums wrap, and so may what they start from."""
    return ((values + 2**31) % 2**32) - 2**31


def _floats(values: Floats) -> Constant:
    full = np.concatenate([values, np.zeros(-len(values) % 8, np.float32)])
    return Constant("float", full.astype("<f4").tobytes())


def two_roundings(reals: Sequence[float], to: OutputRange) -> KernelStructure:
    """The exact arithmetic of convolutions and of ADD: one multiplier a channel, right for every sum."""
    multipliers = _multipliers(reals)
    exponents = np.array([each.exponent for each in multipliers], np.int64)
    # A shift by 31 leaves nothing of a number below 2**30; a product with zero says so.
    mantissas = np.array([each.mantissa if each.exponent > -31 else 0 for each in multipliers], np.int64)
    factors = np.int64(1) << (30 - np.clip(-exponents, 0, 30))
    left = np.int64(1) << np.clip(exponents, 0, 30)
    return KernelStructure(
        "struct rune_requantize",
        (
            ("multiplier", int32s(padded(mantissas, 8))),
            ("factor", int32s(padded(factors, 8))),
            ("left", int32s(padded(left, 8)) if (left > 1).any() else None),
            ("zero_point", to.zero_point),
            ("minimum", to.minimum),
            ("maximum", to.maximum),
        ),
    )


def one_rounding(reals: Sequence[float], to: OutputRange) -> KernelStructure:
    """For FULLY_CONNECTED: one multiplier an output."""
    multipliers = _multipliers(reals)
    return KernelStructure(
        "struct rune_requantize_once",
        (
            ("multiplier", int32s(np.array([each.mantissa for each in multipliers], np.int64))),
            ("shift", int32s(np.array([31 - each.exponent for each in multipliers], np.int64))),
            ("zero_point", to.zero_point),
            ("minimum", to.minimum),
            ("maximum", to.maximum),
        ),
    )
