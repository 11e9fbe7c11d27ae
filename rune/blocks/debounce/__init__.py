"""The block `debounce`: a value counts once it stayed. It is written in debounce.py."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.in_python import python_code
from rune.blocks.meaning import SAME
from rune.blocks.refusals import SMALL_INTEGERS, check_fits, only_input
from rune.blocks.signature import (
    Argument,
    ArgumentKind,
    Arguments,
    Block,
    BlockCode,
    BlockOutput,
    BlockState,
    Category,
    integer,
)
from rune.tensor import ElementType, TensorType

_ELEMENTS = (*SMALL_INTEGERS, ElementType.U32, ElementType.I32)

_SOURCE = Path(__file__).parent / "debounce.py"


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    given = only_input("debounce", inputs, _ELEMENTS, "whole numbers")
    check_fits("initial", integer(arguments, "initial"), given)
    return (BlockOutput(given),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    return python_code(_SOURCE, inputs, (integer(arguments, "runs"), integer(arguments, "initial")))


def _state(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockState, ...]:
    given = inputs[0]
    return (
        BlockState(
            "values",
            TensorType(given.element, given.dimensions),
            "The values that count, and those that may follow them",
            "runs count and not time, so a gap changes nothing; after a restart `initial` comes out until a value "
            "stayed",
        ),
        BlockState(
            "counts",
            TensorType(ElementType.I32, given.dimensions),
            "For how many runs a new value has stayed",
            "runs count and not time, so a gap changes nothing; after a restart they begin anew",
        ),
    )


BLOCK = Block(
    name="debounce",
    summary="Takes over a value only when it has stayed for some runs.",
    header=None,
    source=_SOURCE,
    arguments=(
        Argument(
            "runs",
            ArgumentKind.INTEGER,
            "How many runs in a row a value must come before it counts.",
            default=3,
            minimum=1,
            maximum=1_000_000,
            unit="runs",
        ),
        Argument(
            "initial",
            ArgumentKind.INTEGER,
            "What comes out before any value counted.",
            default=0,
            minimum=-(2**31),
            maximum=2**32 - 1,
        ),
    ),
    outputs=_outputs,
    code=_code,
    state=_state,
    effects=(SAME,),
    category=Category.TIME,
)
