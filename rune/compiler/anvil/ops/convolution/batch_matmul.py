"""BATCH_MATMUL: products of matrices, each of a batch with its counterpart; batches of one are repeated.

Sums of int8, each number counted from its zero point, are rounded twice; those of int16 have 64 bits. The quotient
of scales is taken as for a fully connected layer without a bias. Floats with constant weights of int8 are computed as a
fully connected layer of that kind (`hybrid`). Source: TFLite's kernel `batch_matmul.cc` and its reference kernel
`reference_ops::BatchMatMul`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rune.compiler.anvil.channels import ChannelRange
from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.convolution.conv_2d import multiplier_without_bias
from rune.compiler.anvil.ops.convolution.hybrid import HybridConv2D
from rune.compiler.anvil.ops.convolution.wide_sums import BEYOND_47_BITS, FARTHEST_SUM, LARGEST_EXPONENT, WideRescaling
from rune.compiler.anvil.ops.convolution.window import Window
from rune.compiler.anvil.ops.numbers.rescaling import OutputRange, are_in_reach, multipliers_of, rescaled_twice
from rune.compiler.anvil.ops.types import (
    BEYOND_32_BITS,
    FLOAT32,
    INT16,
    SCALES_APART,
    are,
    are_hybrid,
    are_quantized,
    array,
    one_scale,
    scale_refusal,
)
from rune.compiler.anvil.requantisation.fixed_point import Multiplier, multiplier, scale_of
from rune.model.tflite import Activation, BatchMatMulOptions

RANK = 5
"""Dimensions of the output, at most."""

HYBRID_RANK = 3
"""Dimensions of floats beside weights of int8, at most."""

MOST_MATRICES = 1 << 14
"""The most matrices of one operator: each has a place of its own among the rune's constants."""


@dataclass(frozen=True)
class Matrices:
    """Where the matrices of both inputs begin, one pair for each of the output's, and how far their numbers lie apart.
    The output's are dense [row, column]."""

    left_starts: tuple[int, ...]
    right_starts: tuple[int, ...]
    rows: int
    columns: int
    depth: int
    left_row: int
    left_depth: int
    right_depth: int
    right_column: int

    def products(self, left: Array, right: Array) -> Array:
        """[matrix, row, column] of numbers that stand in any order."""
        products = [
            _matrix(left, start, (self.rows, self.depth), (self.left_row, self.left_depth))
            @ _matrix(right, other, (self.depth, self.columns), (self.right_depth, self.right_column))
            for start, other in zip(self.left_starts, self.right_starts, strict=True)
        ]
        return np.stack(products)


def _matrix(numbers: Array, start: int, shape: tuple[int, int], steps: tuple[int, int]) -> Array:
    places = start + np.arange(shape[0])[:, None] * steps[0] + np.arange(shape[1])[None, :] * steps[1]
    return np.asarray(numbers.reshape(-1)[places])


@dataclass(frozen=True)
class BatchMatMulInt8(Computation):
    """Zero points of both inputs, and the multiplier of the sums."""

    matrices: Matrices
    left_zero_point: int
    right_zero_point: int
    multiplier: Multiplier
    output: OutputRange

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        left, right = (each.astype(np.int64) for each in inputs)
        sums = self.matrices.products(left - self.left_zero_point, right - self.right_zero_point)
        return (self._bytes(sums),)

    def bounds(self, *inputs: ChannelRange) -> ChannelRange | None:
        left, right = (
            (int(each.least.min()) - zero_point, int(each.greatest.max()) - zero_point)
            for each, zero_point in zip(inputs, (self.left_zero_point, self.right_zero_point), strict=True)
        )
        products = [self.matrices.depth * one * other for one in left for other in right]
        sums = ChannelRange(
            np.full(self.matrices.columns, min(products), np.int64),
            np.full(self.matrices.columns, max(products), np.int64),
        )
        if not are_in_reach(sums, [self.multiplier]):
            return None
        return ChannelRange(*(self._bytes(end).astype(np.int64) for end in (sums.least, sums.greatest)))

    def _bytes(self, sums: Array) -> Array:
        return self.output.of_values(rescaled_twice(sums[..., None], [self.multiplier])[..., 0])

    @property
    def multiply_accumulates(self) -> int:
        return _multiply_accumulates(self.matrices)


@dataclass(frozen=True)
class BatchMatMulInt16(Computation):
    """One multiplier for all sums."""

    matrices: Matrices
    output: WideRescaling

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        left, right = (each.astype(np.int64) for each in inputs)
        return (self.output.of_sums(self.matrices.products(left, right)),)

    @property
    def multiply_accumulates(self) -> int:
        return _multiply_accumulates(self.matrices)


@dataclass(frozen=True)
class BatchMatMulFloat32(Computation):
    """Products of floats."""

    matrices: Matrices

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        left, right = (each.astype(np.float64) for each in inputs)
        return (self.matrices.products(left, right).astype(np.float32),)

    @property
    def multiply_accumulates(self) -> int:
        return _multiply_accumulates(self.matrices)


def _multiply_accumulates(matrices: Matrices) -> int:
    return len(matrices.left_starts) * matrices.rows * matrices.columns * matrices.depth


def _options(op: ModelOp) -> BatchMatMulOptions:
    assert isinstance(op.operator.options, BatchMatMulOptions)  # noqa: S101 - the reader gives these for this op
    return op.operator.options


