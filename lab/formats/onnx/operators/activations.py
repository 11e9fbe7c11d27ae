"""Functions behind layers. One that TFLite has no operator for is computed by several."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from lab.formats.onnx.attributes import arguments
from lab.formats.onnx.model import OnnxNode
from lab.formats.onnx.operators.arithmetic import all_of, applied, combined, number
from lab.formats.onnx.values import ACTIVATION, Handler, OnnxValue, Translation, axis_of, refuse

_FUSED_CODES: Final = {"RELU": 1, "RELU_N1_TO_1": 2, "RELU6": 3}
"""Numbers of the functions that a layer applies itself."""
_ERF_SLOPE: Final = 0.3275911
_ERF_FACTORS: Final = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)
_SMALLEST: Final = 1e-30
"""Stands for the size of a number without a sign."""
_NO_BOUND = float(np.finfo(np.float32).max)


def _bound(translation: Translation, node: OnnxNode, op: str) -> None:
    """A function that the layer in front applies itself, if nothing else reads that layer."""
    value = translation.value(node, 0)
    layer = translation.fusable(value)
    if layer is not None:
        layer.options[ACTIVATION] = _FUSED_CODES[op]
        translation.give_tensor(node, layer.outputs[0], value.shape, is_last=value.is_last)
    else:
        translation.give(node, applied(translation, op, value, node.outputs[0]))


def _relu(translation: Translation, node: OnnxNode) -> None:
    arguments(node)
    _bound(translation, node, "RELU")


def _clip(translation: Translation, node: OnnxNode) -> None:
    attributes = arguments(node, min=-_NO_BOUND, max=_NO_BOUND)
    low, high = float(attributes["min"]), float(attributes["max"])
    if translation.has(node, 1):
        low = float(translation.constant(node, 1).ravel()[0])
    if translation.has(node, 2):
        high = float(translation.constant(node, 2).ravel()[0])
    value = translation.value(node, 0)
    if value.constant is not None:
        array = np.clip(value.constant, low, high).astype(value.constant.dtype)
        translation.give(node, OnnxValue(node.outputs[0], value.shape, constant=array))
        return
    if (low, high) in ((0, 6), (-1, 1)):
        _bound(translation, node, "RELU6" if high == 6 else "RELU_N1_TO_1")
        return
    if low == 0:
        value = applied(translation, "RELU", value, f"{node.outputs[0]}/low")
    elif low > -_NO_BOUND:
        value = combined(translation, node, "MAXIMUM", value, number(low), f"{node.outputs[0]}/low")
    if high < _NO_BOUND:
        value = combined(translation, node, "MINIMUM", value, number(high), node.outputs[0])
    translation.give(
        node, OnnxValue(node.outputs[0], value.shape, tensor=value.tensor, is_last=value.is_last, flat_of=value.flat_of)
    )


def _leaky_relu(translation: Translation, node: OnnxNode) -> None:
    alpha = arguments(node, alpha=0.01)["alpha"]
    options = ("LeakyRelu", {"alpha": float(alpha)})
    translation.give(node, applied(translation, "LEAKY_RELU", translation.value(node, 0), node.outputs[0], options))


def _prelu(translation: Translation, node: OnnxNode) -> None:
    """The larger of the value and 0, plus the slope times the smaller."""
    arguments(node)
    value, slope = translation.value(node, 0), translation.value(node, 1)
    if slope.constant is None:
        raise refuse(node, "has a slope that is computed while the model runs.")
    name = node.outputs[0]
    above = applied(translation, "RELU", value, f"{name}/above")
    below = combined(translation, node, "MINIMUM", value, number(0), f"{name}/below")
    scaled = combined(translation, node, "MUL", below, slope, f"{name}/scaled")
    translation.give(node, combined(translation, node, "ADD", above, scaled, name))


def _elu(translation: Translation, node: OnnxNode) -> None:
    alpha = float(arguments(node, alpha=1.0)["alpha"])
    if alpha == 1:
        translation.give(node, applied(translation, "ELU", translation.value(node, 0), node.outputs[0]))
    else:
        _scaled_elu(translation, node, alpha, 1.0)


def _selu(translation: Translation, node: OnnxNode) -> None:
    attributes = arguments(node, alpha=1.6732632423543772, gamma=1.0507009873554805)
    _scaled_elu(translation, node, float(attributes["alpha"]), float(attributes["gamma"]))


def _scaled_elu(translation: Translation, node: OnnxNode, alpha: float, gamma: float) -> None:
    """gamma * (max(x, 0) + alpha * (exp(min(x, 0)) - 1)); the difference is an ELU, which keeps its digits near 0."""
    value, name = translation.value(node, 0), node.outputs[0]
    above = applied(translation, "RELU", value, f"{name}/above")
    below = combined(translation, node, "MINIMUM", value, number(0), f"{name}/below")
    below = applied(translation, "ELU", below, f"{name}/elu")
    below = combined(translation, node, "MUL", below, number(alpha), f"{name}/scaled")
    result = combined(translation, node, "ADD", above, below, name)
    if gamma != 1:
        result = combined(translation, node, "MUL", result, number(gamma), name)
    translation.give(node, result)


def _hard_swish(translation: Translation, node: OnnxNode) -> None:
    arguments(node)
    value = translation.value(node, 0)
    translation.give(node, applied(translation, "HARD_SWISH", value, node.outputs[0], ("HardSwish", {})))


def _hard_sigmoid(translation: Translation, node: OnnxNode) -> None:
    attributes = arguments(node, alpha=0.2, beta=0.5)
    steps = [
        ("MUL", number(attributes["alpha"])),
        ("ADD", number(attributes["beta"])),
        ("RELU", None),
        ("MINIMUM", number(1)),
    ]
    translation.give(node, all_of(translation, node, steps, translation.value(node, 0)))


def _gelu(translation: Translation, node: OnnxNode) -> None:
    approximate = arguments(node, approximate="none")["approximate"]
    options = ("Gelu", {"approximate": approximate == "tanh"})
    translation.give(node, applied(translation, "GELU", translation.value(node, 0), node.outputs[0], options))


def _erf(translation: Translation, node: OnnxNode) -> None:
    """The error function, by formula 7.1.26 of Abramowitz and Stegun, whose error is below 2e-7.

    With t = 1 / (1 + p |x|): sign(x) * (1 - t * (a1 + t * (a2 + ...)) * exp(-x * x)).
    """
    arguments(node)
    value, name = translation.value(node, 0), node.outputs[0]
    if value.constant is not None:
        array = np.vectorize(math.erf, otypes=[value.constant.dtype])(value.constant)
        translation.give(node, OnnxValue(name, value.shape, constant=array))
        return
    size = applied(translation, "ABS", value, f"{name}/size")
    steps = [("MUL", number(_ERF_SLOPE)), ("ADD", number(1))]
    divisor = all_of(translation, replace(node, outputs=(f"{name}/divisor",)), steps, size)
    part = combined(translation, node, "DIV", number(1), divisor, f"{name}/part")
    total = combined(translation, node, "MUL", part, number(_ERF_FACTORS[-1]), f"{name}/sum_0")
    for place, factor in enumerate(reversed(_ERF_FACTORS[:-1]), 1):
        total = combined(translation, node, "ADD", total, number(factor), f"{name}/more_{place}")
        total = combined(translation, node, "MUL", total, part, f"{name}/sum_{place}")
    squared = applied(translation, "SQUARE", value, f"{name}/squared")
    bell = all_of(translation, replace(node, outputs=(f"{name}/bell",)), [("NEG", None), ("EXP", None)], squared)
    rest = combined(translation, node, "MUL", total, bell, f"{name}/rest")
    above = combined(translation, node, "SUB", number(1), rest, f"{name}/above")
    bounded_size = combined(translation, node, "MAXIMUM", size, number(_SMALLEST), f"{name}/bounded_size")
    sign = combined(translation, node, "DIV", value, bounded_size, f"{name}/sign")
    translation.give(node, combined(translation, node, "MUL", sign, above, name))


def _softplus_of(translation: Translation, node: OnnxNode, value: OnnxValue) -> OnnxValue:
    """max(x, 0) + log(1 + exp(-|x|)), which does not overflow."""
    name = node.outputs[0]
    above = applied(translation, "RELU", value, f"{name}/above")
    steps = [("ABS", None), ("NEG", None), ("EXP", None), ("ADD", number(1)), ("LOG", None)]
    rest = all_of(translation, node, steps, value)
    return combined(translation, node, "ADD", above, rest, f"{name}/softplus")


def _softplus(translation: Translation, node: OnnxNode) -> None:
    arguments(node)
    translation.give(node, _softplus_of(translation, node, translation.value(node, 0)))


def _mish(translation: Translation, node: OnnxNode) -> None:
    """x * tanh(softplus(x))."""
    arguments(node)
    value = translation.value(node, 0)
    factor = applied(translation, "TANH", _softplus_of(translation, node, value), f"{node.outputs[0]}/tanh")
    translation.give(node, combined(translation, node, "MUL", value, factor, node.outputs[0]))


def _softmax(translation: Translation, node: OnnxNode, op: str = "SOFTMAX") -> None:
    """Translates the softmax: up to opset 12 all dimensions from the axis on are one."""
    is_flat = translation.opset < 13
    axis = arguments(node, axis=1 if is_flat else -1)["axis"]
    value = translation.value(node, 0)
    rank = len(value.shape)
    axis = axis_of(node, axis, rank)
    options = ("Softmax", {"beta": 1.0}) if op == "SOFTMAX" else ("LogSoftmax", {})
    if is_flat and axis < rank - 1:
        flat = (int(np.prod(value.shape[:axis])), int(np.prod(value.shape[axis:])))
        tensor = translation.reshape(translation.plain(value), flat, value.name)
        result = translation.builder.add(op, [tensor], flat, f"{node.outputs[0]}/flat", options)
        translation.give_tensor(node, translation.reshape(result, value.shape, node.outputs[0]), value.shape)
        return
    if axis == 1 and rank > 2:
        tensor, is_last = translation.last(value), True
    elif axis == rank - 1:
        tensor, is_last = translation.plain(value), False
    else:
        raise refuse(node, f"is computed along the axis {axis}; only the last one and that of channels are converted.")
    shape = translation.builder.shape_of(tensor)
    result = translation.builder.add(op, [tensor], shape, node.outputs[0], options)
    translation.give_tensor(node, result, value.shape, is_last=is_last)


def _log_softmax(translation: Translation, node: OnnxNode) -> None:
    _softmax(translation, node, "LOG_SOFTMAX")


OPERATORS: Mapping[str, Handler] = {
    "Relu": _relu,
    "Clip": _clip,
    "LeakyRelu": _leaky_relu,
    "PRelu": _prelu,
    "Elu": _elu,
    "Selu": _selu,
    "HardSwish": _hard_swish,
    "HardSigmoid": _hard_sigmoid,
    "Gelu": _gelu,
    "Erf": _erf,
    "Softplus": _softplus,
    "Mish": _mish,
    "Softmax": _softmax,
    "LogSoftmax": _log_softmax,
}
