"""The numbers of a model's input and output, and the stages around it that turn floats into them and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rune.model.tflite import Tensor, TensorKind, read_model


@dataclass(frozen=True)
class Edge:
    """The storage of an input's or output's numbers in a quantised model: as `type`, with a scale and a zero point."""

    type: str
    scale: float
    zero_point: int

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the greatest number that it can hold."""
        bits = 16 if self.type == "i16" else 8
        least = 0 if self.type == "u8" else -(1 << (bits - 1))
        low, high = (self.scale * (each - self.zero_point) for each in (least, least + (1 << bits) - 1))
        return low, high


_TYPES = {TensorKind.INT8: "i8", TensorKind.UINT8: "u8", TensorKind.INT16: "i16"}


def edge_of(tensor: Tensor) -> Edge | None:
    """The edge of an input or output; None where it has no scale, as that of floats."""
    if tensor.scale is None or tensor.kind not in _TYPES:
        return None
    return Edge(_TYPES[tensor.kind], tensor.scale, tensor.zero_point or 0)


def edges_of(model: bytes) -> tuple[Edge | None, Edge | None]:
    """The edges of a model's first input and output, None for floats. Raises `ModelError`."""
    read = read_model(model)
    return edge_of(read.tensors[read.inputs[0]]), edge_of(read.tensors[read.outputs[0]])


def quantize_stage(name: str, source: str, dimensions: Sequence[int], edge: Edge) -> str:
    """The stage that turns floats into the whole numbers that a model reads."""
    return f"""\
  # In the whole numbers that the model reads.
  {name}:
    proc-block: quantize
    inputs: [{source}]
    outputs:
      - {{type: {edge.type}, dimensions: [{", ".join(map(str, dimensions))}]}}
    args:
      scale: {edge.scale:.9g}
      zero_point: {edge.zero_point}
      type: {edge.type}
"""


def dequantize_stage(name: str, source: str, dimensions: Sequence[int], edge: Edge) -> str:
    """The stage that turns the whole numbers that a model gives into floats."""
    return f"""\
  {name}:
    proc-block: dequantize
    inputs: [{source}]
    outputs:
      - {{type: f32, dimensions: [{", ".join(map(str, dimensions))}]}}
    args:
      scale: {edge.scale:.9g}
      zero_point: {edge.zero_point}
"""
