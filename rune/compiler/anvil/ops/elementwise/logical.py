"""LOGICAL_AND, LOGICAL_OR and LOGICAL_NOT of truths, each a byte of 0 or 1. Source: TFLite's kernel `logical.cc`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.elementwise.broadcast import BEYOND_RANK, RANK, Broadcast, broadcast
from rune.compiler.anvil.ops.numbers.byte_table import ByteTable
from rune.compiler.anvil.ops.types import are
from rune.model.tflite import TensorKind


@dataclass(frozen=True)
class Logical(Computation):
    """The logical AND or OR of two inputs."""

    is_and: bool
    shape: Broadcast

    is_elementwise = True

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        left, right = self.shape.spread(*(each != 0 for each in inputs))
        return ((left & right if self.is_and else left | right).astype(np.uint8),)


def _refusal(op: ModelOp) -> str | None:
    if not are(TensorKind.BOOL, *op.inputs, op.output):
        return ""
    return BEYOND_RANK if len(op.output.shape) > RANK else None


def _two(op: ModelOp, is_and: bool) -> Logical:
    return Logical(is_and, broadcast(op.input(0), op.input(1), op.output))


def _not(op: ModelOp) -> ByteTable:
    require(op.input(0).count == op.output.count, "input and output differ in size")
    return ByteTable(op.output.count, (np.arange(256) == 0).astype(np.uint8), (False, False))


OPERATIONS = {
    "LOGICAL_AND": OpKind(_refusal, partial(_two, is_and=True), operands=slice(2)),
    "LOGICAL_NOT": OpKind(_refusal, _not),
    "LOGICAL_OR": OpKind(_refusal, partial(_two, is_and=False), operands=slice(2)),
}
