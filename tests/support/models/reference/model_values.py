"""The values between layers, and how numbers are stored in a model. For `model_layers.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ai_edge_litert import schema_py_generated as schema

ACTIVATIONS = {"none": 0, "relu": 1, "relu_n1": 2, "relu6": 3}
PADDINGS = {"same": 0, "valid": 1}
FINER = 256
"""The factor by which the steps of int16 are finer than those of int8."""
SHARES = {"int8": (1 / 256, -128), "uint8": (1 / 256, -128), "int16": (1 / 128, 0)}
"""Scale and zero point of numbers from 0 to 1."""


@dataclass(frozen=True)
class ModelValue:
    """A tensor of the graph and what the next layer needs to know of it. Zero points of uint8 and int16, and scales of
    int16, are given as for int8."""

    index: int
    shape: tuple[int, ...]
    kind: str
    scale: float | None = None
    zero_point: int = 0

    @property
    def stored_zero_point(self) -> int:
        """The zero point in the file."""
        return stored(self.zero_point, self.kind)


def bias_type(is_short: bool) -> int:
    """Returns the type of the bias in options: nothing, or int32."""
    return int(schema.TensorType.INT32) if is_short else 0


def stored(zero_point: int, kind: str) -> int:
    """Returns the zero point in the file: uint8 counts from 0 where int8 counts from -128; int16 has none."""
    return zero_point + 128 if kind == "uint8" else 0 if kind == "int16" else zero_point


def stored_scale(scale: float | None, kind: str) -> float | None:
    """Returns the scale in the file."""
    return scale / FINER if scale is not None and kind == "int16" else scale


def window_options(
    options: Any,
    size: tuple[int, int],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
    padding: str,
) -> tuple[int, int]:
    """Writes a window into the options and gives the height and width that come out."""
    options.padding = PADDINGS[padding]
    options.strideH, options.strideW = stride
    if hasattr(options, "dilationHFactor"):
        options.dilationHFactor, options.dilationWFactor = dilation
    sides = []
    for side, width, step, spread in zip(size, kernel, stride, dilation, strict=True):
        reach = (width - 1) * spread + 1
        sides.append(-(-side // step) if padding == "same" else (side - reach) // step + 1)
    return sides[0], sides[1]
