"""Elementwise ops of two float32 inputs: ADD, SUB, MUL, DIV, FLOOR_DIV, FLOOR_MOD, MINIMUM, MAXIMUM, PRELU and
SQUARED_DIFFERENCE. ADD, SUB, MUL and DIV are followed by a fused activation, and give the largest finite number for
infinity. FLOOR_MOD has the sign of the divisor. FLOOR_DIV by zero ends the run.

Source: TFLite's reference kernels `reference_ops::Add`, `Sub`, `Mul`, `Div` and `MaximumMinimumBroadcastSlow`: one
operation of single precision, then the clamp.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial

import numpy as np

from rune.compiler.anvil.computation import Array, ClampsOutput, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, unless_constant
from rune.compiler.anvil.ops.elementwise.broadcast import Broadcast, activation_of, binary_refusal, broadcast
from rune.compiler.anvil.ops.types import FLOAT32, are
from rune.compiler.anvil.requantisation.fixed_point import fused_range, real_range
from rune.model.tflite import Activation


class BinaryFunction(Enum):
    """A function of two numbers."""

    ADD = "add"
    SUB = "sub"
    MUL = "mul"
    DIV = "div"
    FLOOR_DIV = "floor_div"
    FLOOR_MOD = "floor_mod"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    PRELU = "prelu"
    SQUARED_DIFFERENCE = "squared_difference"


_WITH_ACTIVATION = (BinaryFunction.ADD, BinaryFunction.SUB, BinaryFunction.MUL, BinaryFunction.DIV)


@dataclass(frozen=True)
class BinaryFloat32(Computation, ClampsOutput):
    """The results, clamped."""

    operation: BinaryFunction
    shape: Broadcast
    minimum: float
    maximum: float

    is_elementwise = True

    @staticmethod
    def of(op: ModelOp, operation: BinaryFunction) -> BinaryFloat32:
        shape = broadcast(op.input(0), op.input(1), op.output)
        is_fused = operation in _WITH_ACTIVATION
        bounds = fused_range(activation_of(op)) if is_fused else real_range(Activation.NONE)
        return BinaryFloat32(operation, shape, *bounds)

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        left, right = self.shape.spread(*inputs)
        if self.operation is BinaryFunction.FLOOR_DIV and not right.all():
            raise ValueError("a divisor is 0")
        with np.errstate(all="ignore"):
            result = _FUNCTIONS[self.operation](left, right)
        return (np.clip(result, np.float32(self.minimum), np.float32(self.maximum)),)

    def clamped(self, minimum: float, maximum: float) -> Computation:
        return replace(self, minimum=max(self.minimum, minimum), maximum=min(self.maximum, maximum))


def _floor_mod(left: Array, right: Array) -> Array:
    rest = np.fmod(left, right)
    return np.where((rest != 0) & ((right < 0) != (rest < 0)), rest + right, rest)


_FUNCTIONS: Mapping[BinaryFunction, Callable[[Array, Array], Array]] = {
    BinaryFunction.ADD: np.add,
    BinaryFunction.SUB: np.subtract,
    BinaryFunction.MUL: np.multiply,
    BinaryFunction.DIV: np.divide,
    BinaryFunction.FLOOR_DIV: lambda left, right: np.floor(left / right),
    BinaryFunction.FLOOR_MOD: _floor_mod,
    BinaryFunction.MINIMUM: lambda left, right: np.where(left < right, left, right),
    BinaryFunction.MAXIMUM: lambda left, right: np.where(left > right, left, right),
    BinaryFunction.PRELU: lambda left, right: np.where(left >= 0, left, left * right),
    BinaryFunction.SQUARED_DIFFERENCE: lambda left, right: np.square(left - right),
}


def _float_refusal(op: ModelOp) -> str | None:
    return binary_refusal(op) if are(FLOAT32, op.input(0), op.input(1), op.output) else ""


def _may_divide_by_zero(op: ModelOp) -> bool:
    return unless_constant(1)(op) or not np.frombuffer(op.input(1).data or b"", "<f4").all()


OPERATIONS = {
    each.name: OpKind(
        _float_refusal,
        partial(BinaryFloat32.of, operation=each),
        operands=slice(2),
        may_fail=_may_divide_by_zero if each is BinaryFunction.FLOOR_DIV else lambda _: False,
    )
    for each in (BinaryFunction.DIV, BinaryFunction.FLOOR_DIV, BinaryFunction.FLOOR_MOD)
}
