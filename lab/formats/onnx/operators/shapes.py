"""Operators that give the same numbers in another shape or order, and those that compute shapes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lab.formats.onnx.attributes import arguments
from lab.formats.onnx.model import Array, OnnxNode
from lab.formats.onnx.tensors import TYPES
from lab.formats.onnx.values import (
    STORED_KINDS,
    Handler,
    OnnxValue,
    Translation,
    axis_of,
    last_order,
    refuse,
    reordered,
    source_order,
)
from lab.refusal import Reason, Refused
from rune.wording import plain, quoted


def _same(translation: Translation, node: OnnxNode) -> None:
    """Returns the input: an operator without effect in a used model."""
    value = translation.value(node, 0)
    translation.uses[value.name] += translation.uses[node.outputs[0]] - 1
    translation.values[node.outputs[0]] = value


def _dropout(translation: Translation, node: OnnxNode) -> None:
    arguments(node, without_effect=("ratio", "seed"))
    translation.leave_out(1)
    if translation.has(node, 2) and translation.constant(node, 2).any():
        raise refuse(node, "drops numbers, as in training. Export the model for inference (model.eval()).")
    if any(translation.uses[name] for name in node.outputs[1:]):
        raise refuse(node, "gives its mask, which only training has.")
    _same(translation, node)


def _cast(translation: Translation, node: OnnxNode) -> None:
    attributes = arguments(node, without_effect=("saturate", "round_mode"), to=0)
    kind = TYPES.get(attributes["to"])
    value = translation.value(node, 0)
    if kind is None:
        raise refuse(node, "gives a type that is not converted.")
    if value.constant is not None:
        with np.errstate(all="ignore"):
            array = value.constant.astype(kind)
        translation.give(node, OnnxValue(node.outputs[0], value.shape, constant=array))
        return
    tensor = translation.last(value) if value.is_last else translation.plain(value)
    stored_kind = STORED_KINDS.get(kind, kind)
    if translation.builder.kind_of(tensor) == stored_kind:
        _same(translation, node)
        return
    shape = translation.builder.shape_of(tensor)
    if stored_kind == "bool":
        zero = translation.store("zero", np.zeros(1, translation.builder.kind_of(tensor)))
        tensor = translation.builder.add("NOT_EQUAL", [tensor, zero], shape, node.outputs[0], ("NotEqual", {}), "bool")
        translation.give_tensor(node, tensor, value.shape, is_last=value.is_last)
        return
    if stored_kind not in ("float32", "int32"):
        raise refuse(node, f"gives {kind}, which is not converted.")
    tensor = translation.builder.add("CAST", [tensor], shape, node.outputs[0], ("Cast", {}), stored_kind)
    translation.give_tensor(node, tensor, value.shape, is_last=value.is_last)


def _shape(translation: Translation, node: OnnxNode) -> None:
    attributes = arguments(node, start=0, end=None)
    shape = translation.value(node, 0).shape[attributes["start"] : attributes["end"]]
    translation.give(node, OnnxValue(node.outputs[0], (len(shape),), constant=np.array(shape, np.int64)))


def _size(translation: Translation, node: OnnxNode) -> None:
    count = np.array(np.prod(translation.value(node, 0).shape), np.int64)
    translation.give(node, OnnxValue(node.outputs[0], (), constant=count))


def to_shape(translation: Translation, node: OnnxNode, value: OnnxValue, shape: tuple[int, ...]) -> None:
    """The value in another shape. A picture that becomes rows of numbers stays in the order in which it is stored until
    something needs another."""
    if np.prod(shape, dtype=np.float64) != np.prod(value.shape, dtype=np.float64):
        raise Refused(
            Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} cannot make {list(shape)} of {list(value.shape)}."
        )
    name = node.outputs[0]
    if value.constant is not None:
        translation.give(node, OnnxValue(name, shape, constant=value.constant.reshape(shape)))
        return
    if value.is_last and value.tensor is not None:
        order = source_order(len(value.shape))
        stored_shape = translation.builder.shape_of(value.tensor)
        moving = [place for place in order if stored_shape[place] != 1]
        if moving == sorted(moving):
            translation.give_tensor(node, translation.reshape(value.tensor, shape, name), shape)
            return
        if len(shape) == 2 and shape[0] == value.shape[0]:
            translation.give(node, OnnxValue(name, shape, flat_of=value))
            return
    translation.give_tensor(node, translation.reshape(translation.plain(value), shape, name), shape)


def _reshape(translation: Translation, node: OnnxNode) -> None:
    attributes = arguments(node, shape=None, allowzero=0)
    keeps_zero = bool(attributes["allowzero"])
    value = translation.value(node, 0)
    target = translation.whole_numbers(node, 1, attributes["shape"])
    if target is None or target.count(-1) > 1 or min(target, default=0) < -1:
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has no valid shape.")
    shape = list(target)
    for place, size in enumerate(shape):
        if size == 0 and not keeps_zero:
            if place >= len(value.shape):
                raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has no valid shape.")
            shape[place] = value.shape[place]
    if -1 in shape:
        rest = int(np.prod([size for size in shape if size != -1], dtype=np.int64))
        shape[shape.index(-1)] = int(np.prod(value.shape, dtype=np.int64)) // max(rest, 1)
    to_shape(translation, node, value, tuple(shape))


def _flatten(translation: Translation, node: OnnxNode) -> None:
    value = translation.value(node, 0)
    axis = arguments(node, axis=1)["axis"]
    axis = len(value.shape) if axis == len(value.shape) else axis_of(node, axis, len(value.shape))
    shape = (int(np.prod(value.shape[:axis])), int(np.prod(value.shape[axis:])))
    to_shape(translation, node, value, shape)


def _squeeze(translation: Translation, node: OnnxNode) -> None:
    value = translation.value(node, 0)
    rank = len(value.shape)
    chosen_axes = translation.whole_numbers(node, 1, arguments(node, axes=None)["axes"])
    if chosen_axes is None:
        axes = {axis for axis, size in enumerate(value.shape) if size == 1}
    else:
        axes = {axis_of(node, axis, rank) for axis in chosen_axes}
    to_shape(translation, node, value, tuple(size for axis, size in enumerate(value.shape) if axis not in axes))


def _unsqueeze(translation: Translation, node: OnnxNode) -> None:
    value = translation.value(node, 0)
    chosen_axes = translation.whole_numbers(node, 1, arguments(node, axes=None)["axes"]) or ()
    rank = len(value.shape) + len(chosen_axes)
    axes = {axis_of(node, axis, rank) for axis in chosen_axes}
    sizes = iter(value.shape)
    if len(axes) != len(chosen_axes) or rank > 8:
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has no valid axes.")
    to_shape(translation, node, value, tuple(1 if axis in axes else next(sizes) for axis in range(rank)))


def _transpose(translation: Translation, node: OnnxNode) -> None:
    """Transposes a tensor. Turning a picture between the two orders needs no operator: the value is only stored in
    the other one."""
    value = translation.value(node, 0)
    rank = len(value.shape)
    order = tuple(arguments(node, perm=tuple(reversed(range(rank))))["perm"])
    if sorted(order) != list(range(rank)):
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has no valid order.")
    shape, name = reordered(value.shape, order), node.outputs[0]
    if value.constant is not None:
        translation.give(node, OnnxValue(name, shape, constant=value.constant.transpose(order)))
    elif rank > 2 and value.is_last and order == last_order(rank):
        translation.give_tensor(node, translation.last(value), shape)
    elif rank > 2 and not value.is_last and order == source_order(rank):
        translation.give_tensor(node, translation.plain(value), shape, is_last=True)
    else:
        translation.give_tensor(node, translation.transpose(translation.plain(value), order, name), shape)


def _constant_of_shape(translation: Translation, node: OnnxNode) -> None:
    fill: Array = arguments(node, value=np.zeros(1, np.float32))["value"]
    shape = tuple(int(one) for one in translation.constant(node, 0).ravel())
    _check_size(node, shape)
    translation.give(node, OnnxValue(node.outputs[0], shape, constant=np.full(shape, fill.ravel()[0], fill.dtype)))


def _range(translation: Translation, node: OnnxNode) -> None:
    start, limit, step = (translation.constant(node, place).ravel()[0] for place in range(3))
    if not step or abs((limit - start) / step) > 1 << 24:
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has no valid length.")
    array = np.arange(start, limit, step).astype(start.dtype)
    translation.give(node, OnnxValue(node.outputs[0], array.shape, constant=array))


def _expand(translation: Translation, node: OnnxNode) -> None:
    value = translation.value(node, 0)
    target = tuple(int(one) for one in translation.constant(node, 1).ravel())
    try:
        shape = tuple(np.broadcast_shapes(value.shape, target))
    except ValueError as error:
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has no valid shape.") from error
    _check_size(node, shape)
    if value.constant is not None:
        array = np.broadcast_to(value.constant, shape).copy()
        translation.give(node, OnnxValue(node.outputs[0], shape, constant=array))
        return
    if shape == value.shape:
        _same(translation, node)
        return
    inputs = [translation.plain(value), translation.numbers(shape)]
    kind = translation.builder.kind_of(inputs[0])
    tensor = translation.builder.add("BROADCAST_TO", inputs, shape, node.outputs[0], ("BroadcastTo", {}), kind)
    translation.give_tensor(node, tensor, shape)


def _check_size(node: OnnxNode, shape: tuple[int, ...]) -> None:
    if len(shape) > 8 or min(shape, default=1) < 0 or np.prod(shape, dtype=np.float64) > 1 << 26:
        raise Refused(Reason.TOO_LARGE, f"{plain(node.op)} {quoted(node.name)} gives an array that is too large.")


OPERATORS: Mapping[str, Handler] = {
    "Identity": _same,
    "Dropout": _dropout,
    "Cast": _cast,
    "Shape": _shape,
    "Size": _size,
    "Reshape": _reshape,
    "Flatten": _flatten,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Transpose": _transpose,
    "ConstantOfShape": _constant_of_shape,
    "Range": _range,
    "Expand": _expand,
}
