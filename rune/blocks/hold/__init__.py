"""The block `hold`: a value stays for some runs. It is written in hold.py."""

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

_SOURCE = Path(__file__).parent / "hold.py"


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    given = only_input("hold", inputs, _ELEMENTS, "whole numbers")
    check_fits("rest", integer(arguments, "rest"), given)
    return (BlockOutput(given),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    return python_code(_SOURCE, inputs, (integer(arguments, "runs"), integer(arguments, "rest")))


def _state(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockState, ...]:
    given = inputs[0]
    return (
        BlockState(
            "values",
            TensorType(given.element, given.dimensions),
            "The values that are held",
            "runs count and not time, so what was held before the gap is held after it; after a restart nothing is",
        ),
        BlockState(
            "left",
            TensorType(ElementType.I32, given.dimensions),
            "For how many more runs they are held",
            "runs count and not time, so a gap changes nothing; after a restart it is none",
        ),
    )


BLOCK = Block(
    name="hold",
    summary="Keeps a value for some runs after it is gone.",
    header=None,
    source=_SOURCE,
    arguments=(
        Argument(
            "runs",
            ArgumentKind.INTEGER,
            "For how many runs a value stays after it is gone.",
            default=4,
            minimum=0,
            maximum=1_000_000,
            unit="runs",
        ),
        Argument(
            "rest",
            ArgumentKind.INTEGER,
            "The value that says that there is nothing; it is never held.",
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
