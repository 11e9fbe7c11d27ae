"""QUANTIZE and DEQUANTIZE."""

from __future__ import annotations

from rune.anvil.kernel_call import Input, KernelCall, Output
from rune.anvil.ops.quantize import DequantizeBytes, QuantizeFloat32
from rune.anvil.program import Number
from rune.kernels.packing import float32s


def floats(op: QuantizeFloat32) -> KernelCall:
    kind = "int8" if op.is_signed else "uint8"
    return KernelCall(
        f"rune_quantize_{kind}",
        (Input(0, "float"), Output(0, f"{kind}_t"), Number(op.count), Number(op.scale), Number(op.zero_point)),
    )


def dequantize(op: DequantizeBytes) -> KernelCall:
    return KernelCall(
        "rune_dequantize_bytes", (Input(0, "uint8_t"), Output(0, "float"), float32s(op.table), Number(op.count))
    )


PACKERS = {QuantizeFloat32: floats, DequantizeBytes: dequantize}
