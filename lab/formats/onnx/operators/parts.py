"""Operators that join arrays, take parts of them, repeat them, and add borders."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from lab.formats.onnx.attributes import arguments
from lab.formats.onnx.model import OnnxNode
from lab.formats.onnx.values import (
    ACTIVATION,
    Handler,
    OnnxValue,
    Translation,
    axis_of,
    last_order,
    refuse,
    reordered,
    stored_axis,
)
from lab.refusal import Reason, Refused
from rune.wording import plain, quoted


def _stored_tensor(translation: Translation, value: OnnxValue) -> tuple[int, bool]:
    """The tensor of a value as it is stored, and whether its channels are last."""
    return (translation.last(value), True) if value.is_last else (translation.plain(value), False)


def _concat(translation: Translation, node: OnnxNode) -> None:
    values = [translation.value(node, place) for place in range(len(node.inputs))]
    rank = len(values[0].shape)
    axis = axis_of(node, arguments(node, axis=0)["axis"], rank)
    rests = {(*one.shape[:axis], *one.shape[axis + 1 :]) for one in values}
    if len(rests) != 1 or any(len(one.shape) != rank for one in values):
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has inputs that do not fit.")
    if all(one.constant is not None for one in values):
        array = np.concatenate([one.constant for one in values if one.constant is not None], axis)
        translation.give(node, OnnxValue(node.outputs[0], array.shape, constant=array))
        return
    shape = tuple(
        sum(one.shape[axis] for one in values) if at == axis else size for at, size in enumerate(values[0].shape)
    )
    is_last = any(one.is_last for one in values)
    tensors = [translation.last(one) if is_last else translation.plain(one) for one in values]
    if len({translation.builder.kind_of(one) for one in tensors}) != 1:
        raise refuse(node, "has inputs of several types.")
    stored_shape = reordered(shape, last_order(rank)) if is_last else shape
    options = ("Concatenation", {"axis": stored_axis(axis, rank, is_last=is_last), ACTIVATION: 0})
    kind = translation.builder.kind_of(tensors[0])
    tensor = translation.builder.add("CONCATENATION", tensors, stored_shape, node.outputs[0], options, kind)
    translation.give_tensor(node, tensor, shape, is_last=is_last)


def _split(translation: Translation, node: OnnxNode) -> None:
    attributes = arguments(node, without_effect=("num_outputs",), axis=0, split=None)
    value = translation.value(node, 0)
    rank = len(value.shape)
    axis = axis_of(node, attributes["axis"], rank)
    count = len(node.outputs)
    sizes = translation.whole_numbers(node, 1, attributes["split"])
    if sizes is None:
        part = -(-value.shape[axis] // count)
        sizes = (*(part,) * (count - 1), value.shape[axis] - part * (count - 1))
    if len(sizes) != count or sum(sizes) != value.shape[axis] or min(sizes) < 1:
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has parts that do not fit.")
    starts = np.cumsum([0, *sizes[:-1]])
    for place, (start, size) in enumerate(zip(starts, sizes, strict=True)):
        if node.outputs[place]:
            begins = tuple(int(start) if at == axis else 0 for at in range(rank))
            shape = tuple(size if at == axis else one for at, one in enumerate(value.shape))
            _give_part(translation, node, value, begins, (1,) * rank, shape, place)


def _slice(translation: Translation, node: OnnxNode) -> None:
    attributes = arguments(node, starts=None, ends=None, axes=None)
    value = translation.value(node, 0)
    rank = len(value.shape)
    starts, ends = (
        translation.whole_numbers(node, place, attributes[key]) for place, key in ((1, "starts"), (2, "ends"))
    )
    axes = translation.whole_numbers(node, 3, attributes["axes"])
    steps = translation.whole_numbers(node, 4, None)
    if starts is None or ends is None or len(starts) != len(ends):
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has no valid part.")
    slices = [slice(None)] * rank
    for place, (start, end) in enumerate(zip(starts, ends, strict=True)):
        axis = axis_of(node, axes[place] if axes and place < len(axes) else place, rank)
        step = steps[place] if steps and place < len(steps) else 1
        if not step:
            raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has a step of 0.")
        # Below the first place there is nothing to stop at when going backwards.
        slices[axis] = slice(start, None if step < 0 and end < -value.shape[axis] else end, step)
    if value.constant is not None:
        array = value.constant[tuple(slices)]
        translation.give(node, OnnxValue(node.outputs[0], array.shape, constant=array))
        return
    ranges = [range(*one.indices(size)) for one, size in zip(slices, value.shape, strict=True)]
    if any(not one for one in ranges):
        raise refuse(node, "gives an empty array.")
    begins, strides = tuple(one.start for one in ranges), tuple(one.step for one in ranges)
    if min(strides) < 0:
        raise refuse(node, "goes backwards, which is not converted.")
    _give_part(translation, node, value, begins, strides, tuple(map(len, ranges)))


def _give_part(
    translation: Translation,
    node: OnnxNode,
    value: OnnxValue,
    begins: tuple[int, ...],
    strides: tuple[int, ...],
    shape: tuple[int, ...],
    place: int = 0,
) -> None:
    """Notes the part of a value that begins somewhere and takes every so-and-so-many number of each dimension."""
    name = node.outputs[place]
    if value.constant is not None:
        part = tuple(
            slice(start, start + step * (size - 1) + 1, step)
            for start, step, size in zip(begins, strides, shape, strict=True)
        )
        translation.give(node, OnnxValue(name, shape, constant=value.constant[part]), place)
        return
    tensor, is_last = _stored_tensor(translation, value)
    order = last_order(len(shape)) if is_last else tuple(range(len(shape)))
    begins, strides, size = (reordered(one, order) for one in (begins, strides, shape))
    kind = translation.builder.kind_of(tensor)
    if size == translation.builder.shape_of(tensor):
        translation.give_tensor(node, tensor, shape, is_last=is_last, place=place)
        return
    if set(strides) == {1}:
        inputs = [tensor, translation.numbers(begins), translation.numbers(size)]
        result = translation.builder.add("SLICE", inputs, size, name, ("Slice", {}), kind)
    else:
        ends = [start + step * (count - 1) + 1 for start, step, count in zip(begins, strides, size, strict=True)]
        inputs = [tensor, *(translation.numbers(one) for one in (begins, ends, strides))]
        result = translation.builder.add("STRIDED_SLICE", inputs, size, name, ("StridedSlice", {}), kind)
    translation.give_tensor(node, result, shape, is_last=is_last, place=place)


def _gather(translation: Translation, node: OnnxNode) -> None:
    value, places = translation.value(node, 0), translation.value(node, 1)
    axis = axis_of(node, arguments(node, axis=0)["axis"], len(value.shape))
    shape = (*value.shape[:axis], *places.shape, *value.shape[axis + 1 :])
    name = node.outputs[0]
    if places.constant is not None:
        rows = value.shape[axis]
        if places.constant.size and not (places.constant.min() >= -rows and places.constant.max() < rows):
            raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} reads what does not exist.")
        indices = np.where(places.constant < 0, places.constant + rows, places.constant)
        if value.constant is not None:
            array = np.take(value.constant, indices, axis)
            translation.give(node, OnnxValue(name, array.shape, constant=array))
            return
        if indices.size == 1:
            begins = tuple(int(indices.ravel()[0]) if at == axis else 0 for at in range(len(value.shape)))
            part = tuple(1 if at == axis else size for at, size in enumerate(value.shape))
            single = OnnxValue(f"{name}/part", part)
            _give_part(
                translation, OnnxNode(node.op, node.name, (), (single.name,), {}), value, begins, (1,) * len(part), part
            )
            tensor = translation.plain(translation.values[single.name])
            translation.give_tensor(node, translation.reshape(tensor, shape, name), shape)
            return
        places = OnnxValue(places.name, places.shape, constant=indices)
    elif value.constant is not None and axis == 0:
        translation.ids = min(translation.ids or value.shape[0], value.shape[0])
    inputs = [translation.plain(value), translation.plain(places)]
    if translation.builder.kind_of(inputs[1]) != "int32":
        raise refuse(node, "takes places that are not whole numbers.")
    kind = translation.builder.kind_of(inputs[0])
    options = ("Gather", {"axis": axis, "batchDims": 0})
    translation.give_tensor(node, translation.builder.add("GATHER", inputs, shape, name, options, kind), shape)


def _pad(translation: Translation, node: OnnxNode) -> None:
    attributes = arguments(node, mode="constant", pads=None, value=0.0)
    value = translation.value(node, 0)
    rank = len(value.shape)
    pads = translation.whole_numbers(node, 1, attributes["pads"])
    axes = translation.whole_numbers(node, 3, None)
    fill = float(attributes["value"])
    if translation.has(node, 2):
        fill = float(translation.constant(node, 2).ravel()[0])
    sides = [[0, 0] for _ in range(rank)]
    pad_axes = list(range(rank)) if axes is None else [axis_of(node, axis, rank) for axis in axes]
    if pads is None or len(pads) != 2 * len(pad_axes) or min(pads, default=0) < 0:
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has borders that do not fit.")
    for place, axis in enumerate(pad_axes):
        sides[axis] = [pads[place], pads[len(pad_axes) + place]]
    shape = tuple(size + sum(side) for size, side in zip(value.shape, sides, strict=True))
    tensor, is_last = _stored_tensor(translation, value)
    order = last_order(rank) if is_last else tuple(range(rank))
    stored_shape = reordered(shape, order)
    inputs = [tensor, translation.store(f"{node.outputs[0]}/sides", np.array([sides[one] for one in order], np.int32))]
    if attributes["mode"] == "reflect":
        op, options = "MIRROR_PAD", ("MirrorPad", {"mode": 0})
    elif attributes["mode"] != "constant":
        raise refuse(node, f"repeats {plain(attributes['mode'])}, which is not converted.")
    elif fill:
        op, options = "PADV2", ("PadV2", {})
        inputs.append(translation.store(f"{node.outputs[0]}/fill", np.array([fill], np.float32)))
    else:
        op, options = "PAD", ("Pad", {})
    tensor = translation.builder.add(op, inputs, stored_shape, node.outputs[0], options)
    translation.give_tensor(node, tensor, shape, is_last=is_last)


def _tile(translation: Translation, node: OnnxNode) -> None:
    value = translation.value(node, 0)
    counts = tuple(int(one) for one in translation.constant(node, 1).ravel())
    if len(counts) != len(value.shape) or min(counts, default=1) < 1 or max(counts, default=1) > 1 << 20:
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} repeats what is not there.")
    shape = tuple(size * count for size, count in zip(value.shape, counts, strict=True))
    inputs = [translation.plain(value), translation.numbers(counts)]
    kind = translation.builder.kind_of(inputs[0])
    translation.give_tensor(
        node, translation.builder.add("TILE", inputs, shape, node.outputs[0], ("Tile", {}), kind), shape
    )


def _blocks(translation: Translation, node: OnnxNode, *, into_space: bool) -> None:
    """Channels become places, or places channels."""
    attributes = arguments(node, blocksize=1, mode="DCR") if into_space else arguments(node, blocksize=1)
    value, size = translation.value(node, 0), attributes["blocksize"]
    batch, channels, height, width = value.shape if len(value.shape) == 4 else (0, 0, 0, 0)
    unit = size * size
    if size < 1 or not batch or (channels % unit if into_space else height % size or width % size):
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has blocks that do not fit.")
    tensor = translation.last(value)
    if into_space:
        if attributes.get("mode") == "CRD":
            order = np.arange(channels).reshape(-1, unit).T.ravel().astype(np.int32)
            inputs = [tensor, translation.store(f"{node.outputs[0]}/order", order)]
            shape = translation.builder.shape_of(tensor)
            options = ("Gather", {"axis": 3, "batchDims": 0})
            tensor = translation.builder.add("GATHER", inputs, shape, f"{node.outputs[0]}/ordered", options)
        stored_shape = (batch, height * size, width * size, channels // unit)
        op, options = "DEPTH_TO_SPACE", ("DepthToSpace", {"blockSize": size})
    else:
        stored_shape = (batch, height // size, width // size, channels * unit)
        op, options = "SPACE_TO_DEPTH", ("SpaceToDepth", {"blockSize": size})
    tensor = translation.builder.add(op, [tensor], stored_shape, node.outputs[0], options)
    translation.give_tensor(node, tensor, (batch, stored_shape[3], stored_shape[1], stored_shape[2]), is_last=True)


OPERATORS: Mapping[str, Handler] = {
    "Concat": _concat,
    "Split": _split,
    "Slice": _slice,
    "Gather": _gather,
    "Pad": _pad,
    "Tile": _tile,
    "DepthToSpace": partial(_blocks, into_space=True),
    "SpaceToDepth": partial(_blocks, into_space=False),
}
