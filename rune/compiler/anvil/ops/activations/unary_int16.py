"""ABS, EXP and LOG of int16, and how an op of floats takes int16 as well.

ABS is a magnitude times input scale / output scale, rounded twice; the others are tables with straight lines between
their entries. Quotients and tables are in single precision. Source: TFLite's kernels `elementwise.cc` and `exp.cc`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rune import arithmetic
from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.numbers.float_functions import exp
from rune.compiler.anvil.ops.numbers.interpolated_table import LEAST, InterpolatedTable, populated
from rune.compiler.anvil.ops.numbers.rescaling import OutputRange, rescaled_twice
from rune.compiler.anvil.ops.types import BEYOND_32_BITS, INT16, are, scale_refusal
from rune.compiler.anvil.requantisation.fixed_point import Multiplier, multiplier, scale_of


@dataclass(frozen=True)
class AbsInt16(Computation):
    """The absolute values of `count` numbers."""

    count: int
    multiplier: Multiplier
    output: OutputRange

    is_elementwise = True

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        magnitudes = np.abs(inputs[0].astype(np.int64))
        return (self.output.of_values(rescaled_twice(magnitudes[..., None], [self.multiplier])[..., 0]),)


def with_int16(
    operation: OpKind,
    int16_computation: Callable[[ModelOp], Computation],
    refusal: Callable[[ModelOp], str | None] | None = None,
) -> OpKind:
    """Returns the operation, with `int16_computation` for int16."""

    def refusal_of_either(op: ModelOp) -> str | None:
        if not are(INT16, op.input(0), op.output):
            return operation.refusal(op)
        why = scale_refusal(op.input(0), op.output)
        return why if why is not None or refusal is None else refusal(op)

    def computation(op: ModelOp) -> Computation:
        if not are(INT16, op.output):
            return operation.computation(op)
        require(op.input(0).count == op.output.count, "input and output differ in size")
        return int16_computation(op)

    return OpKind(refusal_of_either, computation)


def absolute_refusal(op: ModelOp) -> str | None:
    return BEYOND_32_BITS if 2**15 << max(_abs_multiplier(op).exponent, 0) >= 2**31 - 2**20 else None


def absolute(op: ModelOp) -> AbsInt16:
    return AbsInt16(op.output.count, _abs_multiplier(op), OutputRange.whole(op.output))


@np.errstate(over="ignore")
def _abs_multiplier(op: ModelOp) -> Multiplier:
    return multiplier(float(np.float32(scale_of(op.input(0))[0]) / np.float32(scale_of(op.output)[0])))


def exponential(op: ModelOp) -> InterpolatedTable:
    return _table(op, lambda numbers: exp(numbers.astype(np.float64)).astype(np.float32))


def logarithm(op: ModelOp) -> InterpolatedTable:
    """The logarithm; numbers that are not above zero give the output's least number."""
    least = np.float32(LEAST) * np.float32(scale_of(op.output)[0])

    def function(numbers: Array) -> Array:
        return np.array([arithmetic.log(each) if each > 0 else least for each in map(float, numbers)], np.float32)

    return _table(op, function)


def _table(op: ModelOp, function: Callable[[Array], Array]) -> InterpolatedTable:
    with np.errstate(over="ignore", invalid="ignore"):
        return InterpolatedTable(
            op.output.count, populated(function, scale_of(op.input(0)), scale_of(op.output), np.float32)
        )
