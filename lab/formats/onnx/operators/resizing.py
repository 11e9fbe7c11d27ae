"""Pictures of another size.

Where TFLite's own operator takes the same places of the source, it is used; other rules of ONNX are translated as
lookups of the places that they name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from lab.formats.onnx.attributes import arguments
from lab.formats.onnx.model import Array, OnnxNode
from lab.formats.onnx.operators.arithmetic import NAMED_OPTIONS
from lab.formats.onnx.values import Handler, Translation, refuse
from rune.wording import plain

_TFLITE_OPTIONS: Final[Mapping[str, Mapping[str, bool]]] = {
    "half_pixel": {"alignCorners": False, "halfPixelCenters": True},
    "pytorch_half_pixel": {"alignCorners": False, "halfPixelCenters": True},
    "align_corners": {"alignCorners": True, "halfPixelCenters": False},
    "asymmetric": {"alignCorners": False, "halfPixelCenters": False},
}
"""Says which place of the source a place of the result has, in TFLite's options."""
_ROUNDED: Final[Mapping[str, Callable[[Array], Array]]] = {
    "round_prefer_floor": lambda place: np.floor(place) + (place - np.floor(place) > 0.5),
    "round_prefer_ceil": lambda place: np.floor(place) + (place - np.floor(place) >= 0.5),
    "floor": np.floor,
    "ceil": np.ceil,
}
_MOST_PLACES: Final = 1 << 14
_CLOSE: Final = 1e-5
"""Two places of the source that are less far from each other are the same: both sides compute them as 32-bit floats."""


@dataclass(frozen=True)
class _Resized:
    """A dimension of a tensor that gets another size. `places` are the coordinates of the source, as fractions."""

    size: int
    new_size: int
    places: Array


def _resize(translation: Translation, node: OnnxNode) -> None:
    attributes = arguments(
        node,
        without_effect=("cubic_coeff_a", "extrapolation_value"),  # of rules that are refused
        mode="nearest",
        coordinate_transformation_mode="asymmetric" if node.op == "Upsample" else "half_pixel",
        nearest_mode="floor" if node.op == "Upsample" else "round_prefer_floor",
        scales=None,
        exclude_outside=0,
        antialias=0,
        keep_aspect_ratio_policy="stretch",
        axes=None,
    )
    if node.op == "Resize" and translation.opset >= 11:
        translation.leave_out(1)  # the region of a rule that is refused
    value = translation.value(node, 0)
    if len(value.shape) != 4 or attributes["axes"] is not None or attributes["antialias"]:
        raise refuse(node, "is not of a picture, or smooths it first.")
    size, scales = _size(translation, node, value.shape, attributes["scales"])
    if size[:2] != value.shape[:2] or min(size) < 1 or max(size) > _MOST_PLACES:
        raise refuse(node, "changes more than height and width, or makes them too large.")
    rule, mode = attributes["coordinate_transformation_mode"], attributes["mode"]
    if rule not in _TFLITE_OPTIONS:
        raise refuse(node, f"has the coordinate_transformation_mode {plain(str(rule))}, which is not converted.")
    sides = [
        _Resized(value.shape[at], size[at], source_places(rule, value.shape[at], size[at], scales[at])) for at in (2, 3)
    ]
    if mode == "nearest":
        tensor = _nearest(translation, node, sides, rule, attributes["nearest_mode"])
    elif mode in ("linear", "bilinear"):
        attributes["nearest_mode"]  # changes nothing here, and exporters write it
        tensor = _linear(translation, node, sides, rule)
    else:
        raise refuse(node, f"has the mode {plain(str(mode))}, which is not converted.")
    translation.give_tensor(node, tensor, size, is_last=True)


def _size(
    translation: Translation, node: OnnxNode, shape: tuple[int, ...], attribute: object
) -> tuple[tuple[int, ...], Sequence[float]]:
    """The shape of the result, and the factor of each dimension: the size is given, or the factors."""
    if node.op == "Resize" and translation.has(node, 3):
        translation.leave_out(2)
        size = tuple(int(one) for one in translation.constant(node, 3).ravel())
        if len(size) != len(shape):
            raise refuse(node, "has a size that does not fit its input.")
        return size, [new / old for new, old in zip(size, shape, strict=True)]
    if isinstance(attribute, tuple):
        factors = [float(one) for one in attribute]
    else:
        place = 1 if node.op == "Upsample" or translation.opset < 11 else 2
        factors = [float(one) for one in translation.constant(node, place).ravel()]
    if len(factors) != len(shape) or not all(0 < one < _MOST_PLACES for one in factors):
        raise refuse(node, "has factors that do not fit its input.")
    return tuple(int(size * factor) for size, factor in zip(shape, factors, strict=True)), factors


def source_places(rule: str, size: int, new_size: int, scale: float) -> Array:
    """The place of the source that each place of the result has, as ONNX's rules say, in 32-bit floats."""
    places, factor = np.arange(new_size, dtype=np.float32), np.float32(scale)
    if size == new_size and scale == 1:
        return places
    if rule == "asymmetric":
        return np.asarray(places / factor)
    if rule == "align_corners":
        return np.asarray(places * np.float32(size - 1) / np.float32(max(new_size - 1, 1)))
    if rule == "pytorch_half_pixel" and new_size == 1:
        return np.zeros(1, np.float32)
    return np.asarray((places + np.float32(0.5)) / factor - np.float32(0.5))


