"""ELU of float32, and of int8 as a table of 256 bytes: each number from 0 on as it is, and e**x - 1 of every other.
Source: TFLite's kernel `activations.cc` (`optimized_ops::Elu`, `EluPrepare`).
"""

from __future__ import annotations

import numpy as np

from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.activations.unary_float32 import UnaryFloat32, UnaryFunction
from rune.compiler.anvil.ops.numbers.byte_table import ByteTable, in_floats
from rune.compiler.anvil.ops.numbers.float_functions import exp
from rune.compiler.anvil.ops.types import FLOAT32, INT8, WITHOUT_SCALE, are, one_scale


def refusal(op: ModelOp) -> str | None:
    if are(FLOAT32, op.input(0), op.output):
        return None
    if not are(INT8, op.input(0), op.output) or op.is_unsigned:
        return ""
    return None if one_scale(op.input(0), op.output) else WITHOUT_SCALE


def computation(op: ModelOp) -> Computation:
    require(op.input(0).count == op.output.count, "input and output differ in size")
    if op.output.kind is FLOAT32:
        return UnaryFloat32.of(op, UnaryFunction.ELU)
    return ByteTable(op.output.count, in_floats(op, _of_byte).astype(np.int8).view(np.uint8), (True, True))


def _of_byte(x: Array) -> Array:
    """The difference is rounded after the power, as LiteRT does for its table."""
    return np.asarray(np.where(x < 0, exp(np.minimum(x, 0)).astype(np.float32) - np.float32(1), x))


OPERATIONS = {"ELU": OpKind(refusal, computation)}
