"""Sums of products with numbers that are counted from -128, as the dot product of relaxed SIMD takes them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.requantisation.fixed_point import Integers
from rune.compiler.kernels.packing import folded_bias
from rune.compiler.kernels.simd128.requantization import Sums, sums_of

LEAST = -128


def counted_bias(bias: NDArray[np.generic], weight_sums: Integers, input_zero_point: int) -> Integers:
    """The bias that such a sum starts from."""
    return folded_bias(bias, weight_sums, input_zero_point - LEAST)


def counted_sums(weights: Integers, bias: NDArray[np.generic], input_zero_point: int) -> Sums:
    """Returns the bounds of each channel's sums, and their initial bias: `weights` are [channel, number]."""
    return replace(
        sums_of(weights, bias, input_zero_point), bias=counted_bias(bias, weights.sum(axis=1), input_zero_point)
    )
