"""Whole numbers that a graph makes of sizes: SHAPE, and what exporters compute from it to say a new shape.

Keras leaves the batch open, so its models ask for the shape of a tensor, pick sides of it, multiply them and reshape by
them. Once the sizes are fixed these numbers are known, before anything runs. A few operators are enough; what else
makes whole numbers is not known here.
"""

from __future__ import annotations

import math
import operator as arithmetic
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from rune.model.tflite.model import Operator, Tensor, TensorKind
from rune.model.tflite.options import AxisOptions, ConcatenationOptions, GatherOptions, StridedSliceOptions

MOST: Final = 64
"""Numbers in one tensor; a shape has at most 32 sides."""
LARGEST: Final = (1 << 31) - 1
"""The largest magnitude."""

Numbers = tuple[int, ...]
KnownValues = Mapping[int, Numbers]
"""The known values by tensor, in row-major order."""

_BYTES: Final = {TensorKind.INT32: 4, TensorKind.INT64: 8}

_PAIRS: Final[Mapping[str, Callable[[int, int], int]]] = {
    "ADD": arithmetic.add,
    "MAXIMUM": max,
    "MINIMUM": min,
    "MUL": arithmetic.mul,
    "SUB": arithmetic.sub,
}


def constant_numbers(tensor: Tensor) -> Numbers | None:
    """Returns the numbers of a short constant of int32 or int64."""
    size = _BYTES.get(tensor.kind)
    if size is None or tensor.data is None or tensor.is_sparse or tensor.is_variable or not tensor.count <= MOST:
        return None
    data = bytes(tensor.data)
    return tuple(int.from_bytes(data[at : at + size], "little", signed=True) for at in range(0, len(data), size))


def output_numbers(
    operator: Operator, tensors: Sequence[Tensor], known_values: KnownValues
) -> tuple[Numbers, ...] | None:
    """Returns the numbers of an operator's outputs in the tensors' shapes; None where they are not known."""
    outputs = [tensors[index] for index in operator.outputs]
    if not outputs or not operator.inputs or min(operator.inputs) < 0:
        return None
    if any(each.kind not in _BYTES or each.count > MOST for each in outputs):
        return None
    numbers_of_outputs = _compute(operator, tensors, known_values)
    if numbers_of_outputs is None or len(numbers_of_outputs) != len(outputs):
        return None
    fits = all(len(numbers) == each.count for numbers, each in zip(numbers_of_outputs, outputs, strict=True))
    return (
        numbers_of_outputs
        if fits and all(abs(number) <= LARGEST for numbers in numbers_of_outputs for number in numbers)
        else None
    )


def _compute(operator: Operator, tensors: Sequence[Tensor], known_values: KnownValues) -> tuple[Numbers, ...] | None:
    first = tensors[operator.inputs[0]]
    if operator.op == "SHAPE":
        return (first.shape,)
    numbers = [known_values.get(index) for index in operator.inputs]
    inputs = [each for each in numbers if each is not None]
    if len(inputs) != len(numbers):
        return None
    is_row = len(first.shape) <= 1
    options = operator.options
    match operator.op, options:
        case (("CAST" | "EXPAND_DIMS" | "RESHAPE" | "SQUEEZE"), _):
            return (inputs[0],)
        case "REDUCE_PROD", _ if is_row:
            return ((math.prod(inputs[0]),),)
        case "PACK", AxisOptions(axis=0 | -1) if all(len(each) == 1 for each in inputs):
            return (tuple(number for each in inputs for number in each),)
        case "UNPACK", AxisOptions() if is_row:
            return tuple((number,) for number in inputs[0])
        case "CONCATENATION", ConcatenationOptions() if is_row:
            return (tuple(number for each in inputs for number in each),)
        case "GATHER", GatherOptions(batch_dims=0) if len(first.shape) == 1 and len(inputs) == 2:
            return _gathered(*inputs)
        case "SLICE", _ if len(first.shape) == 1 and list(map(len, inputs[1:])) == [1, 1]:
            return _sliced(inputs[0], inputs[1][0], inputs[2][0])
        case "STRIDED_SLICE", StridedSliceOptions() if len(first.shape) == 1:
            places = strided(len(inputs[0]), 0, inputs[1:], options)
            return None if places is None else (inputs[0][places],)
        case _ if operator.op in _PAIRS and len(inputs) == 2:
            return _paired(_PAIRS[operator.op], *inputs)
    return None


def _gathered(source: Numbers, places: Numbers) -> tuple[Numbers] | None:
    return (tuple(source[place] for place in places),) if all(0 <= place < len(source) for place in places) else None


def _sliced(source: Numbers, begin: int, size: int) -> tuple[Numbers] | None:
    end = len(source) if size == -1 else begin + size
    return (source[begin:end],) if 0 <= begin <= end <= len(source) else None


def _paired(function: Callable[[int, int], int], one: Numbers, other: Numbers) -> tuple[Numbers] | None:
    if len(one) != len(other) and 1 not in (len(one), len(other)):
        return None
    count = max(len(one), len(other))
    left, right = (numbers * count if len(numbers) == 1 else numbers for numbers in (one, other))
    return (tuple(map(function, left, right)),)


def strided(side: int, axis: int, numbers: Sequence[Numbers], options: StridedSliceOptions) -> slice | None:
    """Returns the range of a STRIDED_SLICE on an axis of that size; None where its numbers do not define it."""
    if len(numbers) != 3 or any(axis >= len(each) for each in numbers) or numbers[2][axis] == 0:
        return None
    begin, end, step = (each[axis] for each in numbers)
    first = None if options.begin_mask >> axis & 1 else begin
    if options.shrink_axis_mask >> axis & 1:
        place = first or 0
        place += side if place < 0 else 0
        return slice(place, place + 1) if 0 <= place < side and step > 0 else None
    if options.offset:
        end += begin
    return slice(first, None if options.end_mask >> axis & 1 else end, step)
