"""Normalisation: by constants that training measured, or by what the numbers themselves are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lab.formats.onnx.attributes import arguments
from lab.formats.onnx.model import Array, OnnxNode
from lab.formats.onnx.operators.arithmetic import applied, combined, number
from lab.formats.onnx.values import ACTIVATION, Handler, OnnxValue, Translation, axis_of, refuse, stored_axis
from lab.refusal import Reason, Refused
from rune.wording import plain, quoted


def by_channel(array: Array, rank: int) -> Array:
    """A number for each channel, as it is combined with values of `rank` dimensions in ONNX's order."""
    return array.reshape((1, -1, *(1,) * (rank - 2))) if rank > 1 else array


def batch_factors(node: OnnxNode, constants: list[Array], epsilon: float, channels: int) -> tuple[Array, Array]:
    """The factor and the summand of a batch normalisation for each channel. Raises `Refused`."""
    if any(one.size != channels for one in constants):
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has numbers for other channels.")
    scale, bias, mean, variance = (one.ravel().astype(np.float64) for one in constants)
    with np.errstate(all="ignore"):
        factor = scale / np.sqrt(variance + epsilon)
    return factor.astype(np.float32), (bias - mean * factor).astype(np.float32)


def _batch(translation: Translation, node: OnnxNode) -> None:
    attributes = arguments(node, without_effect=("momentum",), epsilon=1e-5, training_mode=0, spatial=1)
    if attributes["training_mode"] or not attributes["spatial"] or len(node.outputs) > 1:
        raise refuse(node, "is as training needs it. Export the model for inference (model.eval()).")
    value = translation.value(node, 0)
    rank = len(value.shape)
    if rank < 2:
        raise refuse(node, "has an input without channels.")
    constants = [translation.constant(node, place) for place in range(1, 5)]
    factor, summand = batch_factors(node, constants, float(attributes["epsilon"]), value.shape[1])
    name = node.outputs[0]
    factors = OnnxValue(f"{name}/factor", (), constant=by_channel(factor, rank))
    factors.shape = by_channel(factor, rank).shape
    summands = OnnxValue(f"{name}/summand", factors.shape, constant=by_channel(summand, rank))
    scaled = combined(translation, node, "MUL", value, factors, f"{name}/scaled")
    translation.give(node, combined(translation, node, "ADD", scaled, summands, name))


def _layer(translation: Translation, node: OnnxNode) -> None:
    attributes = arguments(node, without_effect=("stash_type",), axis=-1, epsilon=1e-5)
    value = translation.value(node, 0)
    rank = len(value.shape)
    axis = axis_of(node, attributes["axis"], rank)
    if [name for name in node.outputs[1:] if name]:
        raise refuse(node, "also gives mean and deviation, which are not converted.")
    result = _normalised(translation, node, value, list(range(axis, rank)), float(attributes["epsilon"]))
    result = combined(translation, node, "MUL", result, translation.value(node, 1), f"{node.outputs[0]}/scaled")
    if translation.has(node, 2):
        result = combined(translation, node, "ADD", result, translation.value(node, 2), node.outputs[0])
    translation.give(node, result)


def _instance(translation: Translation, node: OnnxNode) -> None:
    attributes = arguments(node, epsilon=1e-5)
    value = translation.value(node, 0)
    rank = len(value.shape)
    if rank < 3:
        raise refuse(node, "is not over a picture or a series.")
    scale, bias = (translation.constant(node, place) for place in (1, 2))
    if scale.size != value.shape[1] or bias.size != value.shape[1]:
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has numbers for other channels.")
    result = _normalised(translation, node, value, list(range(2, rank)), float(attributes["epsilon"]))
    for op, array, title in (("MUL", scale, "scaled"), ("ADD", bias, "moved")):
        factors = by_channel(array.astype(np.float32), rank)
        other = OnnxValue(f"{node.outputs[0]}/{title}_by", factors.shape, constant=factors)
        result = combined(translation, node, op, result, other, f"{node.outputs[0]}/{title}")
    translation.give(node, result)


def _normalised(
    translation: Translation, node: OnnxNode, value: OnnxValue, axes: list[int], epsilon: float
) -> OnnxValue:
    """A value less its mean along axes, divided by its deviation."""
    name = node.outputs[0]
    mean = _mean(translation, value, axes, f"{name}/mean")
    centred = combined(translation, node, "SUB", value, mean, f"{name}/centred")
    squared = applied(translation, "SQUARE", centred, f"{name}/squared")
    variance = _mean(translation, squared, axes, f"{name}/variance")
    above = combined(translation, node, "ADD", variance, number(epsilon), f"{name}/above")
    factor = applied(translation, "RSQRT", above, f"{name}/factor", ("", {}))
    return combined(translation, node, "MUL", centred, factor, f"{name}/normalised")


def _mean(translation: Translation, value: OnnxValue, axes: list[int], name: str) -> OnnxValue:
    """The mean along axes, which stay with the size 1."""
    tensor = translation.last(value) if value.is_last else translation.plain(value)
    stored_axes = sorted(stored_axis(axis, len(value.shape), is_last=value.is_last) for axis in axes)
    size = [1 if place in stored_axes else one for place, one in enumerate(translation.builder.shape_of(tensor))]
    inputs = [tensor, translation.numbers(stored_axes)]
    result = translation.builder.add("MEAN", inputs, size, name, ("Reducer", {"keepDims": True}))
    shape = tuple(1 if axis in axes else one for axis, one in enumerate(value.shape))
    return OnnxValue(name, shape, tensor=result, is_last=value.is_last)


def _norm(translation: Translation, node: OnnxNode) -> None:
    """A vector divided by its length."""
    attributes = arguments(node, axis=-1, p=2)
    value = translation.value(node, 0)
    axis = axis_of(node, attributes["axis"], len(value.shape))
    if attributes["p"] != 2 or axis != len(value.shape) - 1:
        raise refuse(node, "is not by the length along the last dimension.")
    tensor = translation.plain(value)
    options = ("L2Norm", {ACTIVATION: 0})
    result = translation.builder.add("L2_NORMALIZATION", [tensor], value.shape, node.outputs[0], options)
    translation.give_tensor(node, result, value.shape)


OPERATORS: Mapping[str, Handler] = {
    "BatchNormalization": _batch,
    "LayerNormalization": _layer,
    "InstanceNormalization": _instance,
    "LpNormalization": _norm,
}
