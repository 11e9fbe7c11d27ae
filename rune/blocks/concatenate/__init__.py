"""The block `concatenate`: tensors one behind the other. The C is in concatenate.h."""

from __future__ import annotations

import math
from pathlib import Path

from rune.blocks.meaning import MOVED_ELEMENTS
from rune.blocks.refusals import ANY_NUMBERS, axis_of, checked_input
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
    if not 2 <= len(inputs) <= _MOST:
        raise BlockError(f"concatenate takes 2 to {_MOST} inputs and not {len(inputs)}")
    first = checked_input("concatenate", inputs, 0, ANY_NUMBERS)
    axis = axis_of(integer(arguments, "axis"), first.dimensions)
    for index, other in enumerate(inputs):
        checked_input("concatenate", inputs, index, (first.element,))
        if len(other.dimensions) != len(first.dimensions) or any(
            size != first_size
            for place, (size, first_size) in enumerate(zip(other.dimensions, first.dimensions, strict=True))
            if place != axis
        ):
            raise BlockError(f"{other} and {first} differ in more than dimension {axis}", input_index=index)
    together = sum(other.dimensions[axis] for other in inputs)
    dimensions = (*first.dimensions[:axis], together, *first.dimensions[axis + 1 :])
    return (BlockOutput(TensorType(first.element, dimensions)),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    axis = axis_of(integer(arguments, "axis"), inputs[0].dimensions)
    outer = math.prod(inputs[0].dimensions[:axis])
    return BlockCode(f"rune_concatenate_{len(inputs)}", numbers=(outer, *(type_.size // outer for type_ in inputs)))


BLOCK = Block(
    name="concatenate",
    summary="Puts tensors one behind the other.",
    header=Path(__file__).parent / "concatenate.h",
    arguments=(
        Argument(
            "axis",
            ArgumentKind.INTEGER,
            "The dimension that becomes longer; negative numbers count from the last.",
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
