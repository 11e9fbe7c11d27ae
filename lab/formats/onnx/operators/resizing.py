"""Pictures of another size."""

from __future__ import annotations

from collections.abc import Mapping

from lab.formats.onnx.model import OnnxNode
from lab.formats.onnx.values import Handler, Translation, arguments, refuse

_PLACES = {
    "half_pixel": {"alignCorners": False, "halfPixelCenters": True},
    "pytorch_half_pixel": {"alignCorners": False, "halfPixelCenters": True},
    "align_corners": {"alignCorners": True, "halfPixelCenters": False},
    "asymmetric": {"alignCorners": False, "halfPixelCenters": False},
}
"""Which place of the source a place of the result has, in TFLite's options."""


def _resize(translation: Translation, node: OnnxNode) -> None:
    attributes = arguments(
        node,
        mode="nearest",
        coordinate_transformation_mode="asymmetric" if node.op == "Upsample" else "half_pixel",
        nearest_mode="floor" if node.op == "Upsample" else "round_prefer_floor",
        scales=None,
        cubic_coeff_a=-0.75,
        exclude_outside=0,
        extrapolation_value=0.0,
        antialias=0,
        keep_aspect_ratio_policy="stretch",
        axes=None,
    )
    value = translation.value(node, 0)
    if len(value.shape) != 4 or attributes["axes"] is not None or attributes["antialias"]:
        raise refuse(node, "is not of a picture, or smooths it first.")
    size = _size(translation, node, value.shape, attributes["scales"])
    if size[:2] != value.shape[:2] or min(size) < 1 or max(size) > 1 << 14:
        raise refuse(node, "changes more than height and width, or makes them too large.")
    places = _PLACES.get(attributes["coordinate_transformation_mode"])
    op = {"nearest": "RESIZE_NEAREST_NEIGHBOR", "linear": "RESIZE_BILINEAR", "bilinear": "RESIZE_BILINEAR"}.get(
        attributes["mode"]
    )
    if places is None or op is None:
        raise refuse(
            node, f"is {attributes['mode']} with {attributes['coordinate_transformation_mode']}, not converted."
        )
    options = ("ResizeNearestNeighbor" if "NEAREST" in op else "ResizeBilinear", dict(places))
    inputs = [translation.last(value), translation.numbers(size[2:])]
    tensor = translation.builder.add(op, inputs, (size[0], *size[2:], size[1]), node.outputs[0], options)
    translation.give_tensor(node, tensor, size, is_last=True)


def _size(translation: Translation, node: OnnxNode, shape: tuple[int, ...], scales: object) -> tuple[int, ...]:
    """The shape of the result: as it is, or as factors."""
    if node.op == "Resize" and translation.has(node, 3):
        return tuple(int(one) for one in translation.constant(node, 3).ravel())
    if isinstance(scales, tuple):
        factors = [float(one) for one in scales]
    else:
        place = 1 if node.op == "Upsample" or translation.opset < 11 else 2
        factors = [float(one) for one in translation.constant(node, place).ravel()]
    if len(factors) != len(shape) or not all(0 < one < 1 << 14 for one in factors):
        raise refuse(node, "has factors that do not fit its input.")
    return tuple(int(size * factor) for size, factor in zip(shape, factors, strict=True))


OPERATORS: Mapping[str, Handler] = {"Resize": _resize, "Upsample": _resize}
