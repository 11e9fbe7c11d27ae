"""Converts uint8 to int8: the highest bit of each byte flipped, and zero points reduced by 128.

The bytes represent the same numbers, so Anvil computes only with int8. Bytes are converted once at the inputs of a
model, and once at its outputs.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rune.model.tflite import Tensor, TensorKind

HIGHEST_BIT = 128
"""The bit to flip in each byte, which is also subtracted from zero points."""


def as_signed(tensor: Tensor) -> Tensor:
    """Returns a uint8 tensor as int8; any other unchanged."""
    if tensor.kind is not TensorKind.UINT8:
        return tensor
    quantization = tensor.quantization
    if quantization is not None:
        zero_points = tuple(each - HIGHEST_BIT for each in quantization.zero_points)
        quantization = replace(quantization, zero_points=zero_points)
    data = None if tensor.data is None else _flipped(tensor.data)
    return replace(tensor, kind=TensorKind.INT8, quantization=quantization, data=data)


def _flipped(data: memoryview) -> memoryview:
    return memoryview((np.frombuffer(data, np.uint8) ^ HIGHEST_BIT).tobytes())
