"""CAST: numbers of another type. A float is cut off to a whole number; one that the type does not hold, which the
reference does not define, becomes the nearest that it does. Source: TFLite's kernel `cast.cc`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.types import FLOAT32, INT8, INT32, are
from rune.model.tflite import TensorKind

KINDS = {FLOAT32: "float32", INT8: "int8", INT32: "int32", TensorKind.INT16: "int16", TensorKind.BOOL: "uint8"}
"""NumPy's names of the elements."""


@dataclass(frozen=True)
class Cast(Computation):
    """`count` elements. A truth, `to_truth`, is 1 where the number is not 0."""

    count: int
    source: str
    result: str
    to_truth: bool

    is_elementwise = True

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        if self.to_truth:
            return ((inputs[0] != 0).astype(np.uint8),)
        if self.source != "float32" or self.result == "float32":
            return (inputs[0].astype(self.result),)
        limits = np.iinfo(self.result)
        whole = np.trunc(np.nan_to_num(inputs[0].astype(np.float64), nan=0.0))
        return (np.clip(whole, limits.min, limits.max).astype(self.result),)


def _refusal(op: ModelOp) -> str | None:
    source, output = op.input(0), op.output
    if op.is_unsigned or op.reads_unsigned or source.kind not in KINDS or output.kind not in KINDS:
        return ""
    return None if are(source.kind, source) else ""


def _computation(op: ModelOp) -> Cast:
    source, output = op.input(0), op.output
    require(source.count == output.count, "input and output differ in size")
    return Cast(output.count, KINDS[source.kind], KINDS[output.kind], output.kind is TensorKind.BOOL)


OPERATIONS = {"CAST": OpKind(_refusal, _computation)}
