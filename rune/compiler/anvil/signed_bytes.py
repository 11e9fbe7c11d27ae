"""uint8 as int8: the highest bit of each byte flipped, and zero points that are 128 less.

The bytes stand for the same numbers, so Anvil computes with int8 alone. Bytes from outside are flipped once on their
way into a model, and once on their way out.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rune.model.tflite import Tensor, TensorKind

HIGHEST_BIT = 128
"""What is flipped in each byte, and taken from zero points."""


def as_signed(tensor: Tensor) -> Tensor:
    """A tensor of uint8 as one of int8; every other as it is."""
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
