"""ADD with broadcasting. int8 inputs are raised by 20 bits and brought to a common scale; the sum is rounded twice."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from rune.anvil.channels import CarriesChannels, Mask, Range
from rune.anvil.computation import Array, Computation
from rune.anvil.fixed_point import Integers, Multiplier, multiplier, real_range, rescale_twice, scale_of
from rune.anvil.operation import Op, Operation, require
from rune.anvil.ops.rescaling import OutputRange, multipliers_of
from rune.anvil.ops.types import FLOAT32, INT8, WITHOUT_SCALE, are, bounded, one_scale
from rune.tflite import ElementwiseOptions, Tensor

LEFT_SHIFT = 20
"""Bits by which the reference raises the inputs before it rounds them to the common scale."""

RANK = 5


@dataclass(frozen=True)
class Broadcast:
    """Five dimensions of the output, the last one densest, and the steps in elements of each input; 0: repeated."""

    sizes: tuple[int, ...]
    left_steps: tuple[int, ...]
    right_steps: tuple[int, ...]

    @property
    def count(self) -> int:
        """Elements of the output."""
        return int(np.prod(self.sizes))

    @property
    def fields(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """Names and values, as `struct rune_broadcast` (kernels/common/broadcast.h) has them."""
        return (("sizes", self.sizes), ("left_steps", self.left_steps), ("right_steps", self.right_steps))

    def spread(self, left: Array, right: Array) -> tuple[Array, Array]:
        """Both inputs with the output's five dimensions."""
        found = []
        for values, steps in ((left, self.left_steps), (right, self.right_steps)):
            strides = tuple(step * values.itemsize for step in steps)
            found.append(np.lib.stride_tricks.as_strided(np.ascontiguousarray(values), self.sizes, strides))
        return found[0], found[1]

    @staticmethod
    def dense(count: int) -> Broadcast:
        """Both inputs have as many elements as the output."""
        return Broadcast((1, 1, 1, 1, count), (0, 0, 0, 0, 1), (0, 0, 0, 0, 1))


@dataclass(frozen=True, eq=False)
class AddInt8(Computation, CarriesChannels):
    """Scales and zero points of both inputs and the output's scale; what each of the 256 bytes of an input adds, at
    2**20 times the common scale; and the multiplier from there back."""

    shape: Broadcast
    is_dense: bool
    """Whether both inputs have the output's shape."""
    left: tuple[float, int]
    right: tuple[float, int]
    output_scale: float
    left_terms: Integers
    right_terms: Integers
    multiplier: Multiplier
    output: OutputRange

    is_elementwise = True

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        left, right = self.shape.spread(*(each.astype(np.int64) + 128 for each in inputs))
        return (self.bytes().astype(np.int8)[left, right],)

    def bounds(self, *inputs: Range) -> Range | None:
        if not self.is_dense or self.multiplier.exponent > 0:  # a left shift may leave 32 bits
            return None
        left, right = inputs
        sums = self.bytes()  # a greater input never gives a smaller sum
        return Range(
            sums[left.least + 128, right.least + 128].astype(np.int64),
            sums[left.greatest + 128, right.greatest + 128].astype(np.int64),
        )

    def carrying(self, keep: Mask) -> Computation | None:
        if not self.is_dense:
            return None
        return replace(self, shape=Broadcast.dense(self.shape.count // len(keep) * int(keep.sum())))

    def bytes(self) -> Integers:
        """The reference's output for all pairs of bytes, [left, right] from -128 on."""
        sums = self.left_terms[:, None] + self.right_terms[None, :]
        scaled = rescale_twice(sums, np.array(self.multiplier.mantissa), np.array(self.multiplier.exponent))
        return np.clip(scaled + self.output.zero_point, self.output.minimum, self.output.maximum)


@dataclass(frozen=True)
class AddFloat32(Computation):
    """The sums, clamped."""

    shape: Broadcast
    minimum: float
    maximum: float

    is_elementwise = True

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        left, right = self.shape.spread(*inputs)
        return (np.clip(left + right, np.float32(self.minimum), np.float32(self.maximum)),)


def _options(op: Op) -> ElementwiseOptions:
    assert isinstance(op.operator.options, ElementwiseOptions)  # noqa: S101 - the reader gives these for this op
    return op.operator.options


def refusal(op: Op) -> str | None:
    left, right, output = op.input(0), op.input(1), op.output
    if are(INT8, left, right, output):
        if not one_scale(left, right, output):
            return WITHOUT_SCALE
    elif not are(FLOAT32, left, right, output):
        return ""
    if not bounded(_options(op).activation):
        return f"activation {_options(op).activation.name}"
    if len(output.shape) > RANK:
        return f"with more than {RANK} dimensions"
    return None


def computation(op: Op) -> AddInt8 | AddFloat32:
    left, right, output = op.input(0), op.input(1), op.output
    shape = _broadcast(left, right, output)
    activation = _options(op).activation
    if left.kind is FLOAT32:
        return AddFloat32(shape, *real_range(activation))
    common = 2 * max(scale_of(left)[0], scale_of(right)[0])
    (back,) = multipliers_of([common / ((1 << LEFT_SHIFT) * scale_of(output)[0])])
    return AddInt8(
        shape,
        left.shape == right.shape == output.shape,
        scale_of(left),
        scale_of(right),
        scale_of(output)[0],
        _terms(left, common),
        _terms(right, common),
        back,
        OutputRange.of(activation, output),
    )


def _terms(tensor: Tensor, common: float) -> Integers:
    scale, zero_point = scale_of(tensor)
    rescale = multiplier(scale / common)
    raised = (np.arange(-128, 128, dtype=np.int64) - zero_point) << LEFT_SHIFT
    return rescale_twice(raised, np.array(rescale.mantissa), np.array(rescale.exponent))


def _broadcast(left: Tensor, right: Tensor, output: Tensor) -> Broadcast:
    """The steps. Neighbouring dimensions that behave alike are joined."""
    rank = len(output.shape)
    require(max(len(left.shape), len(right.shape)) <= rank, "an input has more dimensions than the output")
    full = [(1,) * (rank - len(tensor.shape)) + tensor.shape for tensor in (left, right)]
    joined: list[list[int]] = []  # output, left, right
    for sizes in zip(output.shape, *full, strict=True):
        size, *others = sizes
        require(
            all(other in (1, size) for other in others) and size in others,
            f"{list(left.shape)} and {list(right.shape)} do not give {list(output.shape)}",
        )
        if size == 1:
            continue
        repeats = [other == 1 for other in others]
        if joined and repeats == [total == 1 for total in joined[-1][1:]]:
            joined[-1] = [total * each for total, each in zip(joined[-1], sizes, strict=True)]
        else:
            joined.append(list(sizes))
    joined = [[1, 1, 1]] * (RANK - len(joined)) + joined
    steps = [_steps([dimension[which] for dimension in joined]) for which in (1, 2)]
    return Broadcast(tuple(size for size, _, _ in joined), *steps)


def _steps(sizes: list[int]) -> tuple[int, ...]:
    """From each index of a dense tensor to the next; 0 where there is one index only."""
    steps, step = [], 1
    for size in reversed(sizes):
        steps.append(0 if size == 1 else step)
        step *= size
    return tuple(reversed(steps))


OPERATIONS = {"ADD": Operation(refusal, computation, operands=2)}
