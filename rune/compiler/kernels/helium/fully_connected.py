"""FULLY_CONNECTED: packed and rounded as by `m0plus`, summed in vectors."""

from __future__ import annotations

from dataclasses import replace

from rune.compiler.anvil.kernel_call import KernelCall
from rune.compiler.anvil.kernel_set import Cost
from rune.compiler.anvil.ops.convolution.fully_connected import FullyConnectedInt8
from rune.compiler.kernels.m0plus import fully_connected as m0plus


def estimate(op: FullyConnectedInt8) -> Cost | None:
    cost = m0plus.estimate(op)
    return cost and Cost(op.multiply_accumulates // 4, cost.constants)


def int8(op: FullyConnectedInt8) -> KernelCall:
    return replace(m0plus.int8(op), function="rune_fully_connected_int8_vectors")


PACKERS = {FullyConnectedInt8: int8}
ESTIMATES = {FullyConnectedInt8: estimate}
