"""Checks of tensors that the ops share, and the reasons for which they refuse some."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.requantisation.fixed_point import CLAMPS
from rune.model.tflite import Activation, Tensor, TensorKind

FLOAT32 = TensorKind.FLOAT32
INT8 = TensorKind.INT8
INT16 = TensorKind.INT16
INT32 = TensorKind.INT32

WITHOUT_SCALE = "without one scale a tensor"
"""The reason to refuse an integer op whose tensors do not say what their numbers mean."""

ASYMMETRIC = "int16 with a zero point other than 0"
"""The reason to refuse an op of int16 whose numbers are not counted from 0."""

SCALES_APART = "scales so far apart that the reference refuses them"
"""The reason to refuse an integer op whose multiplier the reference does not take."""

BEYOND_32_BITS = "scales so far apart that its numbers leave 32 bits"
"""The reason to refuse an integer op whose reference arithmetic overflows."""

ELEMENTS_LIMIT = 1 << 28
"""Elements of one tensor, so that every index stays far from 32 bits."""


def are(kind: TensorKind, *tensors: Tensor | None) -> bool:
    """Returns whether each is of the kind and dense."""
    return all(tensor is not None and tensor.kind is kind and not tensor.is_sparse for tensor in tensors)


def one_scale(*tensors: Tensor | None) -> bool:
    """Returns whether each is quantised by one scale for the whole tensor."""
    return all(tensor is not None and tensor.scale is not None for tensor in tensors)


def are_quantized(*tensors: Tensor | None) -> bool:
    """Returns whether all are int8, or all are int16."""
    return are(INT8, *tensors) or are(INT16, *tensors)


def scale_refusal(*tensors: Tensor | None) -> str | None:
    """Returns why tensors that `are_quantized` cannot be computed with; None if they can."""
    if not one_scale(*tensors):
        return WITHOUT_SCALE
    return ASYMMETRIC if any(each and each.kind is INT16 and each.zero_point for each in tensors) else None


def channel_scales(tensor: Tensor, axis: int) -> bool:
    """Returns whether weights have one scale, or one for each index of the axis, and zero points of 0."""
    quantization = tensor.quantization
    if quantization is None or not quantization.scales or quantization.scheme or any(quantization.zero_points):
        return False
    count = len(quantization.scales)
    return count == 1 or (quantization.axis == axis and count == tensor.shape[axis])


def bounded(activation: Activation) -> bool:
    """Returns whether a fused activation only bounds a value; the kernels do no other."""
    return activation in CLAMPS


def are_hybrid(input_: Tensor, weights: Tensor, bias: Tensor | None, output: Tensor) -> bool:
    """Returns whether floats are multiplied by weights of int8 with scales."""
    floats = (input_, output) if bias is None else (input_, output, bias)
    return are(FLOAT32, *floats) and are(INT8, weights) and weights.quantization is not None


def array(tensor: Tensor, dtype: type[np.generic]) -> NDArray[np.generic]:
    """A constant's values in its shape."""
    assert tensor.data is not None  # noqa: S101 - asked for before
    return np.frombuffer(tensor.data, dtype=np.dtype(dtype).newbyteorder("<")).astype(dtype).reshape(tensor.shape)
