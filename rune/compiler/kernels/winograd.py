"""Exact integer Winograd F(2x2, 3x3): 2 x 2 outputs of a 3 x 3 filter by 16 products a channel where 36 are usual.

With the matrices of Winograd (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015)

    Y = A' [ (G g G') * (B' d B) ] A

G has halves. Here it has twice their values, so that all numbers are whole; the outputs are then four times the sums,
exactly. Sums of 32 bits may wrap on the way; what counts is that four times a sum is one of 32 bits.
"""

from __future__ import annotations

import numpy as np

from rune.compiler.anvil.ops.convolution.conv_2d import Conv2DInt8
from rune.compiler.anvil.requantisation.fixed_point import Integers

FACTOR = 4
"""The factor by which the outputs are greater than the sums."""

_TWICE_G = np.array([[2, 0, 0], [1, 1, 1], [1, -1, 1], [0, 0, 2]], np.int64)


def is_exact(op: Conv2DInt8) -> bool:
    """Returns whether the convolution can be computed so: a filter of 3 x 3 that moves by one, whose sums of
    products stay within 32 bits when they are four times as great, whatever bytes it meets."""
    window = op.window
    shape = (window.filter_height, window.filter_width)
    moves = (window.stride_y, window.stride_x, window.dilation_y, window.dilation_x)
    if shape != (3, 3) or moves != (1, 1, 1, 1):
        return False
    least = np.minimum(op.weights * -128, op.weights * 127).sum(axis=1)
    greatest = np.maximum(op.weights * -128, op.weights * 127).sum(axis=1)
    return bool(FACTOR * least.min() >= -(2**31) and FACTOR * greatest.max() < 2**31)


def transformed_filters(op: Conv2DInt8) -> Integers:
    """The filters as they meet transformed images: [output channel, 16, input channel]. They fit 16 bits: a weight has
    at most 9, and nine of them are added."""
    filters = op.filters.astype(np.int64) - op.filter_zero_point
    transformed: Integers = np.einsum("ya,xb,nabc->nyxc", _TWICE_G, _TWICE_G, filters)
    return transformed.reshape(len(filters), 16, -1)
