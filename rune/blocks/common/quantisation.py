"""The arguments of the blocks that quantise and dequantise, and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rune.arithmetic import round_f32
from rune.blocks.meaning import Quantisation
from rune.blocks.signature import Argument, ArgumentKind, integer, real

QUANTISATION = (
    Argument("scale", ArgumentKind.FLOAT, "What one step stands for.", minimum=1e-30, maximum=1e30),
    Argument(
        "zero_point",
        ArgumentKind.INTEGER,
        "The whole number that stands for 0.",
        default=0,
        minimum=-32_768,
        maximum=32_767,
    ),
)


def quantisation_of(arguments: Mapping[str, Any]) -> Quantisation:
    """The scale and the zero point that complete arguments say; the scale is rounded to f32."""
    return Quantisation(round_f32(real(arguments, "scale")), integer(arguments, "zero_point"))
