"""FULLY_CONNECTED: weights as the model has them, biases that hold what the input's zero point adds."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, KernelStructure, OutputPointer
from rune.compiler.anvil.ops.convolution.fully_connected import FullyConnectedFloat32, FullyConnectedInt8
from rune.compiler.anvil.ops.numbers.rescaling import sum_bounds
from rune.compiler.anvil.program import Number
from rune.compiler.anvil.requantisation.proven_integers import prove_integers
from rune.compiler.kernels.packing import float32s, folded_bias, int8s, int32s, nearest_rounding, one_rounding


def int8(op: FullyConnectedInt8) -> KernelCall:
    outputs, inputs = op.rows.shape
    name, scales = rescaling(op)
    return KernelCall(
        f"rune_fully_connected_int8{name}",
        (
            InputPointer(0, "int8_t"),
            OutputPointer(0, "int8_t"),
            int8s(op.rows),
            int32s(folded_bias(op.bias, op.weights.sum(axis=1), op.input_zero_point)),
            scales,
            Number(op.batches),
            Number(inputs),
            Number(outputs),
            Number(op.row_zero_point),
        ),
    )


def rescaling(op: FullyConnectedInt8) -> tuple[str, KernelStructure]:
    """The integers that are proved for the layer's sums, or else its scales; and how the kernel's name ends for
    them."""
    to, sums = op.output, sum_bounds(op.weights, op.bias, op.input_zero_point)
    if max(-int(sums.least.min()), int(sums.greatest.max())) < 2**31:  # else they wrap, and may be anything
        least, most = to.minimum - to.zero_point, to.maximum - to.zero_point
        integers = prove_integers(op.scales, sums.least, sums.greatest, least, most)
        if integers is not None:
            return "", one_rounding(integers, to)
    return "_nearest", nearest_rounding(op.scales, to.zero_point, to.minimum, to.maximum)


def float32(op: FullyConnectedFloat32) -> KernelCall:
    outputs, inputs = op.weights.shape
    return KernelCall(
        "rune_fully_connected_float32",
        (
            InputPointer(0, "float"),
            OutputPointer(0, "float"),
            float32s(op.weights),
            float32s(op.bias),
            Number(op.batches),
            Number(inputs),
            Number(outputs),
            Number(op.minimum),
            Number(op.maximum),
        ),
    )


PACKERS = {FullyConnectedInt8: int8, FullyConnectedFloat32: float32}
