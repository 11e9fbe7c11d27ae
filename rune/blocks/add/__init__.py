"""The block `add`: two tensors as their sum or difference, element by element. The C is in add.h."""

from __future__ import annotations

from pathlib import Path

from rune.arithmetic import round_f32
from rune.blocks.refusals import FLOATS, checked_input
from rune.blocks.signature import (
    Argument,
    ArgumentKind,
    Arguments,
    Block,
    BlockCode,
    BlockError,
    BlockOutput,
    Category,
    real,
)
from rune.tensor import TensorType

_MOST = 1e30


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    if len(inputs) != 2:
        raise BlockError(f"add takes 2 inputs and not {len(inputs)}")
    first = checked_input("add", inputs, 0, FLOATS)
    second = checked_input("add", inputs, 1, FLOATS)
    repeated_dimensions = second.dimensions
    while repeated_dimensions and repeated_dimensions[0] == 1:
        repeated_dimensions = repeated_dimensions[1:]
    if repeated_dimensions != first.dimensions[len(first.dimensions) - len(repeated_dimensions) :]:
        message = f"{second} is neither as large as {first} nor one of its rows, to be added to each of them"
        raise BlockError(message, input_index=1)
    return (BlockOutput(first),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    first, second = inputs
    factors = (round_f32(real(arguments, "first")), round_f32(real(arguments, "second")))
    return BlockCode("rune_add", numbers=(first.count // second.count, second.count, *factors))


BLOCK = Block(
    name="add",
    summary="Adds two tensors element by element, each times a factor; with -1 it subtracts.",
    header=Path(__file__).parent / "add.h",
    arguments=(
        Argument(
            "first",
            ArgumentKind.FLOAT,
            "What the first input is multiplied by.",
            default=1.0,
            minimum=-_MOST,
            maximum=_MOST,
        ),
        Argument(
            "second",
            ArgumentKind.FLOAT,
            "What the second input is multiplied by.",
            default=1.0,
            minimum=-_MOST,
            maximum=_MOST,
        ),
    ),
    outputs=_outputs,
    code=_code,
    category=Category.NUMBERS,
)
