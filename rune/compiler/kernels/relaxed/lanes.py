"""FULLY_CONNECTED of int8 where single precision rounds exactly: a lane for each output, four inputs at a time."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import KernelCall, Scratch
from rune.compiler.anvil.kernel_set import Cost
from rune.compiler.anvil.ops.convolution.fully_connected import FullyConnectedInt8
from rune.compiler.kernels.relaxed import fully_connected
from rune.compiler.kernels.relaxed.offset_sums import counted_sums
from rune.compiler.kernels.simd128.lanes import cost, int8_call, lanes
from rune.compiler.kernels.simd128.requantization import dense_rounding


def int8_cost(op: FullyConnectedInt8) -> Cost:
    return cost(op, 4, 2, shortest=16)


def int8(op: FullyConnectedInt8) -> KernelCall:
    rounding = dense_rounding(op.scales, counted_sums(op.weights, op.bias, op.input_zero_point), op.output)
    if rounding is None:
        return fully_connected.int8(op)
    scratch = Scratch("uint8_t", op.rows.shape[1] + 16)
    return int8_call("rune_relaxed_fully_connected_lanes_int8", op, scratch, lanes(op.rows, 4), rounding)


PACKERS = {FullyConnectedInt8: int8}
ESTIMATES = {FullyConnectedInt8: int8_cost}
