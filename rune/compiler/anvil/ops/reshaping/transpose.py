"""TRANSPOSE, SPACE_TO_DEPTH, DEPTH_TO_SPACE, TILE and BROADCAST_TO: dimensions in another order, or again and again.

Source: TFLite's kernels `transpose.cc`, `space_to_depth.cc`, `depth_to_space.cc`, `tile.cc` and `broadcast_to.cc`.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.reshaping.rearrangement import Rearrangement, integers, moves_refusal, rearranged
from rune.compiler.anvil.ops.types import INT16, are
from rune.model.tflite import BlockOptions

UNFIT = "its input cannot be repeated so"


def _refusal(op: ModelOp, constants: tuple[int, ...]) -> str | None:
    return moves_refusal(op, *constants)


def _block_refusal(op: ModelOp) -> str | None:
    return "" if are(INT16, op.input(0)) else moves_refusal(op)  # the reference does not take int16


def _transpose(op: ModelOp) -> Rearrangement:
    shape = op.input(0).shape
    order = [axis + len(shape) if axis < 0 else axis for axis in integers(op.input(1))]
    require(sorted(order) == list(range(len(shape))), f"{order} is no order of {len(shape)} dimensions")
    return rearranged(op, [np.arange(size) for size in shape], order)


def _block(op: ModelOp) -> int:
    assert isinstance(op.operator.options, BlockOptions)  # noqa: S101 - the reader gives these for this op
    return op.operator.options.block_size


def _space_to_depth(op: ModelOp) -> Rearrangement:
    """A block of pixels becomes one: their channels one after the other, row by row."""
    block, shape = _block(op), op.input(0).shape
    require(len(shape) == 4, "an image must have four dimensions")
    batches, height, width, depth = shape
    require(height % block == width % block == 0, f"{height} x {width} pixels are not blocks of {block}")
    sizes = (batches, height // block, block, width // block, block, depth)
    return rearranged(op, [np.arange(size) for size in sizes], (0, 1, 3, 2, 4, 5), sizes=sizes)


def _depth_to_space(op: ModelOp) -> Rearrangement:
    """The other way round."""
    block, shape = _block(op), op.input(0).shape
    require(len(shape) == 4, "an image must have four dimensions")
    batches, height, width, depth = shape
    require(depth % (block * block) == 0, f"{depth} channels are not a block of {block} x {block}")
    sizes = (batches, height, width, block, block, depth // (block * block))
    return rearranged(op, [np.arange(size) for size in sizes], (0, 1, 3, 2, 4, 5), sizes=sizes)


def _tile(op: ModelOp) -> Rearrangement:
    shape, times = op.input(0).shape, integers(op.input(1))
    require(len(times) == len(shape) and all(each > 0 for each in times), "it has no count for each dimension")
    require(len(op.output.shape) == len(shape), UNFIT)
    require(
        all(size * each <= longest for size, each, longest in zip(shape, times, op.output.shape, strict=True)), UNFIT
    )
    return rearranged(op, [np.tile(np.arange(size), each) for size, each in zip(shape, times, strict=True)])


def _broadcast(op: ModelOp) -> Rearrangement:
    output = op.output.shape
    shape = (1,) * (len(output) - len(op.input(0).shape)) + op.input(0).shape
    require(len(shape) == len(output) and all(map(_repeats, shape, output)), UNFIT)
    places = [np.zeros(wide, int) if size == 1 else np.arange(size) for size, wide in zip(shape, output, strict=True)]
    return rearranged(op, places, sizes=shape)


def _repeats(size: int, wide: int) -> bool:
    return size in (1, wide)


OPERATIONS = {
    "BROADCAST_TO": OpKind(partial(_refusal, constants=(1,)), _broadcast),
    "DEPTH_TO_SPACE": OpKind(_block_refusal, _depth_to_space),
    "SPACE_TO_DEPTH": OpKind(_block_refusal, _space_to_depth),
    "TILE": OpKind(partial(_refusal, constants=(1,)), _tile),
    "TRANSPOSE": OpKind(partial(_refusal, constants=(1,)), _transpose),
}
