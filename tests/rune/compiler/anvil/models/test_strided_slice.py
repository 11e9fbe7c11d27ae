"""STRIDED_SLICE where it removes a dimension and does not say where that begins, or goes backwards in it."""

from __future__ import annotations

import numpy as np
import pytest

from rune.compiler.anvil.errors import BadModel
from rune.model.tflite import TensorKind
from rune.model.tflite.model import Operator, Tensor
from rune.model.tflite.options import StridedSliceOptions
from rune.model.tflite.shapes.open_shapes import known_numbers
from tests.support.cases import each_case
from tests.support.compiler.evaluated_graph import evaluated_outputs
from tests.support.models.random.random_drawing import options_of
from tests.support.models.reference.make_models import answers, make

SHRINK = 2
"""The mask of the second dimension."""


def sliced(begin: int, stride: int, begin_mask: int) -> bytes:
    options = options_of("StridedSlice", shrinkAxisMask=SHRINK, beginMask=begin_mask)
    numbers = ([0, begin, 0], [2, begin + 1, 4], [1, stride, 1])
    return make("sliced", lambda g: [g.move("STRIDED_SLICE", g.input((2, 5, 4), "int8"), (2, 4), numbers, options)])


@each_case(("begin", "begin_mask"), [(3, 0), (-1, 0), (3, SHRINK), (-9, SHRINK)])
def test_the_index_of_a_removed_dimension_is_that_of_the_reference_kernel(begin: int, begin_mask: int) -> None:
    data, numbers = sliced(begin, 1, begin_mask), np.arange(40, dtype=np.int8).tobytes()
    assert evaluated_outputs(data, [[numbers]]) == answers(data, [[numbers]])


def test_a_removed_dimension_is_not_gone_through_backwards() -> None:
    with pytest.raises(BadModel, match="it goes backwards in a dimension that it removes"):
        evaluated_outputs(sliced(-1, -1, 0), [[bytes(40)]])


@pytest.mark.parametrize(("begin_mask", "stride", "expected"), [(0, 1, {4: (8,)}), (1, 1, {4: (7,)}), (0, -1, {})])
def test_a_number_of_a_shape_is_taken_by_the_same_rule(
    begin_mask: int, stride: int, expected: dict[int, tuple[int, ...]]
) -> None:
    rows = [np.array(row, "<i4") for row in ([7, 8, 9], [1], [2], [stride])]
    constants = [Tensor("", TensorKind.INT32, row.shape, data=memoryview(row.tobytes())) for row in rows]
    options = StridedSliceOptions(begin_mask, 0, 1, 0, 0, offset=False)
    operator = Operator("STRIDED_SLICE", 1, (0, 1, 2, 3), (4,), options)
    assert known_numbers([*constants, Tensor("", TensorKind.INT32, ())], [operator]) == expected
