"""Operators that compute each number of their result from the numbers at the same place of their inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

import numpy as np

from lab.formats.onnx.attributes import arguments
from lab.formats.onnx.model import Array, OnnxNode
from lab.formats.onnx.values import (
    ACTIVATION,
    Handler,
    OnnxValue,
    Translation,
    last_order,
    refuse,
    reordered,
)
from lab.formats.tflite_builder import Shape
from lab.refusal import Reason, Refused
from rune.wording import plain, quoted

NAMED_OPTIONS: Final[Mapping[str, tuple[str, dict[str, Any]]]] = {
    "ADD": ("Add", {ACTIVATION: 0}),
    "SUB": ("Sub", {ACTIVATION: 0}),
    "MUL": ("Mul", {ACTIVATION: 0}),
    "DIV": ("Div", {ACTIVATION: 0}),
    "MAXIMUM": ("MaximumMinimum", {}),
    "MINIMUM": ("MaximumMinimum", {}),
    "POW": ("Pow", {}),
    "EXP": ("Exp", {}),
    "NEG": ("Neg", {}),
    "ABS": ("Abs", {}),
    "SQUARE": ("Square", {}),
    "GREATER": ("Greater", {}),
    "GREATER_EQUAL": ("GreaterEqual", {}),
    "LESS": ("Less", {}),
    "LESS_EQUAL": ("LessEqual", {}),
    "EQUAL": ("Equal", {}),
    "FLOOR_MOD": ("FloorMod", {}),
}
"""The options of operators that have some."""
_MOST_DIMENSIONS = 5
"""Dimensions of operators with two inputs, in TFLite's kernels."""


def quotient(one: Array, other: Array) -> Array:
    """A quotient as ONNX has it: of whole numbers without what is left, rounded towards zero."""
    if one.dtype.kind == "f":
        return np.asarray(one / other)
    return np.asarray(np.trunc(one / other)).astype(one.dtype)


_BINARY: Mapping[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "Add": ("ADD", np.add),
    "Sub": ("SUB", np.subtract),
    "Mul": ("MUL", np.multiply),
    "Div": ("DIV", quotient),
    "Pow": ("POW", np.power),
    "Max": ("MAXIMUM", np.maximum),
    "Min": ("MINIMUM", np.minimum),
    "Sum": ("ADD", np.add),
}
_OF_MANY = ("Max", "Min", "Sum")
"""Operators that take any number of inputs."""
_UNARY: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "Sqrt": ("SQRT", np.sqrt),
    "Exp": ("EXP", np.exp),
    "Log": ("LOG", np.log),
    "Neg": ("NEG", np.negative),
    "Abs": ("ABS", np.abs),
    "Sin": ("SIN", np.sin),
    "Cos": ("COS", np.cos),
    "Floor": ("FLOOR", np.floor),
    "Ceil": ("CEIL", np.ceil),
    "Round": ("ROUND", np.rint),
    "Sigmoid": ("LOGISTIC", lambda one: 1 / (1 + np.exp(-one))),
    "Tanh": ("TANH", np.tanh),
}


def broadcast(node: OnnxNode, *shapes: Shape) -> Shape:
    """The shape of arrays that are stretched to each other. Raises `Refused`."""
    try:
        return tuple(np.broadcast_shapes(*shapes))
    except ValueError as error:
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has inputs that do not fit.") from error


