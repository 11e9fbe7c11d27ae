"""GELU of float32, and of int8 as a table of 256 bytes; by erf or by tanh, as the op says. Source: TFLite's kernel
`gelu.cc` and `reference_ops::GeluTransform`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rune.compiler.anvil.computation import Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.activations.unary_float32 import UnaryFloat32, UnaryFunction, gelu, gelu_by_tanh
from rune.compiler.anvil.ops.numbers.byte_table import ByteTable, in_floats
from rune.compiler.anvil.ops.types import FLOAT32, INT8, WITHOUT_SCALE, are, one_scale


def refusal(op: ModelOp) -> str | None:
    if are(FLOAT32, op.input(0), op.output):
        return None
    if not are(INT8, op.input(0), op.output):
        return ""
    return None if one_scale(op.input(0), op.output) else WITHOUT_SCALE


def computation(op: ModelOp) -> Computation:
    require(op.input(0).count == op.output.count, "input and output differ in size")
    options = op.operator.options
    by_tanh = isinstance(options, Mapping) and bool(options.get("approximate"))
    if op.output.kind is FLOAT32:
        return UnaryFloat32.of(op, UnaryFunction.GELU_TANH if by_tanh else UnaryFunction.GELU)
    table = in_floats(op, gelu_by_tanh if by_tanh else gelu)
    return ByteTable(op.output.count, table.astype(np.int8).view(np.uint8), (True, True))


OPERATIONS = {"GELU": OpKind(refusal, computation)}
