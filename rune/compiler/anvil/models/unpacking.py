"""Unpacks constants that a model unpacks at run time: weights of float16 or bytes before a DEQUANTIZE, and 4-bit
weights.

Models that are converted to float16 store their weights like this and compute in float32. Without its DEQUANTIZE such a
model is a float32 model. The numbers are those of TFLite's reference kernel `dequantize.cc`. Two 4-bit weights are in a
byte, the first in its lower half; the reference kernels unpack them to bytes before they multiply.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rune.compiler.anvil.models.byte_budget import ByteBudget
from rune.compiler.anvil.ops.types import one_scale
from rune.model.tflite import Model, Operator, Tensor, TensorKind

WITH_WEIGHTS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")
"""The operators that can have 4-bit weights, as their second input."""


def unpacked(model: Model, budget: ByteBudget) -> Model:
    """Returns the model with constants instead of each DEQUANTIZE of a constant, and 4-bit weights as int8, as far as
    the budget allows; the same model if there is neither."""
    return _without_dequantize(_without_halves(model, budget), budget)


def _without_halves(model: Model, budget: ByteBudget) -> Model:
    weights = {
        operator.inputs[1]
        for operator in model.operators
        if operator.op in WITH_WEIGHTS and len(operator.inputs) > 1 and operator.inputs[0] >= 0
        if model.tensors[operator.inputs[0]].kind is TensorKind.INT8
    }
    packed_weights = [index for index in sorted(weights) if index >= 0 and _is_packed(model.tensors[index])]
    packed_weights = [index for index in packed_weights if budget.takes(model.tensors[index].count)]
    if not packed_weights:
        return model
    tensors = list(model.tensors)
    for index in packed_weights:
        tensors[index] = replace(tensors[index], kind=TensorKind.INT8, data=_bytes_of_halves(tensors[index]))
    return replace(model, tensors=tuple(tensors))


def _is_packed(tensor: Tensor) -> bool:
    return tensor.kind is TensorKind.INT4 and tensor.data is not None and not tensor.is_sparse


def _bytes_of_halves(tensor: Tensor) -> memoryview:
    pairs = np.frombuffer(tensor.data or b"", np.uint8)
    halves = np.stack([pairs << 4, pairs & 0xF0], axis=1).reshape(-1)[: tensor.count]
    return memoryview((halves.view(np.int8) >> 4).tobytes())


def _without_dequantize(model: Model, budget: ByteBudget) -> Model:
    numbers: dict[int, memoryview | None] = {}  # by source, which several operators may unpack
    constants: dict[int, memoryview] = {}
    operators = []
    for operator in model.operators:
        source = _source(model, operator)
        if source is not None and source not in numbers:
            numbers[source] = _numbers(model.tensors[source], budget)
        data = None if source is None else numbers[source]
        if data is None:
            operators.append(operator)
        else:
            constants[operator.outputs[0]] = data
    if not constants:
        return model
    tensors = tuple(
        replace(tensor, data=constants[index]) if index in constants else tensor
        for index, tensor in enumerate(model.tensors)
    )
    return replace(model, tensors=tensors, operators=tuple(operators))


def _source(model: Model, operator: Operator) -> int | None:
    """Returns the constant that a DEQUANTIZE unpacks to float32; None for every other operator."""
    if operator.op != "DEQUANTIZE" or len(operator.inputs) != 1 or len(operator.outputs) != 1:
        return None
    if operator.inputs[0] < 0:  # an input that is absent
        return None
    source, result = model.tensors[operator.inputs[0]], model.tensors[operator.outputs[0]]
    if source.data is None or source.is_sparse or result.kind is not TensorKind.FLOAT32 or source.shape != result.shape:
        return None
    return operator.inputs[0]


def _numbers(source: Tensor, budget: ByteBudget) -> memoryview | None:
    """Returns the numbers of a constant as a file would store them as float32; None if it is not unpacked."""
    numbers = _of(source) if budget.takes(4 * source.count) else None
    return None if numbers is None else memoryview(numbers.astype("<f4").tobytes())


def _of(source: Tensor) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]] | None:
    if source.data is None:
        return None
    if source.kind is TensorKind.FLOAT16:
        return np.frombuffer(source.data, "<f2").astype(np.float32)
    if source.kind in (TensorKind.INT8, TensorKind.UINT8) and one_scale(source):
        stored_values = np.frombuffer(source.data, np.int8 if source.kind is TensorKind.INT8 else np.uint8)
        return (stored_values.astype(np.int32) - (source.zero_point or 0)).astype(np.float32) * np.float32(source.scale)
    return None
