"""Draws each operator that moves elements: on what, with which options. For `random_models.py`."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from tests.support.models.random.random_drawing import Draw, ModelDrawing, options_of
from tests.support.models.reference.further_models import arg, gather
from tests.support.models.reference.lookup_models import batch_to_space, gather_nd, places, space_to_batch, update
from tests.support.models.reference.model_values import ModelValue


def _resize_nearest(drawing: ModelDrawing) -> ModelValue:
    source = drawing.picture()
    size = (drawing.whole(1, 9), drawing.whole(1, 9))
    corners, half = drawing.one_of(((False, False), (True, False), (False, True)))
    options = options_of("ResizeNearestNeighbor", alignCorners=corners, halfPixelCenters=half)
    shape = (source.shape[0], *size, source.shape[3])
    return drawing.layers.move("RESIZE_NEAREST_NEIGHBOR", source, shape, (size,), options)


def _reshape(drawing: ModelDrawing) -> ModelValue:
    source = drawing.source()
    count = math.prod(source.shape)
    last = drawing.one_of([side for side in range(1, count + 1) if count % side == 0])
    return drawing.layers.reshape(
        source, drawing.one_of(((1, count), (count // last, last), (1, 1, count // last, last)))
    )


def _expand_dims(drawing: ModelDrawing) -> ModelValue:
    source = drawing.source(lambda value: len(value.shape) <= 3)
    if len(source.shape) > 3:
        return _reshape(drawing)
    axis = drawing.whole(0, len(source.shape))
    return drawing.layers.move("EXPAND_DIMS", source, (*source.shape[:axis], 1, *source.shape[axis:]), ([axis],))


def _squeeze(drawing: ModelDrawing) -> ModelValue:
    source = drawing.source(lambda value: 1 in value.shape[:-1])
    if 1 not in source.shape[:-1]:
        return _reshape(drawing)
    axis = source.shape.index(1)
    shape = (*source.shape[:axis], *source.shape[axis + 1 :])
    return drawing.layers.move("SQUEEZE", source, shape, (), options_of("Squeeze", squeezeDims=[axis]))


def _pads(
    drawing: ModelDrawing, source: ModelValue, most: int, beyond: int = 0
) -> tuple[list[list[int]], tuple[int, ...]]:
    """Elements before and after each dimension, and the shape that they give; `beyond`: how many a side has at least
    that are not mirrored."""
    pads = [
        [drawing.whole(0, min(most, size - beyond)), drawing.whole(0, min(most, size - beyond))]
        for size in source.shape
    ]
    return pads, tuple(size + sum(pad) for size, pad in zip(source.shape, pads, strict=True))


def _pad(drawing: ModelDrawing) -> ModelValue:
    source = drawing.source(lambda value: len(value.shape) <= 4 and math.prod(value.shape) <= 200)
    pads, shape = _pads(drawing, source, 1)
    return drawing.layers.move("PAD", source, shape, (pads,))


def _pad_with(drawing: ModelDrawing) -> ModelValue:
    source = drawing.source(lambda value: len(value.shape) <= 4 and math.prod(value.shape) <= 200)
    pads, shape = _pads(drawing, source, 1)
    value = drawing.layers.constant((1,), source.kind, source.scale or 1.0, source.zero_point)
    return drawing.layers.move("PADV2", source, shape, (pads, value))


def _mirror_pad(drawing: ModelDrawing) -> ModelValue:
    source = drawing.source(lambda value: len(value.shape) <= 4 and math.prod(value.shape) <= 200)
    mode = drawing.whole(0, 1)
    pads, shape = _pads(drawing, source, 2, 1 - mode)
    return drawing.layers.move("MIRROR_PAD", source, shape, (pads,), options_of("MirrorPad", mode=mode))


def _transpose(drawing: ModelDrawing) -> ModelValue:
    source = drawing.source()
    order = [int(axis) for axis in drawing.random.permutation(len(source.shape))]
    return drawing.layers.move("TRANSPOSE", source, tuple(source.shape[axis] for axis in order), (order,))


def _slice(drawing: ModelDrawing) -> ModelValue:
    source = drawing.source(lambda value: len(value.shape) <= 4)
    begins = [drawing.one_of((0, drawing.whole(0, size - 1))) for size in source.shape]
    sizes = [
        drawing.one_of((size - begin, drawing.whole(1, size - begin)))
        for size, begin in zip(source.shape, begins, strict=True)
    ]
    return drawing.layers.move("SLICE", source, tuple(sizes), (begins, sizes))


def _strided_slice(drawing: ModelDrawing) -> ModelValue:
    source = drawing.source(lambda value: len(value.shape) <= 4)
    begins = [drawing.whole(0, size - 1) for size in source.shape]
    strides = [drawing.one_of((1, 1, 2, -1)) for _ in source.shape]
    ends = [size if stride > 0 else -size - 1 for size, stride in zip(source.shape, strides, strict=True)]
    spans = zip(source.shape, begins, strides, strict=True)
    shape = [-(-(size - begin) // stride) if stride > 0 else begin + 1 for size, begin, stride in spans]
    return drawing.layers.move("STRIDED_SLICE", source, shape, (begins, ends, strides), options_of("StridedSlice"))


def _gather(drawing: ModelDrawing) -> ModelValue:
    source = drawing.source(lambda value: len(value.shape) <= 4)
    axis = drawing.whole(0, len(source.shape) - 1)
    if drawing.chance(0.3):
        numbers = drawing.input((drawing.whole(1, 4), source.shape[axis]), drawing.narrow_kind)
        return gather(drawing.layers, source, arg(drawing.layers, "ARG_MAX", numbers, -1), axis)
    indices = [drawing.whole(0, source.shape[axis] - 1) for _ in range(drawing.whole(1, 4))]
    shape = (*source.shape[:axis], len(indices), *source.shape[axis + 1 :])
    return drawing.layers.move("GATHER", source, shape, (indices,), options_of("Gather", axis=axis))


def _reverse(drawing: ModelDrawing) -> ModelValue:
    source = drawing.source()
    axis = drawing.whole(0, len(source.shape) - 1)
    return drawing.layers.move("REVERSE_V2", source, source.shape, ([axis],))


def _tile(drawing: ModelDrawing) -> ModelValue:
    source = drawing.small(4)
    times = [1] * len(source.shape)
    for _ in range(2):
        times[drawing.whole(0, len(times) - 1)] = 2
    shape = tuple(size * each for size, each in zip(source.shape, times, strict=True))
    return drawing.layers.move("TILE", source, shape, (times,))


def _broadcast_to(drawing: ModelDrawing) -> ModelValue:
    source = drawing.source(lambda value: len(value.shape) <= 4 and math.prod(value.shape) <= 400)
    shape = [3 if size == 1 else size for size in source.shape]
    return drawing.layers.move("BROADCAST_TO", source, tuple(shape), (shape,))


def _space_to_depth(drawing: ModelDrawing) -> ModelValue:
    source = drawing.source(lambda value: len(value.shape) == 4 and value.shape[1] % 2 == value.shape[2] % 2 == 0)
    if len(source.shape) != 4 or source.shape[1] % 2 or source.shape[2] % 2 or source.kind == "int16":
        source = drawing.input((1, 4, 6, drawing.whole(1, 5)), drawing.narrow_kind)
    batch, height, width, depth = source.shape
    shape = (batch, height // 2, width // 2, depth * 4)
    return drawing.layers.move("SPACE_TO_DEPTH", source, shape, (), options_of("SpaceToDepth", blockSize=2))


def _depth_to_space(drawing: ModelDrawing) -> ModelValue:
    source = drawing.source(lambda value: len(value.shape) == 4 and value.shape[3] % 4 == 0)
    if len(source.shape) != 4 or source.shape[3] % 4 or source.kind == "int16":
        source = drawing.image(drawing.narrow_kind, 8)
    batch, height, width, depth = source.shape
    shape = (batch, height * 2, width * 2, depth // 4)
    return drawing.layers.move("DEPTH_TO_SPACE", source, shape, (), options_of("DepthToSpace", blockSize=2))


def _space_to_batch(drawing: ModelDrawing) -> ModelValue:
    source = drawing.source(lambda value: len(value.shape) in (3, 4) and math.prod(value.shape) <= 400)
    if len(source.shape) not in (3, 4):
        source = drawing.image()
    blocks = [drawing.whole(1, 3) for _ in source.shape[1:-1]]
    pads = []
    for size, block in zip(source.shape[1:-1], blocks, strict=True):
        before = drawing.whole(0, 2)
        pads.append((before, -(size + before) % block))
    return space_to_batch(drawing.layers, source, blocks, pads)


def _batch_to_space(drawing: ModelDrawing) -> ModelValue:
    blocks = (2, 1) if drawing.chance(0.5) else (2, 2)
    source = drawing.source(lambda value: len(value.shape) == 4 and value.shape[0] % math.prod(blocks) == 0)
    if len(source.shape) != 4 or source.shape[0] % math.prod(blocks):
        source = drawing.input((4, drawing.whole(1, 3), drawing.whole(1, 3), drawing.whole(1, 4)))
    crops = [
        (drawing.whole(0, 1), 0) if size * block > 1 else (0, 0)
        for size, block in zip(source.shape[1:3], blocks, strict=True)
    ]
    return batch_to_space(drawing.layers, source, blocks, crops)


def _gather_nd(drawing: ModelDrawing) -> ModelValue:
    source = drawing.source(lambda value: len(value.shape) in (2, 3, 4))
    depth = drawing.whole(1, len(source.shape) - 1)
    count = drawing.whole(1, 3)
    if drawing.chance(0.3):
        sides = [drawing.input((count, size), drawing.narrow_kind) for size in source.shape[:depth]]
        return gather_nd(drawing.layers, source, places(drawing.layers, sides))
    numbers = [[drawing.whole(0, size - 1) for size in source.shape[:depth]] for _ in range(count)]
    constant = drawing.layers.graph.constant("places", np.array(numbers, np.int32))
    return gather_nd(drawing.layers, source, ModelValue(constant, (count, depth), "int32"))


def _dynamic_update_slice(drawing: ModelDrawing) -> ModelValue:
    source = drawing.source(lambda value: len(value.shape) <= 4)
    part = drawing.layers.input(
        [drawing.whole(1, size) for size in source.shape], source.kind, source.scale, source.zero_point, "part"
    )
    starts = drawing.layers.input((len(source.shape),), "int32", name="starts")
    return update(drawing.layers, source, part, starts)


def _concatenation(drawing: ModelDrawing) -> ModelValue:
    first = drawing.small(4)
    axis = drawing.whole(0, len(first.shape) - 1)

    def fits(value: ModelValue) -> bool:
        return (value.shape[:axis], value.shape[axis + 1 :]) == (first.shape[:axis], first.shape[axis + 1 :])

    others = [drawing.alike(first, same_shape=False) for _ in range(drawing.whole(1, 3))]
    sources = [first, *(each for each in others if len(each.shape) == len(first.shape) and fits(each))]
    drawing.random.shuffle(sources)
    shape = (*first.shape[:axis], sum(each.shape[axis] for each in sources), *first.shape[axis + 1 :])
    return drawing.layers.join("CONCATENATION", sources, shape, options_of("Concatenation", axis=axis))


def _pack(drawing: ModelDrawing) -> ModelValue:
    first = drawing.source(lambda value: len(value.shape) <= 3 and math.prod(value.shape) <= 500)
    axis = drawing.whole(0, len(first.shape))
    sources = [first, *(drawing.alike(first) for _ in range(drawing.whole(0, 2)))]
    shape = (*first.shape[:axis], len(sources), *first.shape[axis:])
    return drawing.layers.join("PACK", sources, shape, options_of("Pack", axis=axis, valuesCount=len(sources)))


def _split(drawing: ModelDrawing) -> list[ModelValue]:
    source = drawing.source(lambda value: len(value.shape) <= 4)
    axis = drawing.whole(0, len(source.shape) - 1)
    parts = drawing.one_of([each for each in range(1, 5) if source.shape[axis] % each == 0])
    shape = (*source.shape[:axis], source.shape[axis] // parts, *source.shape[axis + 1 :])
    return drawing.layers.split("SPLIT", source, (shape,) * parts, ([axis], None), None)


def _split_by_sizes(drawing: ModelDrawing) -> list[ModelValue]:
    source = drawing.source(lambda value: len(value.shape) <= 4 and max(value.shape) > 1)
    axis = int(np.argmax(source.shape))
    first = drawing.whole(1, max(source.shape[axis] - 1, 1))
    sizes = [each for each in (first, source.shape[axis] - first) if each]
    shapes = [(*source.shape[:axis], size, *source.shape[axis + 1 :]) for size in sizes]
    return drawing.layers.split("SPLIT_V", source, shapes, (None, sizes, [axis]), None)


def _unpack(drawing: ModelDrawing) -> list[ModelValue]:
    source = drawing.source(lambda value: len(value.shape) in (2, 3, 4))
    axis = drawing.one_of([axis for axis, size in enumerate(source.shape) if size == min(source.shape)])
    shape = (*source.shape[:axis], *source.shape[axis + 1 :])
    options = options_of("Unpack", axis=axis, num=source.shape[axis])
    return drawing.layers.split("UNPACK", source, (shape,) * source.shape[axis], (None,), options)


MOVING_DRAWS: Mapping[str, Draw] = {
    "BATCH_TO_SPACE_ND": _batch_to_space,
    "BROADCAST_TO": _broadcast_to,
    "CONCATENATION": _concatenation,
    "DEPTH_TO_SPACE": _depth_to_space,
    "DYNAMIC_UPDATE_SLICE": _dynamic_update_slice,
    "EXPAND_DIMS": _expand_dims,
    "GATHER": _gather,
    "GATHER_ND": _gather_nd,
    "MIRROR_PAD": _mirror_pad,
    "PACK": _pack,
    "PAD": _pad,
    "PADV2": _pad_with,
    "RESHAPE": _reshape,
    "RESIZE_NEAREST_NEIGHBOR": _resize_nearest,
    "REVERSE_V2": _reverse,
    "SLICE": _slice,
    "SPACE_TO_BATCH_ND": _space_to_batch,
    "SPACE_TO_DEPTH": _space_to_depth,
    "SPLIT": _split,
    "SPLIT_V": _split_by_sizes,
    "SQUEEZE": _squeeze,
    "STRIDED_SLICE": _strided_slice,
    "TILE": _tile,
    "TRANSPOSE": _transpose,
    "UNPACK": _unpack,
}
"""The draws by TFLite's names."""