def refusal(op: ModelOp) -> str | None:
    left, right, output = op.input(0), op.input(1), op.output
    if math.prod(output.shape[:-2]) > MOST_MATRICES:
        return f"more than {MOST_MATRICES:,} matrices"
    if are(FLOAT32, left, right, output):
        return f"with more than {RANK} dimensions" if len(output.shape) > RANK else None
    if are_hybrid(left, right, None, output):
        return None if _is_layer(op) else ""
    if op.is_unsigned or not are_quantized(left, right, output):
        return ""
    why = scale_refusal(left, right, output)
    if why is not None:
        return why
    if len(output.shape) > RANK:
        return f"with more than {RANK} dimensions"
    depth = left.shape[-2 if _options(op).left_is_transposed else -1] if len(left.shape) > 1 else 1
    if output.kind is INT16:
        if depth * 2**30 >= FARTHEST_SUM:
            return BEYOND_47_BITS
        return SCALES_APART if multiplier(multiplier_without_bias(op)).exponent > LARGEST_EXPONENT else None
    exponent = multiplier(multiplier_without_bias(op)).exponent
    return BEYOND_32_BITS if (depth * 255 * 255) << max(exponent, 0) >= 2**31 - 2**20 else None


def _is_layer(op: ModelOp) -> bool:
    """Returns whether rows of floats meet one matrix of constant bytes with one scale. Of more than three dimensions
    the reference takes the scales of other rows, and it knows of no zero point."""
    left, right, options = op.input(0), op.input(1), _options(op)
    is_matrix = right.data is not None and len(right.shape) == 2 and one_scale(right) and right.zero_point == 0
    return is_matrix and 2 <= len(left.shape) <= HYBRID_RANK and not options.left_is_transposed


def _hybrid(op: ModelOp, matrices: Matrices) -> HybridConv2D:
    """Each row is brought to int8 by a scale of its own."""
    weights, options = op.input(1), _options(op)
    numbers = array(weights, np.int8).astype(np.int8)
    filters = numbers if options.right_is_transposed else np.ascontiguousarray(numbers.T)
    place = Window.of_one_pixel(len(matrices.left_starts) * matrices.rows, matrices.depth, matrices.columns)
    scales = np.full(matrices.columns, scale_of(weights)[0], np.float32)
    return HybridConv2D(
        place,
        filters.reshape(matrices.columns, 1, 1, matrices.depth),
        scales,
        np.zeros(matrices.columns, np.float32),
        is_symmetric=not options.asymmetric_quantize_inputs,
        joins_scales=True,
        minimum=-math.inf,
        maximum=math.inf,
    )


def _operands(op: ModelOp) -> slice:
    """Constant weights of bytes beside floats are held by the computation."""
    return slice(1 if are_hybrid(op.input(0), op.input(1), None, op.output) else 2)


def computation(op: ModelOp) -> BatchMatMulInt8 | BatchMatMulInt16 | BatchMatMulFloat32 | HybridConv2D:
    matrices = _matrices(op)
    if are_hybrid(op.input(0), op.input(1), None, op.output):
        return _hybrid(op, matrices)
    if op.output.kind is FLOAT32:
        return BatchMatMulFloat32(matrices)
    if op.output.kind is INT16:
        return BatchMatMulInt16(matrices, WideRescaling.of([multiplier_without_bias(op)], Activation.NONE, op.output))
    (scale,) = multipliers_of([multiplier_without_bias(op)])
    zero_points = (scale_of(op.input(0))[1], scale_of(op.input(1))[1])
    return BatchMatMulInt8(matrices, *zero_points, scale, OutputRange.whole(op.output))


def _matrices(op: ModelOp) -> Matrices:
    """Raises `Contradiction` where the shapes do not fit."""
    options, left, right, output = _options(op), op.input(0).shape, op.input(1).shape, op.output.shape
    require(min(len(left), len(right), len(output)) >= 2, "a matrix has two dimensions")
    rows, depth = left[-2:][::-1] if options.left_is_transposed else left[-2:]
    inner, columns = right[-2:][::-1] if options.right_is_transposed else right[-2:]
    require(inner == depth, f"rows of {depth} numbers meet columns of {inner}")
    batches = output[:-2]
    require(output[-2:] == (rows, columns), f"the output is {list(output)}, not of {rows} x {columns}")
    return Matrices(
        _starts(left, batches),
        _starts(right, batches),
        rows,
        columns,
        depth,
        *((1, rows) if options.left_is_transposed else (depth, 1)),
        *((1, depth) if options.right_is_transposed else (columns, 1)),
    )


def _starts(shape: tuple[int, ...], batches: tuple[int, ...]) -> tuple[int, ...]:
    """Returns where the matrices of an input begin, one for each of the output's."""
    require(len(shape) - 2 <= len(batches), "an input has more dimensions than the output")
    own = (1,) * (len(batches) + 2 - len(shape)) + shape[:-2]
    require(
        all(size in (1, all_) for size, all_ in zip(own, batches, strict=True)),
        f"batches {list(own)} do not give {list(batches)}",
    )
    starts = np.arange(math.prod(own), dtype=np.int64).reshape(own) * math.prod(shape[-2:])
    return tuple(int(start) for start in np.broadcast_to(starts, batches).reshape(-1))


OPERATIONS = {"BATCH_MATMUL": OpKind(refusal, computation, operands=_operands)}
