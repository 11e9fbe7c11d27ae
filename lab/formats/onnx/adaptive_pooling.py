"""Adaptive means, as PyTorch's exporter writes `AdaptiveAvgPool` whose windows are not all alike.

It gathers the numbers of each window by constant places, and takes their means over as many nodes as a window has
numbers. Here these nodes become one. That they compute the means is not read off their shapes: they are evaluated on
random numbers and compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from lab.formats.onnx.model import Array, OnnxModel, OnnxNode

ADAPTIVE_MEAN: Final = "AdaptiveMean"
"""The operator that stands for these nodes; it has the heights and widths before and after."""
_LARGEST: Final = 1 << 18
"""Numbers that are gathered of one channel."""
_CLOSE: Final = 1e-4
_INNER: Final = frozenset({"Add", "Gather", "Transpose", "Where"})
_LAST: Final = frozenset({"Div", "ReduceMean"})


def windows(size: int, count: int) -> list[tuple[int, int]]:
    """The first place of each of `count` windows over `size` places, and the place behind its last."""
    return [(number * size // count, -(-(number + 1) * size // count)) for number in range(count)]


def with_adaptive_means(model: OnnxModel) -> OnnxModel:
    """The model with one node in place of those that compute an adaptive mean. Nodes that nothing reads stay."""
    makers = {name: node for node in model.nodes for name in node.outputs}
    replacements: dict[str, OnnxNode] = {}
    for place, node in enumerate(model.nodes):
        if node.op == "GatherND" and len(node.inputs) == 2 and not node.attributes.get("batch_dims"):
            mean = _adaptive_mean(model, makers, place)
            replacements |= {} if mean is None else {mean.outputs[0]: mean}
    return replace(model, nodes=[replacements.get(node.outputs[0], node) for node in model.nodes])


def _adaptive_mean(model: OnnxModel, makers: Mapping[str, OnnxNode], place: int) -> OnnxNode | None:
    """The mean over what a GatherND gathers; None if it gathers or computes anything else."""
    gather = model.nodes[place]
    transposition, places = makers.get(gather.inputs[0]), model.constants.get(gather.inputs[1])
    if transposition is None or transposition.op != "Transpose" or places is None:
        return None
    if tuple(_numbers(transposition, "perm")) != (2, 3, 0, 1) or places.ndim != 5 or places.shape[-1] != 2:
        return None
    if not 0 < places.size <= _LARGEST or places.min() < 0 or places.max() > _LARGEST:
        return None
    rows, columns = (int(places[..., axis].max()) + 1 for axis in (0, 1))
    if rows * columns > _LARGEST:
        return None
    picture = np.random.default_rng(0).standard_normal((rows, columns)).astype(np.float32)
    gathered = picture[places[..., 0], places[..., 1]][..., None, None]
    height, width = places.shape[0], places.shape[2]
    expected = _means(picture, height, width)
    name = _name_of(model, place, gather.outputs[0], gathered, expected)
    if name is None:
        return None
    sizes = {"size": (rows, columns), "new_size": (height, width)}
    return OnnxNode(ADAPTIVE_MEAN, makers[name].name, (transposition.inputs[0],), (name,), sizes)


def _means(picture: Array, height: int, width: int) -> Array:
    rows, columns = windows(picture.shape[0], height), windows(picture.shape[1], width)
    return np.array([[picture[top:end, left:right].mean() for left, right in columns] for top, end in rows])


def _name_of(model: OnnxModel, place: int, name: str, gathered: Array, expected: Array) -> str | None:
    """The value that is `expected` where `name` is `gathered`; None if none is."""
    values: dict[str, Array] = {name: gathered}
    for node in model.nodes[place + 1 :]:
        if not values.keys() & set(node.inputs):
            continue
        inputs = [values.get(each, model.constants.get(each)) for each in node.inputs]
        if node.op not in _INNER | _LAST or any(each is None for each in inputs):
            continue
        try:
            result = _evaluated(node, [each for each in inputs if each is not None])
        except (ValueError, IndexError, TypeError, np.exceptions.AxisError):
            return None
        if result is None or result.size > _LARGEST:
            return None
        values[node.outputs[0]] = result
        if node.op in _LAST and result.shape == (1, 1, *expected.shape):
            return node.outputs[0] if np.allclose(result[0, 0], expected, atol=_CLOSE) else None
    return None


def _evaluated(node: OnnxNode, inputs: Sequence[Array]) -> Array | None:
    """The result of a node; None for a form of it that the exporter does not write."""
    match node.op, list(inputs):
        case "Transpose", [value]:
            return value.transpose(_numbers(node, "perm"))
        case "Where", [condition, one, other]:
            return np.where(condition.astype(bool), one, other)
        case "Gather", [value, index] if index.ndim == 0:
            axis = node.attributes.get("axis", 0)
            return np.take(value, int(index), axis=axis) if isinstance(axis, int) else None
        case "Add", [one, other]:
            return np.asarray(one + other)
        case "Div", [one, other] if other.all():
            return np.asarray(one / other)
        case "ReduceMean", [value, axes] if not node.attributes.get("keepdims", 1):
            return np.asarray(value.mean(axis=tuple(int(axis) for axis in axes.ravel())))
    return None


def _numbers(node: OnnxNode, name: str) -> tuple[int, ...]:
    value = node.attributes.get(name)
    return tuple(each for each in value if isinstance(each, int)) if isinstance(value, tuple) else ()
