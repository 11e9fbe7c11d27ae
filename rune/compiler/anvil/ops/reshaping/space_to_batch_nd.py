"""SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND: the pixels of images dealt out to smaller images, and back.

Pixel (y, x) of an image, its padding counted, is pixel (y // block height, x // block width) of the small image whose
number is (y % block height) * block width + x % block width; the batch is counted within that number. Going back, what
was padded is cropped. Paddings are zeros, of int8 the zero point. Source: TFLite's kernels `space_to_batch_nd.cc` and
`batch_to_space_nd.cc`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from rune.compiler.anvil.channels import ChannelRange, Mask
from rune.compiler.anvil.computation import Array, CarriesChannels, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.reshaping.rearrangement import ELEMENTS, integers, moves_refusal
from rune.model.tflite import Tensor


@dataclass(frozen=True)
class Blocks:
    """`batches` images of `height` x `width` pixels, and the images of `rows` x `columns`, as many for each pixel of a
    block, to which they are dealt out. `top` and `left` are paddings before them, in pixels."""

    batches: int
    height: int
    width: int
    rows: int
    columns: int
    block_height: int
    block_width: int
    top: int
    left: int

    @property
    def canvas(self) -> tuple[int, int]:
        """Height and width of an image with its padding."""
        return self.rows * self.block_height, self.columns * self.block_width

    @property
    def is_padded(self) -> bool:
        """Whether an image is smaller than its canvas."""
        return self.canvas != (self.height, self.width)

    @property
    def fields(self) -> tuple[tuple[str, int], ...]:
        """Names and values, as `struct rune_blocks` (kernels/portable/reshaping/space_to_batch_nd.h) has them."""
        return tuple((each.name, getattr(self, each.name)) for each in fields(self))


@dataclass(frozen=True)
class SpaceToBatch(Computation, CarriesChannels):
    """Pixels of `depth` numbers of the type `element`; `padding` is as the tensor stores it."""

    blocks: Blocks
    depth: int
    element: np.dtype[Any]
    padding: int

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        to = self.blocks
        canvas = np.full((to.batches, *to.canvas, self.depth), self.padding, self.element)
        image = inputs[0].reshape(to.batches, to.height, to.width, self.depth)
        canvas[:, to.top : to.top + to.height, to.left : to.left + to.width] = image
        blocks = canvas.reshape(to.batches, to.rows, to.block_height, to.columns, to.block_width, self.depth)
        return (np.ascontiguousarray(blocks.transpose(2, 4, 0, 1, 3, 5)),)

    def bounds(self, *inputs: ChannelRange) -> ChannelRange | None:
        return inputs[0].widened(self.padding) if self.blocks.is_padded else inputs[0]

    def carrying(self, keep: Mask) -> Computation:
        return replace(self, depth=int(keep.sum()))


@dataclass(frozen=True)
class BatchToSpace(Computation, CarriesChannels):
    """The other way round; what lies beside the images on their canvas is cropped."""

    blocks: Blocks
    depth: int
    element: np.dtype[Any]

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        of = self.blocks
        blocks = inputs[0].reshape(of.block_height, of.block_width, of.batches, of.rows, of.columns, self.depth)
        canvas = blocks.transpose(2, 3, 0, 4, 1, 5).reshape(of.batches, *of.canvas, self.depth)
        image = canvas[:, of.top : of.top + of.height, of.left : of.left + of.width]
        return (np.ascontiguousarray(image),)

    def bounds(self, *inputs: ChannelRange) -> ChannelRange | None:
        return inputs[0]

    def carrying(self, keep: Mask) -> Computation:
        return replace(self, depth=int(keep.sum()))


def _refusal(op: ModelOp) -> str | None:
    if len(op.input(0).shape) not in (3, 4):
        return "with dimensions other than those of images or rows"
    return moves_refusal(op, 1, 2)


def _blocks(op: ModelOp, images: Tensor, small_images: Tensor) -> Blocks:
    """Raises `Contradiction` where images, blocks and what is beside them do not give the small images."""
    blocks, beside = integers(op.input(1)), integers(op.input(2))
    sides = len(images.shape) - 2
    require(len(images.shape) == len(small_images.shape), "its input and output have different numbers of dimensions")
    require(len(blocks) == sides, f"it has blocks of {len(blocks)} dimensions, not {sides}")
    require(len(beside) == 2 * sides, f"it has paddings or crops for {len(beside) // 2} dimensions, not {sides}")
    require(min(blocks) >= 1 and min(beside) >= 0, "it has a block below 1, or a padding or crop below 0")
    before, after = beside[::2], beside[1::2]
    for size, first, last, small, block in zip(
        images.shape[1:], before, after, small_images.shape[1:], blocks, strict=False
    ):
        require(
            size + first + last == small * block, f"{first} + {size} + {last} pixels are not {small} blocks of {block}"
        )
    batches, depth = images.shape[0], images.shape[-1]
    require(
        small_images.shape[0] == int(np.prod(blocks)) * batches,
        f"{batches} images give {small_images.shape[0]} small ones",
    )
    require(small_images.shape[-1] == depth, "its input and output have different numbers of channels")
    height, width = (*images.shape[1:-1], 1)[:2]
    rows, columns = (*small_images.shape[1:-1], 1)[:2]
    block_height, block_width = (*blocks, 1)[:2]
    top, left = (*before, 0)[:2]
    return Blocks(batches, height, width, rows, columns, block_height, block_width, top, left)


def _space_to_batch(op: ModelOp) -> SpaceToBatch:
    source = op.input(0)
    blocks = _blocks(op, source, op.output)
    return SpaceToBatch(blocks, source.shape[-1], ELEMENTS[source.kind], op.output.zero_point or 0)


def _batch_to_space(op: ModelOp) -> BatchToSpace:
    source = op.input(0)
    return BatchToSpace(_blocks(op, op.output, source), source.shape[-1], ELEMENTS[source.kind])


OPERATIONS = {
    "BATCH_TO_SPACE_ND": OpKind(_refusal, _batch_to_space),
    "SPACE_TO_BATCH_ND": OpKind(_refusal, _space_to_batch),
}
