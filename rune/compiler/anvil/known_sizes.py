"""Sizes that a file does not say and constants do: of a SLICE whose begins and sizes follow from a loop's counter.

Lists that grow in a loop are written so: what stands before the counter's row, the row, and what stands behind it,
joined. In the first and the last round one of these parts is empty; it is left out of what is joined.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rune.compiler.anvil.operation import Contradiction
from rune.compiler.anvil.ops.rearrangement import integers
from rune.model.tflite import Operator, Tensor


def sliced_shape(operator: Operator, tensors: Sequence[Tensor]) -> tuple[int, ...] | None:
    """The shape that a SLICE gives, which may have no elements; None where its begins and sizes are not known, or lie
    outside."""
    if operator.op != "SLICE" or len(operator.inputs) != 3 or min(operator.inputs) < 0:
        return None
    source, *numbers = (tensors[index] for index in operator.inputs)
    if any(each.data is None or each.is_variable or each.is_sparse for each in numbers):
        return None
    try:
        begins, sizes = map(integers, numbers)
    except Contradiction:
        return None
    if not len(begins) == len(sizes) == len(source.shape):
        return None
    ends = [side if size == -1 else begin + size for side, begin, size in zip(source.shape, begins, sizes, strict=True)]
    if not all(0 <= begin <= end <= side for side, begin, end in zip(source.shape, begins, ends, strict=True)):
        return None
    return tuple(end - begin for begin, end in zip(begins, ends, strict=True))


def without_empty_parts(operator: Operator, tensors: Sequence[Tensor]) -> Operator:
    """A CONCATENATION without inputs of no elements, unless it has no others; any other operator as it is."""
    if operator.op != "CONCATENATION":
        return operator
    parts = tuple(index for index in operator.inputs if index < 0 or tensors[index].count)
    return replace(operator, inputs=parts) if parts else operator
