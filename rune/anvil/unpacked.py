"""Constants that a model unpacks when it runs, unpacked: weights of float16, or of bytes, behind a DEQUANTIZE.

Models that are converted to float16 keep their weights so, and compute in float32. Without its DEQUANTIZE such a model
is one of float32. The numbers are those of TFLite's reference kernel `dequantize.cc`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rune.anvil.ops.types import one_scale
from rune.tflite import Model, Operator, Tensor, TensorKind


def unpacked(model: Model) -> Model:
    """The model with constants in place of each DEQUANTIZE of a constant; itself where there is none."""
    found = {number: data for number, op in enumerate(model.operators) if (data := _numbers(model, op)) is not None}
    if not found:
        return model
    made = {model.operators[number].outputs[0]: data for number, data in found.items()}
    tensors = tuple(
        replace(tensor, data=made[index]) if index in made else tensor for index, tensor in enumerate(model.tensors)
    )
    operators = tuple(op for number, op in enumerate(model.operators) if number not in found)
    return replace(model, tensors=tensors, operators=operators)


def _numbers(model: Model, operator: Operator) -> memoryview | None:
    """What a DEQUANTIZE of a constant gives, as the file would hold it; None for every other operator."""
    if operator.op != "DEQUANTIZE" or len(operator.inputs) != 1 or len(operator.outputs) != 1:
        return None
    if operator.inputs[0] < 0:  # an input that is absent
        return None
    source, result = model.tensors[operator.inputs[0]], model.tensors[operator.outputs[0]]
    if source.data is None or source.is_sparse or result.kind is not TensorKind.FLOAT32 or source.shape != result.shape:
        return None
    numbers = _of(source)
    return None if numbers is None else memoryview(numbers.astype("<f4").tobytes())


def _of(source: Tensor) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]] | None:
    if source.data is None:
        return None
    if source.kind is TensorKind.FLOAT16:
        return np.frombuffer(source.data, "<f2").astype(np.float32)
    if source.kind in (TensorKind.INT8, TensorKind.UINT8) and one_scale(source):
        stored = np.frombuffer(source.data, np.int8 if source.kind is TensorKind.INT8 else np.uint8)
        return (stored.astype(np.int32) - (source.zero_point or 0)).astype(np.float32) * np.float32(source.scale)
    return None
