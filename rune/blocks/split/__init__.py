"""The block `split`: one tensor as several of the same size. The C is in split.h."""

from __future__ import annotations

import math
from pathlib import Path

from rune.blocks.meaning import MOVED_ELEMENTS
from rune.blocks.refusals import ANY_NUMBERS, axis_of, only_input
from rune.blocks.signature import (
    Argument,
    ArgumentKind,
    Arguments,
    Block,
    BlockCode,
    BlockError,
    BlockOutput,
    Category,
    integer,
)
from rune.tensor import TensorType

_MOST = 8


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    type_ = only_input("split", inputs, ANY_NUMBERS)
    axis, parts = axis_of(integer(arguments, "axis"), type_.dimensions), integer(arguments, "parts")
    size = type_.dimensions[axis]
    if size % parts:
        raise BlockError(f"the {size} of dimension {axis} of {type_} do not make {parts} equal parts", argument="parts")
    dimensions = (*type_.dimensions[:axis], size // parts, *type_.dimensions[axis + 1 :])
    return (BlockOutput(TensorType(type_.element, dimensions)),) * parts


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    axis, parts = axis_of(integer(arguments, "axis"), inputs[0].dimensions), integer(arguments, "parts")
    outer = math.prod(inputs[0].dimensions[:axis])
    return BlockCode(f"rune_split_{parts}", numbers=(outer, inputs[0].size // outer // parts))


BLOCK = Block(
    name="split",
    summary="Cuts a tensor into equal parts.",
    header=Path(__file__).parent / "split.h",
    arguments=(
        Argument("parts", ArgumentKind.INTEGER, "How many outputs there are.", default=2, minimum=2, maximum=_MOST),
        Argument(
            "axis",
            ArgumentKind.INTEGER,
            "The dimension that is cut; negative numbers count from the last.",
            default=-1,
            minimum=-8,
            maximum=7,
        ),
    ),
    outputs=_outputs,
    code=_code,
    effects=(MOVED_ELEMENTS,),
    category=Category.SHAPES,
)
