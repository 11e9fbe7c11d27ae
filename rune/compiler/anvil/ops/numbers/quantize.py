"""QUANTIZE and DEQUANTIZE: floats to int8 or int16 and back, and integers of one scale to integers of another.

Source: TFLite's kernels `quantize.cc` and `dequantize.cc`; the quotient of two scales is one of double precision.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.numbers.byte_table import ByteTable
from rune.compiler.anvil.ops.numbers.rescaling import OutputRange, rescaled_twice
from rune.compiler.anvil.ops.reshaping.rearrangement import ELEMENTS
from rune.compiler.anvil.ops.types import BEYOND_32_BITS, FLOAT32, INT16, are, are_quantized, scale_refusal
from rune.compiler.anvil.requantisation.fixed_point import Multiplier, multiplier, rescale_twice, scale_of
from rune.model.tflite import Tensor

_BYTES = np.arange(256, dtype=np.uint8).view(np.int8).astype(np.int64)
"""The bytes from 0 to 255 as int8."""


@dataclass(frozen=True)
class QuantizeFloat32(Computation):
    """The nearest number of the element (halves away from zero) to number / scale + zero_point."""

    count: int
    scale: float
    zero_point: int
    element: np.dtype[Any]

    is_elementwise = True

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        limits, beyond = np.iinfo(self.element), np.float32(self.beyond)
        with np.errstate(over="ignore"):
            units = inputs[0].astype(np.float32) / np.float32(self.scale)
        units = np.clip(np.nan_to_num(units, nan=0.0), -beyond, beyond)
        whole = np.trunc(units)
        rest = units - whole
        values = whole.astype(np.int64) + (rest >= 0.5) - (rest <= -0.5) + self.zero_point
        return (np.clip(values, limits.min, limits.max).astype(self.element),)

    @property
    def beyond(self) -> int:
        """The result for numbers that no zero point brings back into the range."""
        return 8 * (int(np.iinfo(self.element).max) + 1)


@dataclass(frozen=True)
class Requantize(Computation):
    """`count` numbers of `source`, counted from their zero point, times the multiplier, rounded twice."""

    count: int
    source: np.dtype[Any]
    zero_point: int
    multiplier: Multiplier
    output: OutputRange

    is_elementwise = True

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        numbers = inputs[0].astype(np.int64) - self.zero_point
        return (self.output.of_values(rescaled_twice(numbers[..., None], [self.multiplier])[..., 0]),)


@dataclass(frozen=True)
class DequantizeInt16(Computation):
    """`count` numbers times a scale of single precision."""

    count: int
    scale: float

    is_elementwise = True

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        return (inputs[0].astype(np.float32) * np.float32(self.scale),)


@dataclass(frozen=True, eq=False)
class DequantizeBytes(Computation):
    """Each byte, as a number from 0 to 255, is a place in the table of 256 float32."""

    count: int
    table: NDArray[np.float32]

    is_elementwise = True

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        return (self.table[inputs[0].view(np.uint8)],)


def _is_quantized(tensor: Tensor) -> bool:
    return are_quantized(tensor) and scale_refusal(tensor) is None


def quantize_refusal(op: ModelOp) -> str | None:
    source, output = op.input(0), op.output
    if are(FLOAT32, source) and _is_quantized(output):
        return None
    if not _is_quantized(source) or not _is_quantized(output):
        return ""
    if source.kind is INT16 and op.is_unsigned:
        return ""
    return BEYOND_32_BITS if _leaves_32_bits(op) else None


def _leaves_32_bits(op: ModelOp) -> bool:
    """Returns whether the reference's left shift raises a number, counted from its zero point, out of 32 bits."""
    (scale, zero_point), limits = scale_of(op.input(0)), np.iinfo(ELEMENTS[op.input(0).kind])
    reach = max(int(limits.max) - zero_point, zero_point - int(limits.min))
    return reach << max(multiplier(scale / scale_of(op.output)[0]).exponent, 0) >= 2**31 - 2**20


def dequantize_refusal(op: ModelOp) -> str | None:
    return None if _is_quantized(op.input(0)) and are(FLOAT32, op.output) else ""


def quantize(op: ModelOp) -> QuantizeFloat32 | ByteTable | Requantize:
    input_, output = op.input(0), op.output
    require(input_.count == output.count, "input and output differ in size")
    scale, zero_point = scale_of(output)
    if input_.kind is FLOAT32:
        return QuantizeFloat32(input_.count, scale, zero_point, ELEMENTS[output.kind])
    rescale = multiplier(scale_of(input_)[0] / scale)
    if INT16 in (input_.kind, output.kind):
        zero_point = scale_of(input_)[1]
        return Requantize(input_.count, ELEMENTS[input_.kind], zero_point, rescale, OutputRange.whole(output))
    values = _BYTES - scale_of(input_)[1]
    scaled = rescale_twice(values, np.array(rescale.mantissa), np.array(rescale.exponent)) + zero_point
    return ByteTable(input_.count, np.clip(scaled, -128, 127).astype(np.uint8), (True, True))


def dequantize(op: ModelOp) -> DequantizeBytes | DequantizeInt16:
    input_, output = op.input(0), op.output
    require(input_.count == output.count, "input and output differ in size")
    scale, zero_point = scale_of(input_)
    if input_.kind is INT16:
        return DequantizeInt16(input_.count, scale)
    with np.errstate(over="ignore"):  # infinity is what the reference gives too
        table = (_BYTES - zero_point).astype(np.float32) * np.float32(scale)
    return DequantizeBytes(input_.count, table)


OPERATIONS = {
    "DEQUANTIZE": OpKind(dequantize_refusal, dequantize),
    "QUANTIZE": OpKind(quantize_refusal, quantize),
}
