"""Replaces operators whose results are known before a run by constants: ZEROS_LIKE, FILL, BROADCAST_ARGS and whole
numbers that are computed from sizes.

Source: TFLite's kernels `shape.cc`, `zeros_like.cc`, `fill.cc` and `broadcast_args.cc`.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from rune.compiler.anvil.models.byte_budget import ByteBudget
from rune.model.tflite import Model, Operator, Tensor, TensorKind
from rune.model.tflite.shapes.open_shapes import known_numbers

LARGEST = 1 << 20
"""The maximum size of such a result, in bytes."""

OPERATORS = ("BROADCAST_ARGS", "FILL", "ZEROS_LIKE")

_WHOLE = {TensorKind.INT32: "<i4", TensorKind.INT64: "<i8"}


def with_known_results(model: Model, budget: ByteBudget) -> Model:
    """Returns the model with constants instead of such operators, as far as the budget allows; the same model if it has
    none."""
    tensors, operators = list(model.tensors), []
    numbers = known_numbers(model.tensors, model.operators)
    for operator in model.operators:
        results = [_whole(numbers[index], tensors[index]) for index in operator.outputs if index in numbers]
        if not results or len(results) != len(operator.outputs):
            results = [_result(tensors, operator, min(LARGEST, budget.left))]
        known_data = [data for data in results if data is not None]
        is_known = operator.outputs and len(known_data) == len(operator.outputs)
        if not is_known or not budget.takes(sum(map(len, known_data))):
            operators.append(operator)
            continue
        for index, data in zip(operator.outputs, known_data, strict=True):
            tensors[index] = replace(tensors[index], data=memoryview(data))
    if len(operators) == len(model.operators):
        return model
    return replace(model, tensors=tuple(tensors), operators=tuple(operators))


def _result(tensors: list[Tensor], operator: Operator, limit: int) -> bytes | None:
    """Returns the bytes of an operator's output, at most as many as the limit; None for other operators, or if its
    sizes do not match."""
    if operator.op not in OPERATORS or len(operator.outputs) != 1 or not operator.inputs or min(operator.inputs) < 0:
        return None
    output = tensors[operator.outputs[0]]
    inputs = [tensors[index] for index in operator.inputs]
    size = output.count * (output.kind.bits or 0) // 8
    if not 0 < size <= limit:
        return None
    if operator.op == "ZEROS_LIKE":  # of bytes with a scale, which do not stand for zero, the reference makes none
        is_plain = output.kind in (TensorKind.FLOAT32, *_WHOLE)
        return bytes(size) if is_plain and (inputs[0].kind, inputs[0].shape) == (output.kind, output.shape) else None
    constants = [each.data for each in inputs if each.data is not None and not each.is_variable and not each.is_sparse]
    if len(inputs) != 2 or len(constants) != 2:
        return None
    if operator.op == "FILL" and inputs[1].kind is output.kind and inputs[1].count == 1:
        return bytes(constants[1]) * output.count
    if operator.op == "BROADCAST_ARGS" and output.kind in _WHOLE and all(each.kind is output.kind for each in inputs):
        return _broadcast([np.frombuffer(data, _WHOLE[output.kind]).tolist() for data in constants], output)
    return None


def _whole(numbers: tuple[int, ...], output: Tensor) -> bytes | None:
    kind = _WHOLE.get(output.kind)
    return np.array(numbers, kind).tobytes() if kind is not None and output.count == len(numbers) else None


def _broadcast(shapes: list[list[int]], output: Tensor) -> bytes | None:
    if any(not 0 <= side < 2**31 for shape in shapes for side in shape) or math.prod(map(len, shapes)) > LARGEST:
        return None
    try:
        return _whole(np.broadcast_shapes(*map(tuple, shapes)), output)
    except ValueError:
        return None
