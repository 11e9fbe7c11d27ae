"""The fixed-point arithmetic of TFLite's reference kernels, as it is done when a rune is built.

A real multiplier is a number of 31 bits and a power of two. Sources: TFLite's published quantisation specification and
the gemmlowp paper (Jacob et al. 2018, "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference"); checked byte for byte against ai-edge-litert's reference kernels.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rune.model.tflite import Activation, Tensor

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Multiplier:
    """mantissa * 2**(exponent - 31); the mantissa is 0 or from 2**30 to 2**31 - 1."""

    mantissa: int
    exponent: int


def multiplier(real: float) -> Multiplier:
    """The nearest multiplier to a real number that is not negative. One too small to matter is zero; infinity, which a
    quotient of single precision may be, has an exponent that no shift has."""
    if real == 0:
        return Multiplier(0, 0)
    if math.isinf(real):
        return Multiplier(2**31 - 1, sys.float_info.max_exp)
    fraction, exponent = math.frexp(real)
    mantissa = math.floor(fraction * 2**31 + 0.5)
    if mantissa == 2**31:
        mantissa //= 2
        exponent += 1
    return Multiplier(0, 0) if exponent < -31 else Multiplier(mantissa, exponent)


def rescale_twice(values: Integers, mantissas: Integers, exponents: Integers) -> Integers:
    """values * multiplier with two roundings: the product by 2**31 (halves up), then by the right shift (halves away
    from zero). The arithmetic of convolutions and of ADD. Arrays broadcast."""
    left = np.maximum(exponents, 0)
    right = np.maximum(-exponents, 0)
    product = ((values << left) * mantissas + (1 << 30)) >> 31
    half = np.where(right > 0, np.int64(1) << np.maximum(right - 1, 0), 0)
    negative = (product < 0) & (right > 0)
    return (product + half - negative) >> right


def nearest_products(sums: Integers, scales: Sequence[float] | NDArray[np.float64]) -> Integers:
    """The nearest numbers (halves away from zero) to the products of sums [any, channel] with a scale of double
    precision a channel. The arithmetic of FULLY_CONNECTED."""
    products = sums.astype(np.float64) * np.asarray(scales)
    whole = products.astype(np.int64)
    rest = products - whole
    return np.asarray(whole + (rest >= 0.5) - (rest <= -0.5))


def activation_range(activation: Activation, tensor: Tensor) -> tuple[int, int]:
    """The least and greatest stored value of an integer output with a fused activation."""
    scale, zero_point = scale_of(tensor)
    assert tensor.kind.integer_range is not None  # noqa: S101 - only integers have a scale
    low, high = tensor.kind.integer_range
    floor, ceiling = real_range(activation)
    if math.isfinite(floor):
        low = max(low, zero_point + _rounded_quotient(floor, scale))
    if math.isfinite(ceiling):
        high = min(high, zero_point + _rounded_quotient(ceiling, scale))
    return low, high


def real_range(activation: Activation) -> tuple[float, float]:
    """Returns the range of an activation. Only for the activations of `CLAMPS`."""
    return CLAMPS[activation]


def fused_range(activation: Activation) -> tuple[float, float]:
    """Returns the range of a fused activation of float32. In most reference kernels its ends are finite, so that
    infinity becomes the largest finite number, even without an activation. Only for the activations of `CLAMPS`."""
    low, high = real_range(activation)
    return max(low, -LARGEST_FLOAT32), min(high, LARGEST_FLOAT32)


LARGEST_FLOAT32 = float(np.finfo(np.float32).max)

CLAMPS = {
    Activation.NONE: (-math.inf, math.inf),
    Activation.RELU: (0.0, math.inf),
    Activation.RELU_N1_TO_1: (-1.0, 1.0),
    Activation.RELU6: (0.0, 6.0),
}
"""The activations that only bound a value."""


def scale_of(tensor: Tensor) -> tuple[float, int]:
    """Scale and zero point of a tensor that was checked to have one of each."""
    assert tensor.scale is not None  # noqa: S101 - `types.is_quantized` was asked before
    assert tensor.zero_point is not None  # noqa: S101
    return tensor.scale, tensor.zero_point


def _rounded_quotient(value: float, scale: float) -> int:
    """value / scale in single precision, rounded to nearest, halves away from zero; far away, as far as 32 bits go."""
    with np.errstate(over="ignore"):
        quotient = float(np.float32(value) / np.float32(scale))
    quotient = min(max(quotient, -(2.0**31)), 2.0**31)
    return math.floor(abs(quotient) + 0.5) * (1 if quotient >= 0 else -1)
