"""The block `mse`: how far two tensors are apart. The C is in mse.h."""

from __future__ import annotations

from pathlib import Path

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
    text,
)
from rune.tensor import ElementType, TensorType


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    if len(inputs) != 2:
        raise BlockError(f"mse takes 2 inputs, what is there and what a model made of it, and not {len(inputs)}")
    first = checked_input("mse", inputs, 0, FLOATS)
    second = checked_input("mse", inputs, 1, FLOATS)
    if first.dimensions != second.dimensions:
        raise BlockError(
            f"mse compares element by element, and {second} has other dimensions than {first}", input_index=1
        )
    return (BlockOutput(TensorType(ElementType.F32, (1,))),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    return BlockCode(f"rune_mse_{text(arguments, 'measure')}", numbers=(inputs[0].count,))


BLOCK = Block(
    name="mse",
    summary="Measures how far two tensors are apart, such as an input and what an autoencoder made of it.",
    header=Path(__file__).parent / "mse.h",
    arguments=(
        Argument(
            "measure",
            ArgumentKind.TEXT,
            "The mean of squares, its root, or the mean of absolute differences.",
            default="squared",
            choices=("squared", "root", "absolute"),
        ),
    ),
    outputs=_outputs,
    code=_code,
    category=Category.SCORES,
)
