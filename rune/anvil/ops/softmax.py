"""SOFTMAX over the last dimension. For int8 the exponentials come from a table of the 256 possible differences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rune.anvil.computation import Array, Computation
from rune.anvil.fixed_point import scale_of
from rune.anvil.operation import Op, Operation, require
from rune.anvil.ops.types import FLOAT32, INT8, WITHOUT_SCALE, are, one_scale
from rune.arithmetic import exp_f32
from rune.tflite import SoftmaxOptions


@dataclass(frozen=True)
class SoftmaxInt8(Computation):
    """`exponentials[255 - d]` is e**(-d * input scale * beta) in single precision, for a number d below the largest.

    A number times one over the row's sum, in units of the output's scale, is rounded half up.
    """

    rows: int
    columns: int
    exponentials: tuple[float, ...]
    output_scale: float
    output_zero_point: int

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        numbers = inputs[0].reshape(self.rows, self.columns).astype(np.int64)
        table = np.array(self.exponentials, np.float32)
        terms = table[255 - (numbers.max(axis=1, keepdims=True) - numbers)]
        sums = np.add.accumulate(terms, axis=1)[:, -1:]  # one after the other, as the reference adds
        shares = terms * (np.float32(1) / (sums * np.float32(self.output_scale)))
        whole = shares.astype(np.int64)
        whole += (shares - whole.astype(np.float32) >= np.float32(0.5)) + self.output_zero_point
        return (np.clip(whole, -128, 127).astype(np.int8),)


@dataclass(frozen=True)
class SoftmaxFloat32(Computation):
    """e**((number - largest) * beta) over the row's sum of these."""

    rows: int
    columns: int
    beta: float

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        numbers = inputs[0].reshape(self.rows, self.columns).astype(np.float64)
        terms = np.exp((numbers - numbers.max(axis=1, keepdims=True)) * self.beta)
        return ((terms / terms.sum(axis=1, keepdims=True)).astype(np.float32),)


def refusal(op: Op) -> str | None:
    input_, output = op.input(0), op.output
    if are(INT8, input_, output):
        return None if one_scale(input_, output) else WITHOUT_SCALE
    return None if are(FLOAT32, input_, output) else ""


def computation(op: Op) -> SoftmaxInt8 | SoftmaxFloat32:
    assert isinstance(op.operator.options, SoftmaxOptions)  # noqa: S101 - the reader gives these for this op
    beta, input_, output = op.operator.options.beta, op.input(0), op.output
    require(len(input_.shape) > 0 and input_.shape[-1] > 0, "the input has no last dimension")
    require(input_.shape == output.shape, "the output's shape is not the input's")
    columns = input_.shape[-1]
    rows = input_.count // columns
    if input_.kind is FLOAT32:
        return SoftmaxFloat32(rows, columns, beta)
    # Single precision throughout, as in the reference: scale times beta comes before the difference.
    scale = np.float32(-scale_of(input_)[0]) * np.float32(beta)
    exponentials = tuple(exp_f32(float(scale * np.float32(difference))) for difference in range(255, -1, -1))
    return SoftmaxInt8(rows, columns, exponentials, *scale_of(output))


OPERATIONS = {"SOFTMAX": Operation(refusal, computation)}
