"""Largest and mean numbers of windows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lab.formats.onnx.adaptive_pooling import ADAPTIVE_MEAN, windows
from lab.formats.onnx.attributes import arguments
from lab.formats.onnx.model import OnnxNode
from lab.formats.onnx.operators.padding import VALID, WINDOW_ARGUMENTS, PaddedWindow, picture, window_of
from lab.formats.onnx.values import ACTIVATION, Handler, OnnxValue, Translation, refuse

MOST_WINDOWS = 64
"""Windows of an adaptive mean along one side."""
_SYMMETRIC = 1
"""The mode of MIRROR_PAD that repeats the border too."""


def _window(translation: Translation, node: OnnxNode) -> tuple[OnnxValue, PaddedWindow, bool]:
    attributes = arguments(
        node, without_effect=("storage_order",), **WINDOW_ARGUMENTS, ceil_mode=0, count_include_pad=0
    )
    value = translation.value(node, 0)
    if len(value.shape) not in (3, 4) or len(attributes["kernel_shape"]) != len(value.shape) - 2:
        raise refuse(node, "is not over a picture or a series.")
    if len([name for name in node.outputs if name]) != 1:
        raise refuse(node, "also gives where the numbers were, which is not converted.")
    kernel = tuple(max(int(one), 1) for one in attributes["kernel_shape"])
    window = window_of(node, attributes, value.shape[2:], kernel, rounds_up=bool(attributes["ceil_mode"]))
    if window.dilations != (1, 1):
        raise refuse(node, "is dilated, which is not converted.")
    return value, window, bool(attributes["count_include_pad"])


def _pooled(
    translation: Translation, tensor: int, window: PaddedWindow, rule: int, size: tuple[int, int], op: str, name: str
) -> int:
    batch, _, _, channels = translation.builder.shape_of(tensor)
    options = {
        "padding": rule,
        "strideH": window.strides[0],
        "strideW": window.strides[1],
        "filterHeight": window.kernel[0],
        "filterWidth": window.kernel[1],
        ACTIVATION: 0,
    }
    return translation.builder.add(op, [tensor], (batch, *size, channels), name, ("Pool2D", options))


def _give(translation: Translation, node: OnnxNode, tensor: int, value: OnnxValue) -> None:
    batch, height, width, channels = translation.builder.shape_of(tensor)
    if len(value.shape) == 3:
        tensor = translation.reshape(tensor, (batch, width, channels), node.outputs[0])
        translation.give_tensor(node, tensor, (batch, channels, width), is_last=True)
    else:
        translation.give_tensor(node, tensor, (batch, channels, height, width), is_last=True)


def _largest(translation: Translation, node: OnnxNode) -> None:
    value, window, _ = _window(translation, node)
    name = node.outputs[0]
    tensor = picture(translation, translation.last(value), name)
    size = window.output(translation.builder.shape_of(tensor)[1:3])
    tensor, rule = _mirrored(translation, node, tensor, window)
    _give(translation, node, _pooled(translation, tensor, window, rule, size, "MAX_POOL_2D", name), value)


def _mirrored(translation: Translation, node: OnnxNode, tensor: int, window: PaddedWindow) -> tuple[int, int]:
    """A picture and TFLite's rule for it. Padding that no rule gives repeats numbers that are in the window anyway, so
    that the range of the numbers, by which a model is quantised, stays the same."""
    shape = translation.builder.shape_of(tensor)
    rule = window.rule(shape[1:3])
    if rule is not None:
        return tensor, rule
    sides = list(zip(window.before, window.after, strict=True))
    for side, kernel, size in zip(sides, window.kernel, shape[1:3], strict=True):
        if 2 * max(side) > kernel or max(side) > size:
            raise refuse(node, "has more padding than half of its window, which is not converted.")
    array = np.array([(0, 0), *sides, (0, 0)], np.int32)
    larger = [one + int(sum(side)) for one, side in zip(shape, array, strict=True)]
    name = node.outputs[0]
    inputs = [tensor, translation.store(f"{name}/sides", array)]
    options = ("MirrorPad", {"mode": _SYMMETRIC})
    return translation.builder.add("MIRROR_PAD", inputs, larger, f"{name}/padded", options), VALID


def _mean(translation: Translation, node: OnnxNode) -> None:
    """TFLite leaves padding out of a mean. Where it counts, or no rule gives it, means are scaled."""
    value, window, counts_padding = _window(translation, node)
    name = node.outputs[0]
    tensor = picture(translation, translation.last(value), name)
    shape = translation.builder.shape_of(tensor)
    size = window.output(shape[1:3])
    rule = window.rule(shape[1:3])
    if rule is not None and (rule == VALID or not counts_padding):
        result = _pooled(translation, tensor, window, rule, size, "AVERAGE_POOL_2D", name)
    else:
        unpadded_window = PaddedWindow(window.kernel, window.strides, window.dilations, (0, 0), (0, 0))
        larger = _with_zeros(translation, tensor, window, name)
        result = _pooled(translation, larger, unpadded_window, VALID, size, "AVERAGE_POOL_2D", f"{name}/of_all")
        scale = _scale(window, shape[1:3], size, counts_padding=counts_padding)
        if (scale != 1).any():
            inputs = [result, translation.store(f"{name}/scale", scale)]
            final = translation.builder.shape_of(result)
            result = translation.builder.add("MUL", inputs, final, name, ("Mul", {ACTIVATION: 0}))
    _give(translation, node, result, value)


def _with_zeros(translation: Translation, tensor: int, window: PaddedWindow, name: str) -> int:
    """A picture with the padding of a window around it."""
    sides = np.array([(0, 0), *zip(window.before, window.after, strict=True), (0, 0)], np.int32)
    shape = translation.builder.shape_of(tensor)
    larger = [size + int(sum(side)) for size, side in zip(shape, sides, strict=True)]
    inputs = [tensor, translation.store(f"{name}/sides", sides)]
    return translation.builder.add("PAD", inputs, larger, f"{name}/padded", ("Pad", {}))


def _scale(
    window: PaddedWindow, size: tuple[int, ...], output: tuple[int, int], *, counts_padding: bool
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """The multiplier at each place of a mean over whole windows."""
    counts = []
    for one in (0, 1):
        starts = np.arange(output[one]) * window.strides[one] - window.before[one]
        ends = starts + window.kernel[one]
        if counts_padding:  # padding that was asked for counts, what rounding up added does not
            low, high = -window.before[one], size[one] + window.before[one]
        else:
            low, high = 0, size[one]
        counts.append(np.minimum(ends, high) - np.maximum(starts, low))
    whole = window.kernel[0] * window.kernel[1]
    return (whole / np.outer(*counts)).astype(np.float32)[None, :, :, None]


def _over_all(translation: Translation, node: OnnxNode, op: str) -> None:
    """The largest or the mean number of each channel."""
    arguments(node)
    value = translation.value(node, 0)
    rank = len(value.shape)
    if rank not in (3, 4):
        raise refuse(node, "is not over a picture or a series.")
    tensor = translation.last(value)
    shape = (value.shape[0], *(1,) * (rank - 2), value.shape[1])
    inputs = [tensor, translation.numbers(range(1, rank - 1))]
    result = translation.builder.add(op, inputs, shape, node.outputs[0], ("Reducer", {"keepDims": True}))
    translation.give_tensor(node, result, (*value.shape[:2], *(1,) * (rank - 2)), is_last=True)


def _mean_of_all(translation: Translation, node: OnnxNode) -> None:
    _over_all(translation, node, "MEAN")


def _largest_of_all(translation: Translation, node: OnnxNode) -> None:
    _over_all(translation, node, "REDUCE_MAX")


def _adaptive_mean(translation: Translation, node: OnnxNode) -> None:
    """The mean of each window of rows, and of these the mean of each window of columns. Windows that are all alike are
    those of a pool."""
    attributes = arguments(node, size=(), new_size=())
    value = translation.value(node, 0)
    size, new_size = (tuple(map(int, attributes[key])) for key in ("size", "new_size"))
    if len(value.shape) != 4 or value.shape[2:] != size or max(new_size) > MOST_WINDOWS:
        raise refuse(node, f"is a mean of more than {MOST_WINDOWS} windows, or of another size than its input.")
    tensor, name = translation.last(value), node.outputs[0]
    if all(one % other == 0 for one, other in zip(size, new_size, strict=True)):
        kernel = (size[0] // new_size[0], size[1] // new_size[1])
        window = PaddedWindow(kernel, kernel, (1, 1), (0, 0), (0, 0))
        tensor = _pooled(translation, tensor, window, VALID, (new_size[0], new_size[1]), "AVERAGE_POOL_2D", name)
    else:
        for axis in (1, 2):
            tensor = _means_along(translation, tensor, axis, new_size[axis - 1], name)
    translation.give_tensor(node, tensor, (*value.shape[:2], *new_size), is_last=True)


def _means_along(translation: Translation, tensor: int, axis: int, count: int, name: str) -> int:
    """The means of `count` adaptive windows along an axis."""
    builder, shape = translation.builder, translation.builder.shape_of(tensor)
    result = (*shape[:axis], 1, *shape[axis + 1 :])
    means = []
    for number, (first, behind) in enumerate(windows(shape[axis], count)):
        begin, part = [0] * 4, (*shape[:axis], behind - first, *shape[axis + 1 :])
        begin[axis] = first
        label = f"{name}/window_{axis}_{number}"
        inputs = [tensor, translation.numbers(begin), translation.numbers(part)]
        window = builder.add("SLICE", inputs, part, f"{label}/part", ("Slice", {}))
        options = ("Reducer", {"keepDims": True})
        means.append(builder.add("MEAN", [window, translation.numbers([axis])], result, label, options))
    if len(means) == 1:
        return means[0]
    whole = (*shape[:axis], count, *shape[axis + 1 :])
    return builder.add(
        "CONCATENATION", means, whole, f"{name}/{axis}", ("Concatenation", {"axis": axis, ACTIVATION: 0})
    )


OPERATORS: Mapping[str, Handler] = {
    ADAPTIVE_MEAN: _adaptive_mean,
    "MaxPool": _largest,
    "AveragePool": _mean,
    "GlobalAveragePool": _mean_of_all,
    "GlobalMaxPool": _largest_of_all,
}
