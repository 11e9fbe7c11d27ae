"""QUANTIZE and DEQUANTIZE."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, OutputPointer
from rune.compiler.anvil.ops.numbers.quantize import DequantizeBytes, DequantizeInt16, QuantizeFloat32, Requantize
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.packing import C_TYPES, float32s, two_roundings


def floats(op: QuantizeFloat32) -> KernelCall:
    numbers = (Number(op.count), Number(op.scale), Number(op.zero_point))
    kind = op.element.name
    return KernelCall(f"rune_quantize_{kind}", (InputPointer(0, "float"), OutputPointer(0, C_TYPES[kind]), *numbers))


def requantize(op: Requantize) -> KernelCall:
    source, result = op.source.name, op.output.element.name
    return KernelCall(
        f"rune_requantize_{source}_to_{result}",
        (
            InputPointer(0, C_TYPES[source]),
            OutputPointer(0, C_TYPES[result]),
            Number(op.count),
            Number(op.zero_point),
            two_roundings([op.multiplier], op.output),
        ),
    )


def dequantize(op: DequantizeBytes) -> KernelCall:
    return KernelCall(
        "rune_dequantize_bytes",
        (InputPointer(0, "uint8_t"), OutputPointer(0, "float"), float32s(op.table), Number(op.count)),
    )


def dequantize_int16(op: DequantizeInt16) -> KernelCall:
    numbers = (Number(op.count), Number(op.scale))
    return KernelCall("rune_dequantize_int16", (InputPointer(0, "int16_t"), OutputPointer(0, "float"), *numbers))


PACKERS = {
    QuantizeFloat32: floats,
    Requantize: requantize,
    DequantizeBytes: dequantize,
    DequantizeInt16: dequantize_int16,
}
