"""ADD with broadcasting.

For int8 of one shape a formula in single precision is tried, and kept only when it gives the reference's byte for all
65,536 pairs of inputs; otherwise the exact arithmetic runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rune.anvil.fixed_point import (
    Integers,
    activation_range,
    multiplier,
    real_range,
    rescale_twice,
    scale_of,
)
from rune.anvil.kernel_call import Input, KernelCall, KernelStructure, Op, Operation, Output, require
from rune.anvil.ops.requantization import OutputRange, int32s, two_roundings
from rune.anvil.ops.types import FLOAT32, INT8, WITHOUT_SCALE, are, bounded, one_scale
from rune.anvil.program import Number
from rune.tflite import ElementwiseOptions, Tensor

LEFT_SHIFT = 20
"""Bits by which the reference raises the inputs before it rounds them to the common scale."""

RANK = 5
LANES = 4
"""Sums that are rescaled at a time."""


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


def call(op: Op) -> KernelCall:
    left, right, output = op.input(0), op.input(1), op.output
    shape = _broadcast(left, right, output)
    activation = _options(op).activation
    if left.kind is FLOAT32:
        minimum, maximum = real_range(activation)
        return KernelCall(
            "add.h",
            "rune_add_float32",
            (Input(0, "float"), Input(1, "float"), Output(0, "float"), shape, Number(minimum), Number(maximum)),
        )
    to = OutputRange(scale_of(output)[1], *activation_range(activation, output))
    terms = Terms.of(left, right, output)
    pointers = (Input(0, "int8_t"), Input(1, "int8_t"), Output(0, "int8_t"))
    if left.shape == right.shape == output.shape:
        proven = proven_formula(left, right, output, terms.bytes(to), to)
        if proven:
            numbers = (*map(float, proven), to.zero_point, to.minimum, to.maximum)
            return KernelCall("add.h", "rune_add_int8_proven", (*pointers, Number(output.count), *map(Number, numbers)))
    return KernelCall(
        "add.h",
        "rune_add_int8",
        (*pointers, int32s(terms.left), int32s(terms.right), shape, two_roundings([terms.real] * LANES, to)),
    )


@dataclass(frozen=True)
class Terms:
    """What each of the 256 bytes of an input adds, at 2**20 times the common scale, and the way from there back."""

    left: Integers
    right: Integers
    real: float

    @staticmethod
    def of(left: Tensor, right: Tensor, output: Tensor) -> Terms:
        common = 2 * max(scale_of(left)[0], scale_of(right)[0])
        back = common / ((1 << LEFT_SHIFT) * scale_of(output)[0])
        return Terms(_terms(left, common), _terms(right, common), back)

    def bytes(self, to: OutputRange) -> Integers:
        """The reference's output for all pairs of bytes, [left, right] from -128 on."""
        way = multiplier(self.real)
        sums = self.left[:, None] + self.right[None, :]
        scaled = rescale_twice(sums, np.array(way.mantissa), np.array(way.exponent))
        return np.clip(scaled + to.zero_point, to.minimum, to.maximum)


def _terms(tensor: Tensor, common: float) -> Integers:
    scale, zero_point = scale_of(tensor)
    way = multiplier(scale / common)
    raised = (np.arange(-128, 128, dtype=np.int64) - zero_point) << LEFT_SHIFT
    return rescale_twice(raised, np.array(way.mantissa), np.array(way.exponent))


def proven_formula(
    left: Tensor, right: Tensor, output: Tensor, expected: Integers, to: OutputRange
) -> tuple[np.float32, np.float32, np.float32] | None:
    """Scales of both inputs and an offset for which single precision gives `expected` everywhere, if any is found."""
    values = np.arange(-128, 128).astype(np.float32)
    (left_scale, left_zero), (right_scale, right_zero), (output_scale, _) = map(scale_of, (left, right, output))
    if max(left_scale, right_scale) / output_scale > 1024:
        return None  # the sums would leave the range in which the rounding trick is one
    right_factor = np.float32(right_scale / output_scale)
    for stretch, shift in _attempts():
        left_factor = np.float32(left_scale / output_scale * (1 + stretch))
        offset = np.float32(-(left_scale * left_zero + right_scale * right_zero) / output_scale + shift)
        sums = (values * left_factor)[:, None] + (values * right_factor)[None, :] + offset
        if np.array_equal(np.clip(np.rint(sums) + to.zero_point, to.minimum, to.maximum), expected):
            return left_factor, right_factor, offset
    return None


def _attempts() -> Iterator[tuple[float, float]]:
    """Small changes of a scale and of the offset, the least first."""
    for stretch in (0.0, 1e-7, -1e-7, 2e-7, -2e-7):
        for size in (0.0, 2e-6, 5e-6, 1e-5, 2e-5, 4e-5):
            yield from ((stretch, size), (stretch, -size)) if size else ((stretch, size),)


def _broadcast(left: Tensor, right: Tensor, output: Tensor) -> KernelStructure:
    """The fields of `struct rune_broadcast`. Neighbouring dimensions that behave alike are joined."""
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
    fields = []
    for which, name in ((1, "left_steps"), (2, "right_steps")):
        step = 1
        steps = []
        for dimension in reversed(joined):
            steps.append(0 if dimension[which] == 1 else step)
            step *= dimension[which]
        fields.append((name, tuple(reversed(steps))))
    return KernelStructure("struct rune_broadcast", (("sizes", tuple(size for size, _, _ in joined)), *fields))


OPERATION = Operation(refusal, call)
