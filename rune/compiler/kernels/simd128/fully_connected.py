"""FULLY_CONNECTED: weights of int8 in panels of eight, four or two rows, those of floats a lane for each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.kernel_call import ConstantPointer, InputPointer, KernelCall, OutputPointer
from rune.compiler.anvil.kernel_set import Cost
from rune.compiler.anvil.ops.convolution.fully_connected import FullyConnectedFloat32, FullyConnectedInt8
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.packing import float32s, folded_bias, int8s, int32s, nearest_rounding

TOGETHER = 4
"""Sums that become outputs at a time."""

FLOAT_VECTORS = 8
"""Vectors of so many sums of floats that are summed at a time, at most: `RUNE_FLOAT_VECTORS`."""
STORING = 60
"""Instructions that add up the sums of four outputs, round them in double precision and store them."""
CODE = 1000
"""Bytes of code that layers share, and that a rune whose layers all have lanes does not have."""


def cost(op: FullyConnectedInt8, together: int, summing: int) -> Cost:
    """Returns the cost where `together` inputs are read at once, and `summing` instructions add them to the sum of a
    row."""
    outputs, inputs = op.rows.shape
    steps, counts = -(-inputs // together), panel_rows(outputs)
    instructions = steps * (sum(counts) * summing + len(counts) * 4) + -(-outputs // 4) * STORING
    return Cost(op.batches * instructions, sum(counts) * steps * together + CODE)


def int8_cost(op: FullyConnectedInt8) -> Cost:
    return cost(op, 8, 3)


def int8(op: FullyConnectedInt8) -> KernelCall:
    bias = folded_bias(op.bias, op.weights.sum(axis=1), op.input_zero_point)
    return int8_call(op, int8s(panels(op.rows, op.row_zero_point, 8)), int32s(filled_bias(bias)))


def int8_call(op: FullyConnectedInt8, weights: ConstantPointer, bias: ConstantPointer) -> KernelCall:
    outputs, inputs = op.rows.shape
    scales = (*op.scales, *(0.0,) * (-outputs % TOGETHER))
    return KernelCall(
        "rune_fully_connected_int8",
        (
            InputPointer(0, "int8_t"),
            OutputPointer(0, "int8_t"),
            weights,
            bias,
            nearest_rounding(scales, op.output.zero_point, op.output.minimum, op.output.maximum),
            Number(op.batches),
            Number(inputs),
            Number(outputs),
            Number(op.row_zero_point),
        ),
    )


def filled_bias(bias: NDArray[np.generic]) -> NDArray[np.generic]:
    """Returns the bias with zeros up to the number of outputs that are computed together."""
    return np.concatenate([bias, np.zeros(-len(bias) % TOGETHER, bias.dtype)])


def panel_rows(outputs: int) -> list[int]:
    """Returns how many rows each panel has: eight while more than six are left, then four and two."""
    rows: list[int] = []
    while sum(rows) < outputs:
        left = outputs - sum(rows)
        rows.append(8 if left > 6 else 4 if left > 2 else 2)
    return rows


def panels(rows: NDArray[np.generic], zero_point: int, together: int) -> NDArray[np.generic]:
    """[row][input] to panels of rows: each [inputs that are read together][row][input], filled up with `zero_point`,
    which counts nothing."""
    outputs, inputs = rows.shape
    counts = panel_rows(outputs)
    full = np.full((sum(counts), -(-inputs // together) * together), zero_point, np.int8)
    full[:outputs, :inputs] = rows
    return in_blocks(full, counts, together)


def in_blocks(rows: NDArray[np.generic], counts: Sequence[int], together: int) -> NDArray[np.generic]:
    """[row][input] to one block behind the other, each of so many rows: [inputs that are read together][row][input]."""
    starts = np.cumsum(counts)[:-1]
    blocks = (each.reshape(len(each), -1, together).swapaxes(0, 1).ravel() for each in np.split(rows, starts))
    return np.concatenate(list(blocks))


def float32(op: FullyConnectedFloat32) -> KernelCall:
    outputs, inputs = op.weights.shape
    return KernelCall(
        "rune_fully_connected_float32",
        (
            InputPointer(0, "float"),
            OutputPointer(0, "float"),
            float32s(_in_blocks_of_vectors(op.weights)),
            float32s(filled_bias(op.bias)),
            Number(op.batches),
            Number(inputs),
            Number(outputs),
            Number(op.minimum),
            Number(op.maximum),
        ),
    )


def _in_blocks_of_vectors(weights: NDArray[np.generic]) -> NDArray[np.generic]:
    """[row][input] to blocks of rows that are as alike in size as can be, the larger ones first: each [input][row].
    Rows of zeros fill up the last four."""
    outputs, inputs = weights.shape
    vectors = -(-outputs // TOGETHER)
    full = np.zeros((vectors * TOGETHER, inputs), weights.dtype)
    full[:outputs] = weights
    blocks = -(-vectors // FLOAT_VECTORS)
    small, larger = divmod(vectors, blocks)
    counts = [TOGETHER * (small + (number < larger)) for number in range(blocks)]
    return in_blocks(full, counts, 1)


PACKERS = {FullyConnectedInt8: int8, FullyConnectedFloat32: float32}
ESTIMATES = {FullyConnectedInt8: int8_cost}
