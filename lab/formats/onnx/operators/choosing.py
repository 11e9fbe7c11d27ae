"""Comparisons, what is not so, and the choice between two values by them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from lab.formats.onnx.attributes import arguments
from lab.formats.onnx.model import OnnxNode
from lab.formats.onnx.operators.arithmetic import applied, broadcast, combined, operand
from lab.formats.onnx.values import Handler, OnnxValue, Translation, last_order, refuse, reordered

_COMPARISONS: Mapping[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "Greater": ("GREATER", np.greater),
    "GreaterOrEqual": ("GREATER_EQUAL", np.greater_equal),
    "Less": ("LESS", np.less),
    "LessOrEqual": ("LESS_EQUAL", np.less_equal),
    "Equal": ("EQUAL", np.equal),
}


def _compare(translation: Translation, node: OnnxNode, op: str, compute: Callable[[Any, Any], Any]) -> None:
    arguments(node)
    one, other = translation.value(node, 0), translation.value(node, 1)
    if one.constant is not None and other.constant is not None:
        shape = broadcast(node, one.shape, other.shape)
        array = np.asarray(compute(one.constant, other.constant))
        translation.give(node, OnnxValue(node.outputs[0], shape, constant=array))
        return
    translation.give(node, combined(translation, node, op, one, other, node.outputs[0], "bool"))


def _not(translation: Translation, node: OnnxNode) -> None:
    arguments(node)
    value = translation.value(node, 0)
    if value.constant is not None:
        translation.give(node, OnnxValue(node.outputs[0], value.shape, constant=np.logical_not(value.constant)))
        return
    translation.give(node, applied(translation, "LOGICAL_NOT", value, node.outputs[0], ("LogicalNot", {})))


def _where(translation: Translation, node: OnnxNode) -> None:
    arguments(node)
    values = [translation.value(node, place) for place in range(3)]
    shape = broadcast(node, *(one.shape for one in values))
    arrays = [one.constant for one in values if one.constant is not None]
    if len(arrays) == len(values):
        translation.give(node, OnnxValue(node.outputs[0], shape, constant=np.where(*arrays)))
        return
    if len(shape) > 5:
        raise refuse(node, "has more than 5 dimensions.")
    is_last = any(one.is_last and len(one.shape) == len(shape) for one in values)
    tensors = [operand(translation, one, len(shape), is_last=is_last) for one in values]
    kinds = [translation.builder.kind_of(one) for one in tensors]
    if kinds[0] != "bool" or kinds[1] != kinds[2]:
        raise refuse(node, "chooses between values of two types.")
    stored_shape = reordered(shape, last_order(len(shape))) if is_last else shape
    tensor = translation.builder.add("SELECT_V2", tensors, stored_shape, node.outputs[0], ("SelectV2", {}), kinds[1])
    translation.give_tensor(node, tensor, shape, is_last=is_last)


OPERATORS: Mapping[str, Handler] = {
    **{name: partial(_compare, op=op, compute=compute) for name, (op, compute) in _COMPARISONS.items()},
    "Not": _not,
    "Where": _where,
}
