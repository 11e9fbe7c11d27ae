"""QUANTIZE and DEQUANTIZE: floats to bytes and back, and bytes of one scale to bytes of another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rune.anvil.computation import Array, Computation
from rune.anvil.fixed_point import multiplier, rescale_twice, scale_of
from rune.anvil.operation import Op, Operation, require
from rune.anvil.ops.byte_table import ByteTable
from rune.anvil.ops.types import BEYOND_32_BITS, FLOAT32, INT8, are, one_scale
from rune.tflite import Tensor

_BYTES = np.arange(256, dtype=np.uint8).view(np.int8).astype(np.int64)
"""What the bytes 0 to 255 are as int8."""


@dataclass(frozen=True)
class QuantizeFloat32(Computation):
    """The nearest byte (halves away from zero) to number / scale + zero_point."""

    count: int
    scale: float
    zero_point: int

    is_elementwise = True

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        units = inputs[0].astype(np.float32) / np.float32(self.scale)
        units = np.clip(np.nan_to_num(units, nan=0.0), np.float32(-1024), np.float32(1024))
        whole = np.trunc(units)
        rest = units - whole
        values = whole.astype(np.int64) + (rest >= 0.5) - (rest <= -0.5) + self.zero_point
        return (np.clip(values, -128, 127).astype(np.int8),)


@dataclass(frozen=True, eq=False)
class DequantizeBytes(Computation):
    """Each byte, as a number from 0 to 255, is a place in the table of 256 float32."""

    count: int
    table: NDArray[np.float32]

    is_elementwise = True

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        return (self.table[inputs[0].view(np.uint8)],)


def _is_bytes(tensor: Tensor) -> bool:
    return are(INT8, tensor) and one_scale(tensor)


def quantize_refusal(op: Op) -> str | None:
    fits = _is_bytes(op.output) and (are(FLOAT32, op.input(0)) or _is_bytes(op.input(0)))
    if not fits:
        return ""
    return BEYOND_32_BITS if op.input(0).kind is not FLOAT32 and _leaves_32_bits(op) else None


def _leaves_32_bits(op: Op) -> bool:
    """Whether the reference's left shift raises a byte, counted from its zero point, out of 32 bits."""
    scale, zero_point = scale_of(op.input(0))
    reach = np.abs(_BYTES - zero_point).max()
    return int(reach) << max(multiplier(scale / scale_of(op.output)[0]).exponent, 0) >= 2**31 - 2**20


def dequantize_refusal(op: Op) -> str | None:
    return None if _is_bytes(op.input(0)) and are(FLOAT32, op.output) else ""


def quantize(op: Op) -> QuantizeFloat32 | ByteTable:
    input_, output = op.input(0), op.output
    require(input_.count == output.count, "input and output differ in size")
    scale, zero_point = scale_of(output)
    if input_.kind is FLOAT32:
        return QuantizeFloat32(input_.count, scale, zero_point)
    rescale = multiplier(scale_of(input_)[0] / scale)
    values = _BYTES - scale_of(input_)[1]
    scaled = rescale_twice(values, np.array(rescale.mantissa), np.array(rescale.exponent)) + zero_point
    return ByteTable(input_.count, np.clip(scaled, -128, 127).astype(np.uint8), (True, True))


def dequantize(op: Op) -> DequantizeBytes:
    input_, output = op.input(0), op.output
    require(input_.count == output.count, "input and output differ in size")
    scale, zero_point = scale_of(input_)
    with np.errstate(over="ignore"):  # infinity is what the reference gives too
        table = (_BYTES - zero_point).astype(np.float32) * np.float32(scale)
    return DequantizeBytes(input_.count, table)


OPERATIONS = {
    "DEQUANTIZE": Operation(dequantize_refusal, dequantize),
    "QUANTIZE": Operation(quantize_refusal, quantize),
}
