"""The shape of what an operator gives, from the shapes that it is given: as the interpreter's kernels find it.

Sources: `Prepare` of TFLite's kernels. An operator without a rule has the shape that the file says.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from rune.model.tflite.model import Operator, Tensor
from rune.model.tflite.options import (
    AxisOptions,
    BatchMatMulOptions,
    BlockOptions,
    ConcatenationOptions,
    Conv2DOptions,
    DepthwiseConv2DOptions,
    FullyConnectedOptions,
    GatherOptions,
    Padding,
    Pool2DOptions,
    ReshapeOptions,
    StridedSliceOptions,
)
from rune.model.tflite.shapes.whole_numbers import KnownValues, Numbers, strided

Shape = tuple[int, ...]

_SAME_NAMES = """
ABS CAST COS CUMSUM DEQUANTIZE ELU EXP FLOOR GELU HARD_SWISH L2_NORMALIZATION LEAKY_RELU LOG LOGICAL_NOT LOGISTIC
LOG_SOFTMAX NEG QUANTIZE RELU RELU6 RELU_N1_TO_1 REVERSE_V2 RSQRT SIN SOFTMAX SQRT SQUARE TANH ZEROS_LIKE
"""
SAME: Final = frozenset(_SAME_NAMES.split())
"""Operators that give what has the shape of their first input."""

_BROADCAST_NAMES = """
ADD ADD_N DIV EQUAL FLOOR_DIV FLOOR_MOD GREATER GREATER_EQUAL LESS LESS_EQUAL LOGICAL_AND LOGICAL_OR MAXIMUM MINIMUM
MUL NOT_EQUAL POW PRELU SELECT SELECT_V2 SQUARED_DIFFERENCE SUB
"""
BROADCAST: Final = frozenset(_BROADCAST_NAMES.split())
"""Operators that broadcast their inputs."""

REDUCING: Final = frozenset({"MEAN", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD", "SUM"})


class NotKnown(Exception):
    """The shapes or numbers that are known do not say it."""


def output_shapes(operator: Operator, tensors: Sequence[Tensor], known_values: KnownValues) -> tuple[Shape, ...] | None:
    """The shapes of an operator's outputs; None where there is no rule, or shapes do not fit."""
    inputs = [tensors[index].shape if index >= 0 else () for index in operator.inputs]
    numbers = [known_values.get(index) for index in operator.inputs]
    try:
        if operator.op in SAME:
            return (inputs[0],)
        if operator.op in BROADCAST:
            return (_broadcast(inputs),)
        if operator.op in REDUCING:
            return (_reduced_shape(inputs[0], _of(numbers, 1), operator.options),)
        rule = _RULES.get(operator.op)
        shapes = None if rule is None else rule(operator, inputs, numbers)
    except (NotKnown, IndexError, ValueError, ZeroDivisionError):
        return None
    return shapes if shapes is None or min((side for shape in shapes for side in shape), default=0) >= 0 else None


KnownInputs = Sequence[Numbers | None]
"""The numbers of each input, where its numbers are known."""
Rule = Callable[[Operator, Sequence[Shape], KnownInputs], tuple[Shape, ...]]


def _of(values: KnownInputs, place: int) -> Numbers:
    numbers = values[place]
    if numbers is None:
        raise NotKnown
    return numbers


def _broadcast(shapes: Sequence[Shape]) -> Shape:
    rank = max(map(len, shapes))
    sides = []
    for column in zip(*((1,) * (rank - len(shape)) + shape for shape in shapes), strict=True):
        larger = {side for side in column if side != 1}
        if len(larger) > 1:
            raise NotKnown
        sides.append(larger.pop() if larger else 1)
    return tuple(sides)


def _reduced_shape(shape: Shape, axes: Numbers, options: object) -> Shape:
    reduced_axes = {axis % len(shape) for axis in axes}
    keeps = isinstance(options, Mapping) and bool(options.get("keep_dims"))
    sides = ((axis, side) for axis, side in enumerate(shape))
    return tuple(1 if axis in reduced_axes else side for axis, side in sides if keeps or axis not in reduced_axes)


