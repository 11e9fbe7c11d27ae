"""An ONNX model as it was read: nodes, constants, inputs and outputs, and nothing else of the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

LEARNERS_DOMAIN: Final = "ai.onnx.ml"
"""The domain of the operators of estimators, such as those of scikit-learn."""
Array = np.ndarray[Any, Any]
Attribute = int | float | str | tuple[int, ...] | tuple[float, ...] | tuple[str, ...] | Array


@dataclass(frozen=True)
class OnnxNode:
    """An operator of a graph. An omitted input is an empty name; `domain` is empty for ONNX's own operators."""

    op: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Attribute]
    domain: str = ""

    def input(self, place: int) -> str:
        """The name of an input; empty where the node has none there."""
        return self.inputs[place] if place < len(self.inputs) else ""


@dataclass(frozen=True)
class OnnxInput:
    """An input of a model; None for a dimension that is open. `kind` is the type of its numbers."""

    name: str
    shape: tuple[int | None, ...]
    kind: str


@dataclass(frozen=True)
class OnnxModel:
    """A whole model. `opset` is the version of the operators' meanings, and `learners_opset` of those of estimators, 0
    without any; `producer` says what wrote the file."""

    nodes: Sequence[OnnxNode]
    constants: Mapping[str, Array]
    inputs: tuple[OnnxInput, ...]
    outputs: tuple[str, ...]
    opset: int
    producer: str
    learners_opset: int = 0
