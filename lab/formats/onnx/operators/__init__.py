"""The translation of each operator of ONNX. Other operators are refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lab.formats.onnx.operators import (
    activations,
    arithmetic,
    choosing,
    convolutions,
    learners,
    matrices,
    normalising,
    parts,
    pooling,
    recurrent,
    reductions,
    resizing,
    shapes,
)
from lab.formats.onnx.values import Handler

OPERATORS: Final[Mapping[str, Handler]] = {
    **activations.OPERATORS,
    **arithmetic.OPERATORS,
    **choosing.OPERATORS,
    **convolutions.OPERATORS,
    **learners.OPERATORS,
    **matrices.OPERATORS,
    **normalising.OPERATORS,
    **parts.OPERATORS,
    **pooling.OPERATORS,
    **recurrent.OPERATORS,
    **reductions.OPERATORS,
    **resizing.OPERATORS,
    **shapes.OPERATORS,
}
"""All operators that are translated, by their name in ONNX."""