def combined(
    translation: Translation,
    node: OnnxNode,
    op: str,
    one: OnnxValue,
    other: OnnxValue,
    name: str,
    result_kind: str = "",
) -> OnnxValue:
    """The result of an operator with two inputs, in the order in which its larger input is stored.

    It has the type of the inputs unless `result_kind` names another one.
    """
    shape = broadcast(node, one.shape, other.shape)
    if len(shape) > _MOST_DIMENSIONS:
        raise refuse(node, f"has more than {_MOST_DIMENSIONS} dimensions.")
    is_last = any(each.is_last and len(each.shape) == len(shape) for each in (one, other))
    tensors = [operand(translation, each, len(shape), is_last=is_last) for each in (one, other)]
    stored_shape = reordered(shape, last_order(len(shape))) if is_last else shape
    kind = translation.builder.kind_of(tensors[0])
    if kind != translation.builder.kind_of(tensors[1]):
        raise refuse(node, "has inputs of two types.")
    tensor = translation.builder.add(
        op, tensors, stored_shape, name, NAMED_OPTIONS.get(op, ("", {})), result_kind or kind
    )
    return OnnxValue(name, shape, tensor=tensor, is_last=is_last)


def operand(translation: Translation, value: OnnxValue, rank: int, *, is_last: bool) -> int:
    """The tensor of an input, with as many dimensions as the result where its order matters."""
    if value.constant is not None:
        array = value.constant
        if is_last and array.ndim:
            array = array.reshape((1,) * (rank - array.ndim) + array.shape).transpose(last_order(rank))
        if array.size == 1:
            array = array.reshape(1)
        return translation.store(value.name, array)
    if not is_last:
        return translation.plain(value)
    if len(value.shape) == rank:
        return translation.last(value)
    shape = (1,) * (rank - len(value.shape)) + value.shape
    tensor = translation.reshape(translation.plain(value), shape, value.name)
    return translation.transpose(tensor, last_order(rank), value.name)


def applied(translation: Translation, op: str, value: OnnxValue, name: str, options: Any = None) -> OnnxValue:
    """The result of an operator with one input, in the order in which that is stored."""
    tensor = translation.last(value) if value.is_last else translation.plain(value)
    shape = translation.builder.shape_of(tensor)
    op_options = NAMED_OPTIONS.get(op, ("", {})) if options is None else options
    result = translation.builder.add(op, [tensor], shape, name, op_options, translation.builder.kind_of(tensor))
    return OnnxValue(name, value.shape, tensor=result, is_last=value.is_last)


def number(value: float, name: str = "number") -> OnnxValue:
    """A constant that stands for a single number."""
    return OnnxValue(name, (1,), constant=np.array([value], np.float32))


def _two(translation: Translation, node: OnnxNode, op: str, compute: Callable[[Any, Any], Any]) -> None:
    arguments(node)
    values = [translation.value(node, place) for place in range(len(node.inputs))]
    if (len(values) != 2 and node.op not in _OF_MANY) or not values:
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has {len(values)} inputs.")
    result = values[0]
    for other in values[1:]:
        if result.constant is not None and other.constant is not None:
            shape = broadcast(node, result.shape, other.shape)
            with np.errstate(all="ignore"):
                array = np.asarray(compute(result.constant, other.constant))
            result = OnnxValue(node.outputs[0], shape, constant=array.astype(result.constant.dtype))
        elif op == "ADD" and _add_bias(translation, result, other):
            continue
        else:
            result = combined(translation, node, op, result, other, node.outputs[0])
    translation.give(node, _with_node_name(result, node))


def _with_node_name(value: OnnxValue, node: OnnxNode) -> OnnxValue:
    """The same value under the name that the node gives it."""
    return OnnxValue(node.outputs[0], value.shape, value.constant, value.tensor, value.is_last, value.flat_of)


def _add_bias(translation: Translation, value: OnnxValue, other: OnnxValue) -> bool:
    """Adds a constant vector to the layer that gives the value, if that has no bias yet; whether it could."""
    operator = translation.fusable(value)
    constant = other.constant
    if operator is None or operator.op != "FULLY_CONNECTED" or len(operator.inputs) != 2 or constant is None:
        return False
    units = value.shape[-1]
    if constant.size != units or constant.shape[-1:] != (units,) or value.is_last:
        return False
    if constant.ndim > len(value.shape):
        return False  # the sum has as many dimensions as the constant
    operator.inputs.append(translation.store(other.name, constant.ravel()))
    return True


