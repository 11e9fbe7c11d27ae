"""FULLY_CONNECTED of int8 where single precision rounds exactly: a lane for each output."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.kernel_call import (
    ConstantPointer,
    InputPointer,
    KernelCall,
    KernelStructure,
    OutputPointer,
    Scratch,
)
from rune.compiler.anvil.kernel_set import Cost
from rune.compiler.anvil.ops.convolution.fully_connected import FullyConnectedInt8
from rune.compiler.anvil.program import Number
from rune.compiler.anvil.requantisation.proven_scale import ScaleProof
from rune.compiler.kernels.packing import int8s
from rune.compiler.kernels.simd128 import fully_connected
from rune.compiler.kernels.simd128.fully_connected import in_blocks
from rune.compiler.kernels.simd128.requantization import dense_rounding, shared_structure, sums_of

BLOCKS = (8, 4, 2, 1)
"""Vectors of four outputs that are summed together."""

STORING = 24
"""Instructions that round the sums of 8 outputs and store them."""


def cost(op: FullyConnectedInt8, together: int, summing: int, shortest: int) -> Cost:
    """Returns the cost where `together` inputs are read at once, and `summing` instructions add them to a vector of
    sums. A sum waits for the one before, so a step takes `shortest` instructions at least."""
    outputs, inputs = op.rows.shape
    steps = -(-inputs // together)
    summing_time = sum(steps * max(shortest, count * summing + 3) for count in _blocks(outputs))
    constants = -(-outputs // 4) * 4 * steps * together
    return Cost(op.batches * (summing_time + -(-outputs // 8) * STORING), constants)


def int8_cost(op: FullyConnectedInt8) -> Cost:
    return cost(op, 2, 3, shortest=0)


def int8(op: FullyConnectedInt8) -> KernelCall:
    rounding = dense_rounding(op.scales, sums_of(op.weights, op.bias, op.input_zero_point), op.output)
    if rounding is None:
        return fully_connected.int8(op)
    scratch = Scratch("int16_t", (op.rows.shape[1] + 8) * 2)
    return int8_call("rune_fully_connected_lanes_int8", op, scratch, lanes(op.rows, 2), rounding)


def int8_call(
    function: str,
    op: FullyConnectedInt8,
    scratch: Scratch,
    weights: NDArray[np.generic],
    rounding: tuple[ConstantPointer, KernelStructure, ScaleProof],
) -> KernelCall:
    outputs, inputs = op.rows.shape
    bias, requantize, proof = rounding
    return KernelCall(
        function,
        (
            InputPointer(0, "int8_t"),
            OutputPointer(0, "int8_t"),
            scratch,
            int8s(weights),
            bias,
            shared_structure(requantize),
            Number(op.batches),
            Number(inputs),
            Number(outputs),
            Number(op.row_zero_point),
        ),
        proof,
    )


def _blocks(outputs: int) -> list[int]:
    """Returns how many vectors of outputs each block has."""
    left, blocks = -(-outputs // 4), []
    for size in BLOCKS:
        blocks += [size] * (left // size)
        left %= size
    return blocks


def lanes(rows: NDArray[np.generic], together: int) -> NDArray[np.generic]:
    """[output][input] to blocks of outputs: each [inputs that are read together][output][input], filled up with zeros,
    which count nothing."""
    outputs, inputs = rows.shape
    full = np.zeros((-(-outputs // 4) * 4, -(-inputs // together) * together), np.int8)
    full[:outputs, :inputs] = rows
    return in_blocks(full, [4 * count for count in _blocks(outputs)], together)


PACKERS = {FullyConnectedInt8: int8}
ESTIMATES = {FullyConnectedInt8: int8_cost}
