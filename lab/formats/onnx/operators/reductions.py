"""Means, sums and extremes along dimensions, and the places of the largest numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from lab.formats.onnx.attributes import arguments
from lab.formats.onnx.model import OnnxNode
from lab.formats.onnx.values import Handler, OnnxValue, Translation, axis_of, refuse, stored_axis

_REDUCTIONS: Mapping[str, tuple[str, Callable[..., Any]]] = {
    "ReduceMean": ("MEAN", np.mean),
    "ReduceSum": ("SUM", np.sum),
    "ReduceMax": ("REDUCE_MAX", np.max),
    "ReduceMin": ("REDUCE_MIN", np.min),
    "ReduceProd": ("REDUCE_PROD", np.prod),
}


def _reduce(translation: Translation, node: OnnxNode, op: str, compute: Callable[..., Any]) -> None:
    attributes = arguments(node, axes=None, keepdims=1, noop_with_empty_axes=0)
    value, keeps = translation.value(node, 0), bool(attributes["keepdims"])
    keeps_without_axes = bool(attributes["noop_with_empty_axes"])
    rank = len(value.shape)
    chosen_axes = translation.whole_numbers(node, 1, attributes["axes"])
    if not chosen_axes and keeps_without_axes:
        translation.values[node.outputs[0]] = value
        return
    axes = sorted({axis_of(node, axis, rank) for axis in (chosen_axes or range(rank))})
    shape = tuple(1 if axis in axes else size for axis, size in enumerate(value.shape) if keeps or axis not in axes)
    if value.constant is not None:
        array = np.asarray(compute(value.constant, axis=tuple(axes), keepdims=keeps)).astype(value.constant.dtype)
        translation.give(node, OnnxValue(node.outputs[0], array.shape, constant=array))
        return
    # Without its spatial dimensions a picture is batch and channels, in either order of storing it.
    is_last = value.is_last and (keeps or axes == list(range(2, rank)))
    tensor = translation.last(value) if is_last else translation.plain(value)
    stored_axes = [stored_axis(axis, rank, is_last=is_last) for axis in axes]
    inputs = [tensor, translation.numbers(stored_axes)]
    size = translation.builder.shape_of(tensor)
    result_shape = [
        1 if axis in stored_axes else one for axis, one in enumerate(size) if keeps or axis not in stored_axes
    ]
    options = ("Reducer", {"keepDims": keeps})
    result = translation.builder.add(op, inputs, result_shape, node.outputs[0], options)
    translation.give_tensor(node, result, shape, is_last=is_last and keeps)


def _place(translation: Translation, node: OnnxNode, op: str) -> None:
    attributes = arguments(node, axis=0, keepdims=1, select_last_index=0)
    value = translation.value(node, 0)
    axis = axis_of(node, attributes["axis"], len(value.shape))
    if attributes["select_last_index"]:
        raise refuse(node, "takes the last of equal numbers; only the first is converted.")
    shape = tuple(size for place, size in enumerate(value.shape) if place != axis)
    tensor = translation.plain(value)
    inputs = [tensor, translation.numbers([axis])]
    options = ("ArgMax" if op == "ARG_MAX" else "ArgMin", {"outputType": 2})
    result = translation.builder.add(op, inputs, shape, node.outputs[0], options, "int32")
    if attributes["keepdims"]:
        shape = tuple(1 if place == axis else size for place, size in enumerate(value.shape))
        result = translation.reshape(result, shape, node.outputs[0])
    translation.give_tensor(node, result, shape)


OPERATORS: Mapping[str, Handler] = {
    **{name: partial(_reduce, op=op, compute=compute) for name, (op, compute) in _REDUCTIONS.items()},
    "ArgMax": partial(_place, op="ARG_MAX"),
    "ArgMin": partial(_place, op="ARG_MIN"),
}
