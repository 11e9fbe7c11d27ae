"""QUANTIZE and DEQUANTIZE."""

from __future__ import annotations

from rune.anvil.kernel_call import Input, KernelCall, Output
from rune.anvil.ops.quantize import DequantizeBytes, QuantizeFloat32
from rune.anvil.program import Number
from rune.kernels.packing import float32s


def floats(op: QuantizeFloat32) -> KernelCall:
    numbers = (Number(op.count), Number(op.scale), Number(op.zero_point))
    return KernelCall("rune_quantize_int8", (Input(0, "float"), Output(0, "int8_t"), *numbers))


def dequantize(op: DequantizeBytes) -> KernelCall:
    return KernelCall(
        "rune_dequantize_bytes", (Input(0, "uint8_t"), Output(0, "float"), float32s(op.table), Number(op.count))
    )


PACKERS = {QuantizeFloat32: floats, DequantizeBytes: dequantize}
