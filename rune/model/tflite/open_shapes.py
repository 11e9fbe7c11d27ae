"""Fixes the sizes that a file leaves open, such as the batch, as the interpreter does before a model runs.

An exporter writes 1 for each open size, in all tensors. That is right for the inputs, and wrong where an operator makes
something else of it: rows that a dense layer takes one by one, a batch that a dilated convolution makes longer. So the
shapes of such tensors follow here from the inputs' through the operators.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import replace

from rune.model.tflite.model import Operator, Tensor
from rune.model.tflite.shape_rules import made_shapes
from rune.model.tflite.whole_numbers import Numbers, constant_numbers, made_numbers


def with_open_shapes(
    tensors: Sequence[Tensor], operators: Sequence[Operator], open_tensors: Collection[int], limit: int
) -> tuple[Tensor, ...]:
    """The tensors of a graph, those of `open_tensors` that an operator writes in the shape that it gives. Where that is
    not known, or would have more than `limit` bytes, the file's stays."""
    if not open_tensors:
        return tuple(tensors)
    found = list(tensors)
    known = _constants(found)
    for operator in operators:
        shapes = made_shapes(operator, found, known)
        for index, shape in zip(operator.outputs, shapes or (), strict=False):
            if index in open_tensors and math.prod(shape) * (found[index].kind.bits or 8) // 8 <= limit:
                found[index] = replace(found[index], shape=shape)
        known.update(zip(operator.outputs, made_numbers(operator, found, known) or (), strict=False))
    return tuple(found)


def known_numbers(tensors: Sequence[Tensor], operators: Sequence[Operator]) -> dict[int, Numbers]:
    """By tensor, the whole numbers that operators make of sizes and constants."""
    known = _constants(tensors)
    made: dict[int, Numbers] = {}
    for operator in operators:
        numbers = dict(zip(operator.outputs, made_numbers(operator, tensors, known) or (), strict=False))
        known |= numbers
        made |= numbers
    return made


def _constants(tensors: Sequence[Tensor]) -> dict[int, Numbers]:
    found = ((index, constant_numbers(tensor)) for index, tensor in enumerate(tensors))
    return {index: numbers for index, numbers in found if numbers is not None}
