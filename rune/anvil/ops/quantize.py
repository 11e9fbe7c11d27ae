"""QUANTIZE and DEQUANTIZE: floats to bytes and back, and bytes of one scale to bytes of another."""

from __future__ import annotations

import numpy as np

from rune.anvil.fixed_point import multiplier, rescale_twice, scale_of
from rune.anvil.kernel_call import Constant, Input, KernelCall, Op, Operation, Output, require
from rune.anvil.ops.types import BEYOND_32_BITS, FLOAT32, INT8, UINT8, are, one_scale
from rune.anvil.program import Number
from rune.tflite import Tensor, TensorKind

_LOWEST = {INT8: -128, UINT8: 0}


def _is_bytes(tensor: Tensor) -> bool:
    return tensor.kind in _LOWEST and one_scale(tensor) and not tensor.is_sparse


def quantize_refusal(op: Op) -> str | None:
    fits = _is_bytes(op.output) and (are(FLOAT32, op.input(0)) or _is_bytes(op.input(0)))
    if not fits:
        return ""
    return BEYOND_32_BITS if op.input(0).kind is not FLOAT32 and _leaves_32_bits(op) else None


def _leaves_32_bits(op: Op) -> bool:
    """Whether the reference's left shift raises a byte, counted from its zero point, out of 32 bits."""
    scale, zero_point = scale_of(op.input(0))
    reach = np.abs(_bytes(op.input(0).kind) - zero_point).max()
    return int(reach) << max(multiplier(scale / scale_of(op.output)[0]).exponent, 0) >= 2**31 - 2**20


def dequantize_refusal(op: Op) -> str | None:
    return None if _is_bytes(op.input(0)) and are(FLOAT32, op.output) else ""


def quantize(op: Op) -> KernelCall:
    numbers, output = op.input(0), op.output
    require(numbers.count == output.count, "input and output differ in size")
    scale, zero_point = scale_of(output)
    if numbers.kind is FLOAT32:
        kind = output.kind.name.lower()
        return KernelCall(
            "quantize.h",
            f"rune_quantize_{kind}",
            (Input(0, "float"), Output(0, f"{kind}_t"), *map(Number, (numbers.count, scale, zero_point))),
        )
    way = multiplier(scale_of(numbers)[0] / scale)
    values = _bytes(numbers.kind) - scale_of(numbers)[1]
    scaled = rescale_twice(values, np.array(way.mantissa), np.array(way.exponent)) + zero_point
    lowest = _LOWEST[output.kind]
    table = np.clip(scaled, lowest, lowest + 255).astype(np.uint8)
    return KernelCall(
        "quantize.h",
        "rune_quantize_bytes",
        (Input(0, "uint8_t"), Output(0, "uint8_t"), Constant("uint8_t", table.tobytes()), Number(numbers.count)),
    )


def dequantize(op: Op) -> KernelCall:
    numbers, output = op.input(0), op.output
    require(numbers.count == output.count, "input and output differ in size")
    scale, zero_point = scale_of(numbers)
    table = (_bytes(numbers.kind) - zero_point).astype(np.float32) * np.float32(scale)
    return KernelCall(
        "quantize.h",
        "rune_dequantize_bytes",
        (
            Input(0, "uint8_t"),
            Output(0, "float"),
            Constant("float", table.astype("<f4").tobytes()),
            Number(numbers.count),
        ),
    )


def _bytes(kind: TensorKind) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """What the bytes 0 to 255 stand for in a kind."""
    values = np.arange(256, dtype=np.int64)
    return np.where(values < 128, values, values - 256) if kind is INT8 else values


QUANTIZE = Operation(quantize_refusal, quantize)
DEQUANTIZE = Operation(dequantize_refusal, dequantize)
