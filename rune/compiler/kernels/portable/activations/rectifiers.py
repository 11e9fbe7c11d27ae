"""RELU and its like, of float32 and int16; those of int8 are tables."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, OutputPointer
from rune.compiler.anvil.ops.activations.rectifiers import ClampFloat32, LeakyReluFloat32, LeakyReluInt16
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.packing import two_roundings


def clamp(op: ClampFloat32) -> KernelCall:
    bounds = (Number(op.minimum), Number(op.maximum))
    return KernelCall(
        "rune_clamp_float32", (InputPointer(0, "float"), OutputPointer(0, "float"), Number(op.count), *bounds)
    )


def leaky_relu(op: LeakyReluFloat32) -> KernelCall:
    numbers = (Number(op.count), Number(op.alpha))
    return KernelCall("rune_leaky_relu_float32", (InputPointer(0, "float"), OutputPointer(0, "float"), *numbers))


def leaky_relu_int16(op: LeakyReluInt16) -> KernelCall:
    scales = two_roundings([op.above, op.below], op.output)
    return KernelCall(
        "rune_leaky_relu_int16", (InputPointer(0, "int16_t"), OutputPointer(0, "int16_t"), Number(op.count), scales)
    )


PACKERS = {ClampFloat32: clamp, LeakyReluFloat32: leaky_relu, LeakyReluInt16: leaky_relu_int16}
