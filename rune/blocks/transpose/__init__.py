"""The block `transpose`: other orders of the dimensions. The C is in transpose.h."""

from __future__ import annotations

import math
import struct
from pathlib import Path

from rune.blocks.meaning import REARRANGED_ELEMENTS
from rune.blocks.refusals import ANY_NUMBERS, only_input, whole_numbers_of
from rune.blocks.signature import (
    Argument,
    ArgumentKind,
    Arguments,
    Block,
    BlockCode,
    BlockError,
    BlockOutput,
    Category,
)
from rune.tensor import TensorType

_MOST = 6


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    type_ = only_input("transpose", inputs, ANY_NUMBERS)
    order = _order(type_, arguments)
    return (BlockOutput(TensorType(type_.element, tuple(type_.dimensions[place] for place in order))),)


def _order(type_: TensorType, arguments: Arguments) -> tuple[int, ...]:
    """The places that the dimensions come from; none given turns them all around."""
    rank = len(type_.dimensions)
    if rank > _MOST:
        raise BlockError(f"transpose takes up to {_MOST} dimensions, and not {type_}", input_index=0)
    order = whole_numbers_of(arguments, "order") or tuple(reversed(range(rank)))
    if sorted(order) != list(range(rank)):
        raise BlockError(
            f"the order of the {rank} dimensions of {type_} must have each of 0 to {rank - 1} once", argument="order"
        )
    return order


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    type_ = inputs[0]
    strides = [math.prod(type_.dimensions[place + 1 :]) for place in range(len(type_.dimensions))]
    order = _order(type_, arguments)
    # Dimensions of 1 in front, so that there are always as many.
    sizes = [1] * (_MOST - len(order)) + [type_.dimensions[place] for place in order]
    steps = [0] * (_MOST - len(order)) + [strides[place] for place in order]
    return BlockCode(f"rune_transpose_{type_.element.size}", constants=(struct.pack(f"<{2 * _MOST}i", *sizes, *steps),))


BLOCK = Block(
    name="transpose",
    summary="Puts the dimensions into another order.",
    header=Path(__file__).parent / "transpose.h",
    arguments=(
        Argument(
            "order",
            ArgumentKind.TEXT,
            "Which dimension of the input comes first, second, and so on, as `0, 2, 1`; left out, all turn around.",
            default="",
        ),
    ),
    outputs=_outputs,
    code=_code,
    effects=(REARRANGED_ELEMENTS,),
    category=Category.SHAPES,
)
