"""FULLY_CONNECTED of int8: weights in panels, sixteen inputs at a time."""

from __future__ import annotations

from dataclasses import replace

from rune.compiler.anvil.kernel_call import KernelCall
from rune.compiler.anvil.kernel_set import Cost
from rune.compiler.anvil.ops.convolution.fully_connected import FullyConnectedInt8
from rune.compiler.kernels.packing import int8s, int32s
from rune.compiler.kernels.relaxed.offset_sums import counted_bias
from rune.compiler.kernels.simd128.fully_connected import cost, filled_bias, int8_call, panels


def int8_cost(op: FullyConnectedInt8) -> Cost:
    return cost(op, 16, 2)


def int8(op: FullyConnectedInt8) -> KernelCall:
    bias = counted_bias(op.bias, op.weights.sum(axis=1), op.input_zero_point)
    weights = int8s(panels(op.rows, op.row_zero_point, 16))
    return replace(int8_call(op, weights, int32s(filled_bias(bias))), function="rune_relaxed_fully_connected_int8")


PACKERS = {FullyConnectedInt8: int8}
ESTIMATES = {FullyConnectedInt8: int8_cost}
