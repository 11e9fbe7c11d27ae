"""Fixes the sizes that a file leaves open, such as the batch, as the interpreter does before a model runs.

An exporter writes 1 for each open size, in all tensors. That is right for the inputs, and wrong where an operator makes
something else of it: rows that a dense layer takes one by one, a batch that a dilated convolution makes longer. So the
shapes of such tensors follow here from the inputs' through the operators.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from rune.model.tflite.model import Operator, Tensor
from rune.model.tflite.shapes.limits import RANK_LIMIT, TENSOR_SIZE_LIMIT, is_too_large
from rune.model.tflite.shapes.rules import output_shapes
from rune.model.tflite.shapes.whole_numbers import Numbers, constant_numbers, output_numbers


def with_open_shapes(
    tensors: Sequence[Tensor],
    operators: Sequence[Operator],
    open_tensors: Collection[int],
    limit: int = TENSOR_SIZE_LIMIT,
) -> tuple[Tensor, ...]:
    """The tensors of a graph, those of `open_tensors` that an operator writes in the shape that it gives. Where that is
    not known, or would have more than `limit` bytes or too many dimensions, the file's stays."""
    if not open_tensors:
        return tuple(tensors)
    shaped_tensors = list(tensors)
    known_values = _constants(shaped_tensors)
    for operator in operators:
        shapes = output_shapes(operator, shaped_tensors, known_values)
        for index, shape in zip(operator.outputs, shapes or (), strict=False):
            if index not in open_tensors or len(shape) > RANK_LIMIT:
                continue
            if not is_too_large(shape, shaped_tensors[index].kind, limit):
                shaped_tensors[index] = replace(shaped_tensors[index], shape=shape)
        known_values.update(
            zip(operator.outputs, output_numbers(operator, shaped_tensors, known_values) or (), strict=False)
        )
    return tuple(shaped_tensors)


def known_numbers(tensors: Sequence[Tensor], operators: Sequence[Operator]) -> dict[int, Numbers]:
    """By tensor, the whole numbers that operators make of sizes and constants."""
    known_values = _constants(tensors)
    numbers_by_tensor: dict[int, Numbers] = {}
    for operator in operators:
        numbers = dict(zip(operator.outputs, output_numbers(operator, tensors, known_values) or (), strict=False))
        known_values |= numbers
        numbers_by_tensor |= numbers
    return numbers_by_tensor


def _constants(tensors: Sequence[Tensor]) -> dict[int, Numbers]:
    constants = ((index, constant_numbers(tensor)) for index, tensor in enumerate(tensors))
    return {index: numbers for index, numbers in constants if numbers is not None}
