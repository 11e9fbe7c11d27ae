"""READ_VARIABLE and ASSIGN_VARIABLE: a tensor that is kept between runs is copied, or a tensor into it.

The variable is the op's first input (`rune.compiler.anvil.models.variables`). Source: TFLite's kernels
`read_variable.cc` and `assign_variable.cc`.
"""

from __future__ import annotations

from dataclasses import dataclass

from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.model.tflite import Tensor


@dataclass(frozen=True)
class CopyTensor(Computation):
    """`size` bytes, from the first input to the output."""

    size: int

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        return (inputs[0].copy(),)


def _refusal(op: ModelOp) -> str | None:
    variable = op.input(0)
    if not variable.is_variable:
        return "a variable that is not known, is read before it has a value, or changes its shape"
    return None if variable.type is not None and variable.kind.bits in (8, 16, 32, 64) else ""


def _copy(source: Tensor, target: Tensor) -> CopyTensor:
    require(
        (source.kind, source.shape) == (target.kind, target.shape), f"{list(source.shape)} is not {list(target.shape)}"
    )
    return CopyTensor(source.count * (source.kind.bits or 0) // 8)


def _read(op: ModelOp) -> Computation:
    return _copy(op.input(0), op.output)


def _assignment(op: ModelOp) -> Computation:
    return _copy(op.input(1), op.input(0))


OPERATIONS = {
    "ASSIGN_VARIABLE": OpKind(_refusal, _assignment, operands=slice(1, 2), states=(0,)),
    "READ_VARIABLE": OpKind(_refusal, _read, operands=slice(0, 1), reads=(0,)),
}
