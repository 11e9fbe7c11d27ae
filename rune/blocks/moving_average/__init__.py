"""The block `moving_average`: the mean of the last runs. The C is in moving_average.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.refusals import FLOATS, only_input
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


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    given = only_input("moving_average", inputs, FLOATS)
    if given.count * integer(arguments, "length") > _MOST:
        raise BlockError(f"{integer(arguments, 'length')} runs of {given} are too much to keep", argument="length")
    return (BlockOutput(given),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    length = integer(arguments, "length")
    return BlockCode(
        "rune_moving_average",
        numbers=(inputs[0].count, length),
        state_size=8 + 4 * inputs[0].count * length,
    )


_MOST = 1 << 22

BLOCK = Block(
    name="moving_average",
    summary="Gives the mean of the last runs, element by element.",
    header=Path(__file__).parent / "moving_average.h",
    arguments=(
        Argument(
            "length",
            ArgumentKind.INTEGER,
            "Of how many runs the mean is taken.",
            default=3,
            minimum=1,
            maximum=10_000,
            unit="runs",
        ),
    ),
    outputs=_outputs,
    code=_code,
    category=Category.TIME,
)
