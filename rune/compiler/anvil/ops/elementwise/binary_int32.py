"""ADD, SUB and MUL of int32 that are no quantised numbers: counters and places. They wrap, as the reference's do.

Source: TFLite's reference kernels `reference_ops::Add`, `Sub` and `Mul`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.operation import ModelOp
from rune.compiler.anvil.ops.elementwise.binary_float32 import BinaryFunction
from rune.compiler.anvil.ops.elementwise.broadcast import Broadcast, broadcast

FUNCTIONS = {BinaryFunction.ADD: np.add, BinaryFunction.SUB: np.subtract, BinaryFunction.MUL: np.multiply}
"""The operations that there are."""


@dataclass(frozen=True)
class BinaryInt32(Computation):
    """One operation of 32 bits."""

    operation: BinaryFunction
    shape: Broadcast

    is_elementwise = True

    @staticmethod
    def of(op: ModelOp, operation: BinaryFunction) -> BinaryInt32:
        return BinaryInt32(operation, broadcast(op.input(0), op.input(1), op.output))

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        left, right = self.shape.spread(*(each.astype(np.int64) for each in inputs))
        return (np.asarray(FUNCTIONS[self.operation](left, right)).astype(np.int32),)
