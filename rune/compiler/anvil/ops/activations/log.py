"""LOG: the natural logarithm. Of int16, see `unary_int16`. Source: TFLite's kernel `elementwise.cc`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.activations.unary_int16 import logarithm, with_int16
from rune.compiler.anvil.ops.types import FLOAT32, are


@dataclass(frozen=True)
class LogFloat32(Computation):
    """The logarithms of `count` numbers."""

    count: int

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        with np.errstate(all="ignore"):
            return (np.log(inputs[0].astype(np.float64)).astype(np.float32),)


def _refusal(op: ModelOp) -> str | None:
    return None if are(FLOAT32, op.input(0), op.output) else ""


def _computation(op: ModelOp) -> LogFloat32:
    require(op.input(0).count == op.output.count, "input and output differ in size")
    return LogFloat32(op.output.count)


OPERATIONS = {"LOG": with_int16(OpKind(_refusal, _computation), logarithm)}
