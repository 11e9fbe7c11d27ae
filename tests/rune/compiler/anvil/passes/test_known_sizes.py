"""Sizes that constants say and the file does not: of slices, and what is joined of them."""

from __future__ import annotations

import numpy as np

from rune.compiler.anvil.models.known_sizes import sliced_shape, without_empty_parts
from rune.model.tflite import Operator, Tensor, TensorKind
from tests.support.cases import each_case

SOURCE = Tensor("source", TensorKind.FLOAT32, (8, 1, 5))


def numbers(*values: int) -> Tensor:
    return Tensor("numbers", TensorKind.INT32, (len(values),), data=memoryview(np.array(values, "<i4").tobytes()))


def slice_of(begins: Tensor, sizes: Tensor) -> tuple[int, ...] | None:
    return sliced_shape(Operator("SLICE", 1, (0, 1, 2), (3,), {}), [SOURCE, begins, sizes])


def test_a_slice_has_the_sizes_that_it_is_given_and_all_that_is_left_for_minus_one() -> None:
    assert slice_of(numbers(2, 0, 1), numbers(3, 1, 4)) == (3, 1, 4)
    assert slice_of(numbers(6, 0, 0), numbers(-1, -1, -1)) == (2, 1, 5)
    assert slice_of(numbers(8, 0, 0), numbers(-1, -1, -1)) == (0, 1, 5)


@each_case(
    ("begins", "sizes"),
    [
        (numbers(2, 0, 1), numbers(7, 1, 4)),
        (numbers(-1, 0, 0), numbers(1, 1, 1)),
        (numbers(9, 0, 0), numbers(-1, 1, 1)),
        (numbers(0, 0), numbers(1, 1)),
        (numbers(0, 0, 0), Tensor("found while it runs", TensorKind.INT32, (3,))),
        (Tensor("floats", TensorKind.FLOAT32, (3,), data=memoryview(bytes(12))), numbers(1, 1, 1)),
    ],
    ids=["too long", "below", "behind", "few", "not known", "no numbers"],
)
def test_a_slice_that_cannot_be_known_has_no_shape(begins: Tensor, sizes: Tensor) -> None:
    assert slice_of(begins, sizes) is None


def test_empty_parts_are_not_joined_unless_all_are_empty() -> None:
    tensors = [Tensor(str(count), TensorKind.FLOAT32, (count, 5)) for count in (0, 1, 3)]
    concatenation = Operator("CONCATENATION", 1, (0, 1, 2), (3,), {})
    assert without_empty_parts(concatenation, tensors).inputs == (1, 2)
    nothing = Operator("CONCATENATION", 1, (0, 0), (3,), {})
    assert without_empty_parts(nothing, tensors) is nothing
    other = Operator("PACK", 1, (0, 1), (3,), {})
    assert without_empty_parts(other, tensors) is other
