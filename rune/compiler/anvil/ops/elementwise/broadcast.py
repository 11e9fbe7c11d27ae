"""Two inputs of which dimensions of one are repeated: how elementwise ops with two inputs go through them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rune.compiler.anvil.channels import Mask
from rune.compiler.anvil.computation import Array
from rune.compiler.anvil.operation import ModelOp, require
from rune.compiler.anvil.ops.types import FLOAT32, INT32, are, are_quantized, bounded, scale_refusal
from rune.model.tflite import Activation, ElementwiseOptions, Tensor

RANK = 5
"""Dimensions that kernels go through; of more, those that behave alike are joined."""

BEYOND_RANK = f"with more than {RANK} dimensions"


@dataclass(frozen=True)
class Broadcast:
    """Five dimensions of the output, the last one densest, and the steps in elements of each input; 0: repeated."""

    sizes: tuple[int, ...]
    left_steps: tuple[int, ...]
    right_steps: tuple[int, ...]

    @property
    def count(self) -> int:
        """Elements of the output."""
        return math.prod(self.sizes)

    @property
    def fields(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """Names and values, as `struct rune_broadcast` (c_library/common/broadcast.h) has them."""
        return (("sizes", self.sizes), ("left_steps", self.left_steps), ("right_steps", self.right_steps))

    def spread(self, left: Array, right: Array) -> tuple[Array, Array]:
        """Returns both inputs with the output's five dimensions."""
        return self._spread(left, self.left_steps), self._spread(right, self.right_steps)

    def _spread(self, values: Array, steps: tuple[int, ...]) -> Array:
        if values.size == self.count == 1:
            return values.reshape(self.sizes)
        strides = tuple(step * values.itemsize for step in steps)
        return np.lib.stride_tricks.as_strided(np.ascontiguousarray(values), self.sizes, strides)

    @staticmethod
    def dense(count: int) -> Broadcast:
        """Returns the shape where both inputs have as many elements as the output."""
        return Broadcast((1, 1, 1, 1, count), (0, 0, 0, 0, 1), (0, 0, 0, 0, 1))

    def carrying(self, keep: Mask) -> Broadcast:
        """The same for tensors without the other channels; an input that has one channel for all keeps that."""
        left, right = (_remaining_steps(steps, keep) for steps in (self.left_steps, self.right_steps))
        return Broadcast((*self.sizes[:-1], _remaining_count(self.sizes[-1], keep)), left, right)


def _remaining_count(count: int, keep: Mask) -> int:
    """Returns how many of so many elements are of the channels that stay."""
    return count // len(keep) * int(keep.sum())


def _remaining_steps(steps: tuple[int, ...], keep: Mask) -> tuple[int, ...]:
    return (*(_remaining_count(step, keep) for step in steps[:-1]), 1) if steps[-1] else steps


def activation_of(op: ModelOp) -> Activation:
    """The fused activation; MINIMUM and MAXIMUM have none."""
    options = op.operator.options
    return options.activation if isinstance(options, ElementwiseOptions) else Activation.NONE


def binary_refusal(op: ModelOp) -> str | None:
    """Returns why an elementwise op of two inputs has no kernel, of int8, int16 or float32."""
    left, right, output = op.input(0), op.input(1), op.output
    if are_quantized(left, right, output):
        why = scale_refusal(left, right, output)
        if why is not None:
            return why
    elif not are(FLOAT32, left, right, output):
        return ""
    if not bounded(activation_of(op)):
        return f"activation {activation_of(op).name}"
    return BEYOND_RANK if len(output.shape) > RANK else None


def arithmetic_refusal(op: ModelOp) -> str | None:
    """The same, of int8, int16, float32 or int32, which has no activation."""
    if not are_whole(op):
        return binary_refusal(op)
    if activation_of(op) is not Activation.NONE:
        return f"activation {activation_of(op).name}"
    return BEYOND_RANK if len(op.output.shape) > RANK else None


def are_whole(op: ModelOp) -> bool:
    """Returns whether both inputs and the output are int32."""
    return are(INT32, op.input(0), op.input(1), op.output)


def broadcast(left: Tensor, right: Tensor, output: Tensor) -> Broadcast:
    """The steps. Neighbouring dimensions that behave alike are joined."""
    return _of_shapes(left.shape, right.shape, output.shape)


@lru_cache(maxsize=256)
def _of_shapes(left: tuple[int, ...], right: tuple[int, ...], output: tuple[int, ...]) -> Broadcast:
    """An unrolled loop has hundreds of the same."""
    rank = len(output)
    require(max(len(left), len(right)) <= rank, "an input has more dimensions than the output")
    full = [(1,) * (rank - len(shape)) + shape for shape in (left, right)]
    joined_dimensions: list[list[int]] = []  # output, left, right
    for sizes in zip(output, *full, strict=True):
        size, *others = sizes
        require(
            all(other in (1, size) for other in others) and size in others,
            f"{list(left)} and {list(right)} do not give {list(output)}",
        )
        if size == 1:
            continue
        repeats = [other == 1 for other in others]
        if joined_dimensions and repeats == [total == 1 for total in joined_dimensions[-1][1:]]:
            joined_dimensions[-1] = [total * each for total, each in zip(joined_dimensions[-1], sizes, strict=True)]
        else:
            joined_dimensions.append(list(sizes))
    joined_dimensions = [[1, 1, 1]] * (RANK - len(joined_dimensions)) + joined_dimensions
    steps = [_steps([dimension[which] for dimension in joined_dimensions]) for which in (1, 2)]
    return Broadcast(tuple(size for size, _, _ in joined_dimensions), *steps)


def _steps(sizes: list[int]) -> tuple[int, ...]:
    """Returns the step from each index of a dense tensor to the next; 0 where there is one index only."""
    steps, step = [], 1
    for size in reversed(sizes):
        steps.append(0 if size == 1 else step)
        step *= size
    return tuple(reversed(steps))