def _one(translation: Translation, node: OnnxNode, op: str, compute: Callable[[Any], Any]) -> None:
    arguments(node)
    value = translation.value(node, 0)
    if value.constant is not None:
        with np.errstate(all="ignore"):
            array = np.asarray(compute(value.constant)).astype(value.constant.dtype)
        translation.give(node, OnnxValue(node.outputs[0], value.shape, constant=array))
        return
    translation.give(node, applied(translation, op, value, node.outputs[0]))


def _power(translation: Translation, node: OnnxNode) -> None:
    """Squares and roots have operators of their own."""
    arguments(node)
    base, exponent = translation.value(node, 0), translation.value(node, 1)
    single = exponent.constant.ravel()[0] if exponent.constant is not None and exponent.constant.size == 1 else None
    if base.constant is None and single in (2, 0.5):
        op = "SQUARE" if single == 2 else "SQRT"
        translation.give(node, applied(translation, op, base, node.outputs[0]))
        return
    _two(translation, node, "POW", np.power)


def _remainder(translation: Translation, node: OnnxNode) -> None:
    """The remainder of whole numbers has the sign of the divisor. With `fmod` it has that of the dividend: it is that
    of the part above 0, less that of the part below."""
    is_like_c = bool(arguments(node, fmod=0)["fmod"])
    one, other = translation.value(node, 0), translation.value(node, 1)
    if not is_like_c or (one.constant is not None and other.constant is not None):
        _two(translation, node, "FLOOR_MOD", np.fmod if is_like_c else np.mod)
        return
    if any(each.constant.dtype.kind != "f" for each in (one, other) if each.constant is not None):
        raise refuse(node, "has fmod with whole numbers, which is not converted.")
    name = node.outputs[0]
    if other.constant is not None:
        divisor = OnnxValue(f"{name}/divisor", other.shape, constant=np.abs(other.constant))
    else:
        divisor = applied(translation, "ABS", other, f"{name}/divisor")
    above = applied(translation, "RELU", one, f"{name}/above")
    below = applied(translation, "RELU", applied(translation, "NEG", one, f"{name}/negated"), f"{name}/below")
    larger, smaller = (
        combined(translation, node, "FLOOR_MOD", each, divisor, f"{each.name}/remainder") for each in (above, below)
    )
    translation.give(node, combined(translation, node, "SUB", larger, smaller, name))


def _reciprocal(translation: Translation, node: OnnxNode) -> None:
    arguments(node)
    value = translation.value(node, 0)
    translation.give(node, combined(translation, node, "DIV", number(1), value, node.outputs[0]))


def _mean_of_inputs(translation: Translation, node: OnnxNode) -> None:
    arguments(node)
    result = translation.value(node, 0)
    for place in range(1, len(node.inputs)):
        result = combined(translation, node, "ADD", result, translation.value(node, place), node.outputs[0])
    count = number(len(node.inputs))
    translation.give(node, combined(translation, node, "DIV", result, count, node.outputs[0]))


def all_of(
    translation: Translation, node: OnnxNode, steps: Sequence[tuple[str, OnnxValue | None]], start: OnnxValue
) -> OnnxValue:
    """The result of several operators in turn: each takes the last result and, if there is one, another value."""
    result = start
    for place, (op, other) in enumerate(steps):
        name = node.outputs[0] if place == len(steps) - 1 else f"{node.outputs[0]}/{op.lower()}_{place}"
        if other is None:
            result = applied(translation, op, result, name)
        else:
            result = combined(translation, node, op, result, other, name)
    return result


OPERATORS: Mapping[str, Handler] = {
    **{name: partial(_two, op=op, compute=compute) for name, (op, compute) in _BINARY.items()},
    **{name: partial(_one, op=op, compute=compute) for name, (op, compute) in _UNARY.items()},
    "Pow": _power,
    "Mod": _remainder,
    "Reciprocal": _reciprocal,
    "Mean": _mean_of_inputs,
}
