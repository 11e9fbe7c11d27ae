"""Dense layers and products of matrices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lab.formats.onnx.attributes import arguments
from lab.formats.onnx.model import Array, OnnxNode
from lab.formats.onnx.operators.arithmetic import combined
from lab.formats.onnx.values import ACTIVATION, Handler, OnnxValue, Translation, last_order, refuse
from lab.refusal import Reason, Refused
from rune.wording import plain, quoted


def _dense(keeps: bool) -> tuple[str, dict[str, Any]]:
    return "FullyConnected", {ACTIVATION: 0, "weightsFormat": 0, "keepNumDims": keeps}


def layer(translation: Translation, tensor: int, weights: Array, bias: Array | None, name: str) -> int:
    """A dense layer: `weights` has a row for each input and a column for each unit."""
    shape = translation.builder.shape_of(tensor)
    inputs = [tensor, translation.store(f"{name}/weights", weights.T.astype(np.float32))]
    if bias is not None:
        inputs.append(translation.store(f"{name}/bias", bias.astype(np.float32)))
    options = _dense(len(shape) > 2)
    return translation.builder.add("FULLY_CONNECTED", inputs, (*shape[:-1], weights.shape[1]), name, options)


def _input_rows(translation: Translation, value: OnnxValue, weights: Array) -> tuple[int, Array]:
    """The input of a dense layer, with the weights in its order: a flattened picture stays in the order in which it is
    stored, and the rows of the weights change places instead."""
    source = value.flat_of
    if source is None or not source.is_last:
        return translation.plain(value), weights
    channels = source.shape[1:]
    order = (
        np.arange(weights.shape[0]).reshape(channels).transpose([one - 1 for one in last_order(len(source.shape))[1:]])
    )
    return translation.reshape(translation.last(source), value.shape, value.name), weights[order.ravel()]


def _gemm(translation: Translation, node: OnnxNode) -> None:
    attributes = arguments(node, alpha=1.0, beta=1.0, transA=0, transB=0)
    beta = np.float32(attributes["beta"])
    value, other = translation.value(node, 0), translation.value(node, 1)
    if attributes["transA"] or other.constant is None or len(value.shape) != 2 or other.constant.ndim != 2:
        raise refuse(node, "is not of an input with constant weights.")
    weights = (other.constant.T if attributes["transB"] else other.constant) * np.float32(attributes["alpha"])
    if value.shape[1] != weights.shape[0]:
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has weights for another input.")
    tensor, weights = _input_rows(translation, value, weights)
    bias, rest = None, None
    if translation.has(node, 2):
        summand = translation.value(node, 2)
        if summand.constant is not None and summand.constant.size in (1, weights.shape[1]):
            bias = np.broadcast_to(summand.constant.ravel(), (weights.shape[1],)) * beta
        elif beta == 1:
            rest = summand
        else:
            raise refuse(node, "adds what is computed while the model runs.")
    shape, name = (value.shape[0], weights.shape[1]), node.outputs[0]
    result = OnnxValue(name, shape, tensor=layer(translation, tensor, weights, bias, name))
    if rest is not None:
        result = combined(translation, node, "ADD", result, rest, name)
    translation.give(node, result)


def _product(translation: Translation, node: OnnxNode) -> None:
    arguments(node)
    one, other = translation.value(node, 0), translation.value(node, 1)
    if not one.shape or not other.shape or one.shape[-1] != other.shape[-2 if len(other.shape) > 1 else 0]:
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has inputs that do not fit.")
    name = node.outputs[0]
    if other.constant is not None and other.constant.ndim == 2 and len(one.shape) > 1:
        tensor, weights = _input_rows(translation, one, other.constant)
        result = layer(translation, tensor, weights, None, name)
        translation.give_tensor(node, result, (*one.shape[:-1], weights.shape[1]))
        return
    if min(len(one.shape), len(other.shape)) < 2 or max(len(one.shape), len(other.shape)) > 5:
        raise refuse(node, "multiplies a vector, which is converted only with constant weights.")
    try:
        batch = np.broadcast_shapes(one.shape[:-2], other.shape[:-2])
    except ValueError as error:
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has inputs that do not fit.") from error
    shape = (*batch, one.shape[-2], other.shape[-1])
    inputs = [translation.plain(one), translation.plain(other)]
    options = ("BatchMatMul", {"adjX": False, "adjY": False})
    translation.give_tensor(node, translation.builder.add("BATCH_MATMUL", inputs, shape, name, options), shape)


OPERATORS: Mapping[str, Handler] = {"Gemm": _gemm, "MatMul": _product}
