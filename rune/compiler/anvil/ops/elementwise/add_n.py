"""ADD_N of float32: several tensors of one shape, added in their order. Source: TFLite's kernel `add_n.cc`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np

from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.types import FLOAT32, are


@dataclass(frozen=True)
class AddNFloat32(Computation):
    """`inputs` tensors of `count` numbers."""

    inputs: int
    count: int

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        return (np.asarray(reduce(np.add, inputs)),)


def _refusal(op: ModelOp) -> str | None:
    return None if are(FLOAT32, *op.inputs, op.output) else ""


def _computation(op: ModelOp) -> AddNFloat32:
    require(all(op.input(number).count == op.output.count for number in range(len(op.inputs))), "its sizes differ")
    return AddNFloat32(len(op.inputs), op.output.count)


OPERATIONS = {"ADD_N": OpKind(_refusal, _computation, operands=slice(None))}