def _windows(side: int, size: int, stride: int, padding: Padding) -> int:
    """Returns how many positions a window of so many elements has."""
    return -(-side // stride) if padding is Padding.SAME else (side - size) // stride + 1


def _conv(operator: Operator, inputs: Sequence[Shape], _: KnownInputs) -> tuple[Shape, ...]:
    options = operator.options
    if not isinstance(options, Conv2DOptions | DepthwiseConv2DOptions):
        raise NotKnown
    (batch, height, width, _depth), weights = inputs[0], inputs[1]
    tall = (weights[1] - 1) * options.dilation_height + 1
    wide = (weights[2] - 1) * options.dilation_width + 1
    channels = weights[0 if isinstance(options, Conv2DOptions) else 3]
    rows = _windows(height, tall, options.stride_height, options.padding)
    return ((batch, rows, _windows(width, wide, options.stride_width, options.padding), channels),)


def _pool(operator: Operator, inputs: Sequence[Shape], _: KnownInputs) -> tuple[Shape, ...]:
    options = operator.options
    if not isinstance(options, Pool2DOptions):
        raise NotKnown
    batch, height, width, channels = inputs[0]
    rows = _windows(height, options.filter_height, options.stride_height, options.padding)
    columns = _windows(width, options.filter_width, options.stride_width, options.padding)
    return ((batch, rows, columns, channels),)


def _fully_connected(operator: Operator, inputs: Sequence[Shape], _: KnownInputs) -> tuple[Shape, ...]:
    source, (units, depth) = inputs[0], inputs[1]
    if isinstance(operator.options, FullyConnectedOptions) and operator.options.keep_num_dims:
        return ((*source[:-1], units),)
    if math.prod(source) % depth:
        raise NotKnown
    return ((math.prod(source) // depth, units),)


def _reshape(operator: Operator, inputs: Sequence[Shape], values: KnownInputs) -> tuple[Shape, ...]:
    options = operator.options
    if len(inputs) > 1:
        new_shape = _of(values, 1)
    elif isinstance(options, ReshapeOptions):
        new_shape = options.new_shape
    else:
        raise NotKnown
    count, rest = math.prod(inputs[0]), math.prod(side for side in new_shape if side != -1)
    shape = tuple(count // rest if side == -1 else side for side in new_shape)
    if new_shape.count(-1) > 1 or math.prod(shape) != count:
        raise NotKnown
    return (shape,)


def _expand(_: Operator, inputs: Sequence[Shape], values: KnownInputs) -> tuple[Shape, ...]:
    (axis,) = _of(values, 1)
    at = axis + len(inputs[0]) + 1 if axis < 0 else axis
    return ((*inputs[0][:at], 1, *inputs[0][at:]),)


def _squeeze(operator: Operator, inputs: Sequence[Shape], _: KnownInputs) -> tuple[Shape, ...]:
    options = operator.options
    dimensions = options.get("squeeze_dims", ()) if isinstance(options, Mapping) else ()
    axes = {int(axis) % len(inputs[0]) for axis in dimensions} if isinstance(dimensions, tuple) else set()
    return (tuple(side for axis, side in enumerate(inputs[0]) if (axis not in axes if axes else side != 1)),)


def _pad(_: Operator, inputs: Sequence[Shape], values: KnownInputs) -> tuple[Shape, ...]:
    paddings = _of(values, 1)
    return (
        tuple(
            before + side + after for side, before, after in zip(inputs[0], paddings[::2], paddings[1::2], strict=True)
        ),
    )


def _transpose(_: Operator, inputs: Sequence[Shape], values: KnownInputs) -> tuple[Shape, ...]:
    return (tuple(inputs[0][axis] for axis in _of(values, 1)),)


def _space_to_batch(_: Operator, inputs: Sequence[Shape], values: KnownInputs) -> tuple[Shape, ...]:
    blocks, frame = _of(values, 1), _of(values, 2)
    batch, sides, rest = inputs[0][0], inputs[0][1 : 1 + len(blocks)], inputs[0][1 + len(blocks) :]
    padded_sides = (side + before + after for side, before, after in zip(sides, frame[::2], frame[1::2], strict=True))
    return (
        (batch * math.prod(blocks), *(side // block for side, block in zip(padded_sides, blocks, strict=True)), *rest),
    )


def _batch_to_space(_: Operator, inputs: Sequence[Shape], values: KnownInputs) -> tuple[Shape, ...]:
    blocks, crops = _of(values, 1), _of(values, 2)
    batch, sides, rest = inputs[0][0], inputs[0][1 : 1 + len(blocks)], inputs[0][1 + len(blocks) :]
    grown_sides = (side * block for side, block in zip(sides, blocks, strict=True))
    cropped_sides = (
        side - before - after for side, before, after in zip(grown_sides, crops[::2], crops[1::2], strict=True)
    )
    return ((batch // math.prod(blocks), *cropped_sides, *rest),)


def _concatenation(operator: Operator, inputs: Sequence[Shape], _: KnownInputs) -> tuple[Shape, ...]:
    if not isinstance(operator.options, ConcatenationOptions):
        raise NotKnown
    axis = operator.options.axis % len(inputs[0])
    return ((*inputs[0][:axis], sum(shape[axis] for shape in inputs), *inputs[0][axis + 1 :]),)


def _pack(operator: Operator, inputs: Sequence[Shape], _: KnownInputs) -> tuple[Shape, ...]:
    if not isinstance(operator.options, AxisOptions):
        raise NotKnown
    axis = operator.options.axis % (len(inputs[0]) + 1)
    return ((*inputs[0][:axis], len(inputs), *inputs[0][axis:]),)


def _unpack(operator: Operator, inputs: Sequence[Shape], _: KnownInputs) -> tuple[Shape, ...]:
    if not isinstance(operator.options, AxisOptions):
        raise NotKnown
    axis = operator.options.axis % len(inputs[0])
    return ((*inputs[0][:axis], *inputs[0][axis + 1 :]),) * len(operator.outputs)


def _split(operator: Operator, inputs: Sequence[Shape], values: KnownInputs) -> tuple[Shape, ...]:
    axis = _of(values, 0)[0] % len(inputs[1])
    part = inputs[1][axis] // len(operator.outputs)
    return ((*inputs[1][:axis], part, *inputs[1][axis + 1 :]),) * len(operator.outputs)


def _split_by_sizes(_: Operator, inputs: Sequence[Shape], values: KnownInputs) -> tuple[Shape, ...]:
    sizes, axis = _of(values, 1), _of(values, 2)[0] % len(inputs[0])
    rest = inputs[0][axis] - sum(size for size in sizes if size != -1)
    return tuple((*inputs[0][:axis], rest if size == -1 else size, *inputs[0][axis + 1 :]) for size in sizes)


def _gather(operator: Operator, inputs: Sequence[Shape], _: KnownInputs) -> tuple[Shape, ...]:
    if not isinstance(operator.options, GatherOptions):
        raise NotKnown
    source, places = inputs
    axis, batches = operator.options.axis % len(source), operator.options.batch_dims
    return ((*source[:axis], *places[batches:], *source[axis + 1 :]),)


def _slice(_: Operator, inputs: Sequence[Shape], values: KnownInputs) -> tuple[Shape, ...]:
    begins, sizes = _of(values, 1), _of(values, 2)
    return (
        tuple(side - begin if size == -1 else size for side, begin, size in zip(inputs[0], begins, sizes, strict=True)),
    )


def _strided_slice(operator: Operator, inputs: Sequence[Shape], values: KnownInputs) -> tuple[Shape, ...]:
    options, numbers = operator.options, [_of(values, place) for place in (1, 2, 3)]
    if not isinstance(options, StridedSliceOptions) or options.new_axis_mask or options.ellipsis_mask:
        raise NotKnown
    sides = []
    for axis, side in enumerate(inputs[0]):
        selection = strided(side, axis, numbers, options) if axis < len(numbers[0]) else slice(None)
        if selection is None:
            raise NotKnown
        if not options.shrink_axis_mask >> axis & 1:
            sides.append(len(range(*selection.indices(side))))
    return (tuple(sides),)


def _batch_matmul(operator: Operator, inputs: Sequence[Shape], _: KnownInputs) -> tuple[Shape, ...]:
    if not isinstance(operator.options, BatchMatMulOptions):
        raise NotKnown
    left, right = inputs
    rows = left[-1 if operator.options.left_is_transposed else -2]
    columns = right[-2 if operator.options.right_is_transposed else -1]
    return ((*_broadcast((left[:-2], right[:-2])), rows, columns),)


def _resize(_: Operator, inputs: Sequence[Shape], values: KnownInputs) -> tuple[Shape, ...]:
    return ((inputs[0][0], *_of(values, 1), inputs[0][3]),)


def _shape_from_input(place: int) -> Rule:
    """The shape is an input's numbers."""
    return lambda _operator, _inputs, values: (_of(values, place),)


def _tile(_: Operator, inputs: Sequence[Shape], values: KnownInputs) -> tuple[Shape, ...]:
    return (tuple(side * times for side, times in zip(inputs[0], _of(values, 1), strict=True)),)


def _in_blocks(operator: Operator, inputs: Sequence[Shape], _: KnownInputs) -> tuple[Shape, ...]:
    if not isinstance(operator.options, BlockOptions):
        raise NotKnown
    (batch, height, width, depth), block = inputs[0], operator.options.block_size
    if operator.op == "DEPTH_TO_SPACE":
        return ((batch, height * block, width * block, depth // block**2),)
    return ((batch, height // block, width // block, depth * block**2),)


_RULES: Final[Mapping[str, Rule]] = {
    "AVERAGE_POOL_2D": _pool,
    "BATCH_MATMUL": _batch_matmul,
    "BATCH_TO_SPACE_ND": _batch_to_space,
    "BROADCAST_TO": _shape_from_input(1),
    "CONCATENATION": _concatenation,
    "CONV_2D": _conv,
    "DEPTHWISE_CONV_2D": _conv,
    "DEPTH_TO_SPACE": _in_blocks,
    "EXPAND_DIMS": _expand,
    "FILL": _shape_from_input(0),
    "FULLY_CONNECTED": _fully_connected,
    "GATHER": _gather,
    "L2_POOL_2D": _pool,
    "MAX_POOL_2D": _pool,
    "MIRROR_PAD": _pad,
    "PACK": _pack,
    "PAD": _pad,
    "PADV2": _pad,
    "RESHAPE": _reshape,
    "RESIZE_BILINEAR": _resize,
    "RESIZE_NEAREST_NEIGHBOR": _resize,
    "SLICE": _slice,
    "SPACE_TO_BATCH_ND": _space_to_batch,
    "SPACE_TO_DEPTH": _in_blocks,
    "SPLIT": _split,
    "SPLIT_V": _split_by_sizes,
    "SQUEEZE": _squeeze,
    "STRIDED_SLICE": _strided_slice,
    "TILE": _tile,
    "TRANSPOSE": _transpose,
    "TRANSPOSE_CONV": _shape_from_input(0),
    "UNPACK": _unpack,
}
