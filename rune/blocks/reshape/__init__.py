"""The block `reshape`: the same elements under other dimensions. The C is in reshape.h."""

from __future__ import annotations

import math
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

_FREE = -1


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    type_ = only_input("reshape", inputs, ANY_NUMBERS)
    return (BlockOutput(TensorType(type_.element, _dimensions(type_, arguments))),)


def _dimensions(type_: TensorType, arguments: Arguments) -> tuple[int, ...]:
    """Returns the dimensions that the stage asks for; one of -1 takes what is left."""
    sizes = whole_numbers_of(arguments, "dimensions")
    free = [size for size in sizes if size == _FREE]
    if len(sizes) > 8 or len(free) > 1 or any(size < 1 and size != _FREE for size in sizes):
        raise BlockError(
            "write up to 8 sizes of 1 and more, of which one can be -1 for what is left", argument="dimensions"
        )
    known_count = math.prod(size for size in sizes if size > 0)
    if free and type_.count % known_count == 0:
        sizes = tuple(type_.count // known_count if size < 0 else size for size in sizes)
    if math.prod(sizes) != type_.count:
        raise BlockError(
            f"{type_} has {type_.count} elements, which do not make [{', '.join(map(str, sizes))}]",
            argument="dimensions",
        )
    return sizes


def _code(inputs: tuple[TensorType, ...], _arguments: Arguments) -> BlockCode:
    return BlockCode("rune_reshape", numbers=(inputs[0].size,))


BLOCK = Block(
    name="reshape",
    summary="Gives the same elements other dimensions.",
    header=Path(__file__).parent / "reshape.h",
    arguments=(
        Argument(
            "dimensions",
            ArgumentKind.TEXT,
            "The new sizes, such as `1, 49, 40`; one of them can be -1, for what is left.",
            default="-1",
        ),
    ),
    outputs=_outputs,
    code=_code,
    effects=(REARRANGED_ELEMENTS,),
    category=Category.SHAPES,
)