def _tflite_places(rule: str, one: _Resized) -> Array:
    """The place of the source that each place of the result has in TFLite's operators."""
    options, places = _TFLITE_OPTIONS[rule], np.arange(one.new_size, dtype=np.float32)
    if options["alignCorners"] and one.new_size > 1:
        return np.asarray(places * (np.float32(one.size - 1) / np.float32(one.new_size - 1)))
    scale = np.float32(one.size) / np.float32(one.new_size)
    offset = np.float32(0.5 if options["halfPixelCenters"] else 0)
    return np.asarray((places + offset) * scale - offset)


def _nearest(translation: Translation, node: OnnxNode, sides: Sequence[_Resized], rule: str, rounding: str) -> int:
    if rounding not in _ROUNDED:
        raise refuse(node, f"has the nearest_mode {plain(rounding)}, which is not converted.")
    indices = [_within(_ROUNDED[rounding](each.places), each.size) for each in sides]
    # TFLite has one rounding for each rule: with halves of pixels it takes the floor of the place half a pixel later.
    options = _TFLITE_OPTIONS[rule]
    half = np.float32(0.5 if options["halfPixelCenters"] else 0)
    is_same = True
    for each, places in zip(sides, indices, strict=True):
        own = _tflite_places(rule, each) + half
        rounded = np.floor(own + np.float32(0.5)) if options["alignCorners"] else np.floor(own)
        is_same = is_same and np.array_equal(_within(rounded, each.size), places)
    tensor = translation.last(translation.value(node, 0))
    if is_same:
        return _by_operator(translation, node, "RESIZE_NEAREST_NEIGHBOR", "ResizeNearestNeighbor", sides, rule)
    for axis, places in enumerate(indices, 1):
        if not np.array_equal(places, np.arange(sides[axis - 1].size)):
            tensor = _looked_up(translation, tensor, places, axis, f"{node.outputs[0]}/places_{axis}")
    return tensor


def _linear(translation: Translation, node: OnnxNode, sides: Sequence[_Resized], rule: str) -> int:
    """Interpolates between two places of the source, by how near each is."""
    bounded = [np.clip(each.places, 0, each.size - 1) for each in sides]
    own = [np.clip(_tflite_places(rule, each), 0, each.size - 1) for each in sides]
    if all(np.abs(one - other).max() < _CLOSE for one, other in zip(bounded, own, strict=True)):
        return _by_operator(translation, node, "RESIZE_BILINEAR", "ResizeBilinear", sides, rule)
    tensor = translation.last(translation.value(node, 0))
    for axis, (each, places) in enumerate(zip(sides, bounded, strict=True), 1):
        low = np.floor(places)
        part = (places - low).reshape([-1 if at == axis else 1 for at in range(4)]).astype(np.float32)
        name = f"{node.outputs[0]}/places_{axis}"
        if not part.any():
            if not np.array_equal(low, np.arange(each.size)):
                tensor = _looked_up(translation, tensor, _within(low, each.size), axis, name)
            continue
        below = _looked_up(translation, tensor, _within(low, each.size), axis, f"{name}/below")
        above = _looked_up(translation, tensor, _within(low + 1, each.size), axis, f"{name}/above")
        shape = translation.builder.shape_of(below)
        step = _two(translation, "SUB", above, below, shape, f"{name}/step")
        step = _two(translation, "MUL", step, translation.store(f"{name}/part", part), shape, f"{name}/part_of_step")
        tensor = _two(translation, "ADD", below, step, shape, name)
    return tensor


def _two(translation: Translation, op: str, one: int, other: int, shape: Sequence[int], name: str) -> int:
    return translation.builder.add(op, [one, other], shape, name, _options(op))


def _options(op: str) -> tuple[str, dict[str, Any]]:
    kind, options = NAMED_OPTIONS[op]
    return kind, dict(options)


def _within(places: Array, size: int) -> Array:
    return np.clip(places, 0, size - 1).astype(np.int32)


def _looked_up(translation: Translation, tensor: int, places: Array, axis: int, name: str) -> int:
    """Places of a picture along a dimension."""
    shape = [len(places) if at == axis else one for at, one in enumerate(translation.builder.shape_of(tensor))]
    inputs = [tensor, translation.store(f"{name}/indices", places)]
    kind = translation.builder.kind_of(tensor)
    return translation.builder.add("GATHER", inputs, shape, name, ("Gather", {"axis": axis, "batchDims": 0}), kind)


def _by_operator(
    translation: Translation, node: OnnxNode, op: str, options: str, sides: Sequence[_Resized], rule: str
) -> int:
    tensor = translation.last(translation.value(node, 0))
    batch, _, _, channels = translation.builder.shape_of(tensor)
    size = [each.new_size for each in sides]
    inputs = [tensor, translation.numbers(size)]
    named_options = (options, dict(_TFLITE_OPTIONS[rule]))
    return translation.builder.add(op, inputs, (batch, *size, channels), node.outputs[0], named_options)


OPERATORS: Mapping[str, Handler] = {"Resize": _resize, "Upsample": _resize}
