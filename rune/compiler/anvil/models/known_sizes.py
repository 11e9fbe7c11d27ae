"""Derives shapes that a file does not declare from constants: of a SLICE whose begins and sizes follow from a loop's
counter.

Lists that grow in a loop are written like this: the rows before the counter, the new row and the rows after it are
concatenated. In the first and last iteration one part is empty; it is removed from the concatenation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rune.compiler.anvil.operation import Contradiction
from rune.compiler.anvil.ops.reshaping.rearrangement import integers
from rune.model.tflite import Operator, Tensor


def sliced_shape(operator: Operator, tensors: Sequence[Tensor]) -> tuple[int, ...] | None:
    """Returns the shape of a SLICE, which can be empty; None if its begins and sizes are unknown or out of range."""
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
    """Returns a CONCATENATION without its empty inputs, unless it has only those; any other operator unchanged."""
    if operator.op != "CONCATENATION":
        return operator
    parts = tuple(index for index in operator.inputs if index < 0 or tensors[index].count)
    return replace(operator, inputs=parts) if parts else operator
