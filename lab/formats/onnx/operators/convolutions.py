"""Convolutions of pictures and series: plain, by groups, by channel, and transposed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lab.formats.onnx.attributes import arguments
from lab.formats.onnx.model import Array, OnnxNode
from lab.formats.onnx.operators.padding import VALID, WINDOW_ARGUMENTS, PaddedWindow, padded, picture, window_of
from lab.formats.onnx.values import ACTIVATION, Handler, OnnxValue, Translation, refuse
from lab.refusal import Reason, Refused
from rune.wording import plain, quoted

MOST_GROUPS = 64
"""Groups that are computed one after the other."""


@dataclass(frozen=True)
class _ConvolutionParts:
    """A convolution of a tensor with channels last. `weights` have ONNX's order of dimensions; `rule` is
    the padding."""

    tensor: int
    weights: Array
    bias: Array
    window: PaddedWindow
    rule: int
    shape: tuple[int, ...]
    name: str

    @property
    def options(self) -> dict[str, Any]:
        return {"padding": self.rule, ACTIVATION: 0, **self.window.strides_and_dilations}

    def inputs(self, translation: Translation, order: tuple[int, ...]) -> list[int]:
        """Stores weights and bias, and returns the three inputs. `order` is the order of the weights' dimensions."""
        weights = translation.store(f"{self.name}/weights", self.weights.transpose(order))
        return [self.tensor, weights, translation.store(f"{self.name}/bias", self.bias)]


def _weights(translation: Translation, node: OnnxNode, value: OnnxValue) -> Array:
    """The weights, as those of a picture. Raises `Refused`."""
    weights = translation.constant(node, 1).astype(np.float32)
    if len(value.shape) not in (3, 4):
        raise refuse(node, "is not over a picture or a series.")
    if weights.ndim != len(value.shape) or 0 in weights.shape:
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has weights of another shape.")
    return weights


def _bias(translation: Translation, node: OnnxNode, units: int) -> Array:
    bias = translation.constant(node, 2).ravel() if translation.has(node, 2) else np.zeros(units)
    if bias.size != units:
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has a bias of another size.")
    return bias.astype(np.float32)


def _as_picture(weights: Array) -> Array:
    return weights if weights.ndim == 4 else weights[:, :, None, :]


def _convolution(translation: Translation, node: OnnxNode) -> None:
    attributes = arguments(node, **WINDOW_ARGUMENTS, group=1)
    value = translation.value(node, 0)
    own = _weights(translation, node, value)
    groups, channels = attributes["group"], value.shape[1]
    if groups < 1 or channels != own.shape[1] * groups or own.shape[0] % groups:
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has weights for another input.")
    window = window_of(node, attributes, value.shape[2:], own.shape[2:])
    weights, bias = _as_picture(own), _bias(translation, node, own.shape[0])
    name = node.outputs[0]
    tensor = picture(translation, translation.last(value), name)
    tensor, rule = padded(translation, tensor, window, name)
    size = window.output((1, *value.shape[2:])[-2:])
    shape = (value.shape[0], *size, own.shape[0])
    parts = _ConvolutionParts(tensor, weights, bias, window, rule, shape, name)
    if groups == 1:
        result = _plain(translation, parts)
    elif groups == channels:
        result = _by_channel(translation, parts)
    elif groups <= MOST_GROUPS:
        result = _by_group(translation, parts, groups)
    else:
        raise refuse(node, f"has {groups} groups of channels; up to {MOST_GROUPS} are converted.")
    _give(translation, node, result, value, shape)


def _give(translation: Translation, node: OnnxNode, tensor: int, value: OnnxValue, shape: tuple[int, ...]) -> None:
    """Notes a result that is stored as a picture with its channels last."""
    if len(value.shape) == 3:
        tensor = translation.reshape(tensor, (shape[0], *shape[2:]), node.outputs[0])
        shape = (shape[0], *shape[2:])
    translation.give_tensor(node, tensor, (shape[0], shape[-1], *shape[1:-1]), is_last=True)


def _plain(translation: Translation, parts: _ConvolutionParts) -> int:
    inputs = parts.inputs(translation, (0, 2, 3, 1))
    return translation.builder.add("CONV_2D", inputs, parts.shape, parts.name, ("Conv2D", parts.options))


