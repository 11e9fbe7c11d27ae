"""Moves the scalers of a pipeline, which stand in front of its trees, into the thresholds of the trees.

A scaler is a function of f32 that never falls, so for each threshold there is a largest feature that it takes up to it.
With that as the threshold a tree answers the same to every feature, and the scaler is not needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from lab.formats.onnx.model import Array, OnnxModel, OnnxNode
from lab.formats.onnx.tensors import TYPES
from lab.formats.onnx.values import refuse

LARGEST: Final = 1e30
"""The largest magnitude of a threshold in the file of the block."""
_FLOATS: Final = "float32"


class FeatureSteps:
    """The steps in front of the trees, for `features` numbers. Raises `Refused` for one that cannot be moved."""

    def __init__(self, model: OnnxModel, trees: OnnxNode, features: int) -> None:
        givers = {name: node for node in model.nodes for name in node.outputs}
        self._steps: list[tuple[str, Array]] = []
        name = trees.input(0)
        while (giver := givers.get(name)) is not None:
            self._steps[:0] = _steps(giver, model.constants, features)
            name = giver.input(0)

    def threshold(self, feature: int, threshold: float) -> float:
        """The largest f32 that the steps take up to a threshold."""
        if not self._steps:
            return threshold
        low, high = _place(np.float32(-LARGEST)), _place(np.float32(LARGEST))
        if not self._applied(feature, _number(low)) <= threshold:
            return -LARGEST
        while low < high:
            middle = (low + high + 1) // 2
            if self._applied(feature, _number(middle)) <= threshold:
                low = middle
            else:
                high = middle - 1
        return float(_number(low))

    def _applied(self, feature: int, value: np.float32) -> np.float32:
        with np.errstate(over="ignore"):
            for op, numbers in self._steps:
                other = numbers[feature]
                match op:
                    case "Add":
                        value = value + other
                    case "Sub":
                        value = value - other
                    case "Mul":
                        value = value * other
                    case "Div":
                        value = value / other
                    case "Max":
                        value = max(value, other)
                    case "Min":
                        value = min(value, other)
        return value


def _steps(node: OnnxNode, constants: Mapping[str, Array], features: int) -> Sequence[tuple[str, Array]]:
    """The sums, products and bounds that a node is. Raises `Refused` for another node."""
    match node.op:
        case "Identity":
            return []
        case "Cast" if TYPES.get(_whole(node.attributes.get("to"))) == _FLOATS:
            return []
        case "Scaler":
            parts = (("Sub", node.attributes.get("offset")), ("Mul", node.attributes.get("scale")))
            return [(op, _row(node, op, np.array(numbers, np.float32), features)) for op, numbers in parts]
        case "Add" | "Sub" | "Mul" | "Div" if node.input(1) in constants:
            return [(node.op, _row(node, node.op, constants[node.input(1)], features))]
        case "Clip":
            bounds = [("Max", node.input(1)), ("Min", node.input(2))]
            return [(op, _row(node, op, constants[name], features)) for op, name in bounds if name in constants]
    raise refuse(node, "is in front of decision trees, where only scalers are converted. Learn the trees without it.")


def _row(node: OnnxNode, op: str, numbers: Array, features: int) -> Array:
    """A number for each feature. Raises `Refused` for a factor with which larger features are not larger."""
    row = np.asarray(numbers, np.float32).ravel()
    if row.size not in (1, features) or not np.isfinite(row).all():
        raise refuse(node, "has numbers for other features.")
    if op in ("Mul", "Div") and row.min() <= 0:
        raise refuse(node, "scales a feature by a number that is not above 0, so that its order changes.")
    return np.broadcast_to(row, (features,))


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _place(value: np.float32) -> int:
    """The place of a number in the order of all f32."""
    bits = int(value.view(np.int32))
    return bits if bits >= 0 else -(bits & 0x7FFFFFFF)


def _number(place: int) -> np.float32:
    """The f32 at a place of that order."""
    bits = place if place >= 0 else -place | 0x80000000
    return np.uint32(bits).view(np.float32)