def _by_channel(translation: Translation, parts: _ConvolutionParts) -> int:
    inputs = parts.inputs(translation, (1, 2, 3, 0))
    channels = translation.builder.shape_of(parts.tensor)[-1]
    options = {**parts.options, "depthMultiplier": parts.weights.shape[0] // channels}
    return translation.builder.add("DEPTHWISE_CONV_2D", inputs, parts.shape, parts.name, ("DepthwiseConv2D", options))


def _by_group(translation: Translation, parts: _ConvolutionParts, groups: int) -> int:
    shape, name = parts.shape, parts.name
    units = shape[-1] // groups
    results = []
    for place, tensor in enumerate(split_channels(translation, parts.tensor, groups, name)):
        own = slice(place * units, (place + 1) * units)
        group = replace(
            parts,
            tensor=tensor,
            weights=parts.weights[own],
            bias=parts.bias[own],
            shape=(*shape[:-1], units),
            name=f"{name}/group_{place}",
        )
        results.append(_plain(translation, group))
    options = ("Concatenation", {"axis": len(shape) - 1, ACTIVATION: 0})
    return translation.builder.add("CONCATENATION", results, shape, name, options)


def split_channels(translation: Translation, tensor: int, count: int, name: str) -> list[int]:
    """Returns equal parts of a tensor along its last dimension."""
    shape = translation.builder.shape_of(tensor)
    part = (*shape[:-1], shape[-1] // count)
    axis = translation.store("axis", np.array(len(shape) - 1, np.int32))
    return translation.builder.add_many(
        "SPLIT", [axis, tensor], [part] * count, f"{name}/part", ("Split", {"numSplits": count})
    )


def _transposed_convolution(translation: Translation, node: OnnxNode) -> None:
    """The whole result is computed, and the padding is cut off."""
    attributes = arguments(node, **WINDOW_ARGUMENTS, group=1, output_padding=(), output_shape=())
    value = translation.value(node, 0)
    own = _weights(translation, node, value)
    rank = own.ndim - 2
    if attributes["group"] != 1 or attributes["auto_pad"] not in ("NOTSET", "VALID", "") or attributes["output_shape"]:
        raise refuse(node, "has groups or a padding by rule, which are not converted.")
    if any(one != 1 for one in attributes["dilations"]):
        raise refuse(node, "is dilated, which is not converted.")
    if value.shape[1] != own.shape[0]:
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has weights for another input.")
    kernel, strides = own.shape[2:], tuple(attributes["strides"]) or (1,) * rank
    if tuple(attributes["kernel_shape"]) not in ((), kernel):
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has weights of another size.")
    pads, extra = tuple(attributes["pads"]) or (0,) * (2 * rank), tuple(attributes["output_padding"]) or (0,) * rank
    if len(strides) != rank or len(pads) != 2 * rank or len(extra) != rank or min(*strides, *pads, *extra, 1) < 0:
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has arguments that do not fit its input.")
    full = [(value.shape[2 + one] - 1) * strides[one] + kernel[one] for one in range(rank)]
    size = [full[one] - pads[one] - pads[rank + one] + extra[one] for one in range(rank)]
    if min(size) < 1:
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} gives nothing.")
    batch, units, name = value.shape[0], own.shape[1], node.outputs[0]
    heights = (1, *full)[-2:]
    tensor = picture(translation, translation.last(value), name)
    shape = (batch, *heights, units)
    inputs = [
        translation.numbers(shape),
        translation.store(f"{name}/weights", _as_picture(own).transpose(1, 2, 3, 0)),
        tensor,
    ]
    options = {"padding": VALID, "strideH": (1, *strides)[-2:][0], "strideW": strides[-1], ACTIVATION: 0}
    tensor = translation.builder.add("TRANSPOSE_CONV", inputs, shape, f"{name}/whole", ("TransposeConv", options))
    tensor = _cut(translation, tensor, (0, *pads[:rank])[-2:], (1, *size)[-2:], name)
    final = translation.builder.shape_of(tensor)
    bias = translation.store(f"{name}/bias", _bias(translation, node, units))
    tensor = translation.builder.add("ADD", [tensor, bias], final, name, ("Add", {ACTIVATION: 0}))
    _give(translation, node, tensor, value, final)


def _cut(translation: Translation, tensor: int, start: tuple[int, ...], size: tuple[int, ...], name: str) -> int:
    """A part of a picture; zeros are added where the part reaches over its end."""
    batch, height, width, units = translation.builder.shape_of(tensor)
    lacking = [max(start[one] + size[one] - (height, width)[one], 0) for one in (0, 1)]
    if any(lacking):
        sides = np.array([(0, 0), (0, lacking[0]), (0, lacking[1]), (0, 0)], np.int32)
        height, width = height + lacking[0], width + lacking[1]
        inputs = [tensor, translation.store(f"{name}/sides", sides)]
        tensor = translation.builder.add("PAD", inputs, (batch, height, width, units), f"{name}/larger", ("Pad", {}))
    if start == (0, 0) and size == (height, width):
        return tensor
    shape = (batch, *size, units)
    inputs = [tensor, translation.numbers((0, *start, 0)), translation.numbers(shape)]
    return translation.builder.add("SLICE", inputs, shape, f"{name}/part", ("Slice", {}))


OPERATORS: Mapping[str, Handler] = {"Conv": _convolution, "ConvTranspose": _transposed_convolution}
