"""The block `moving_average`: the mean of the last runs. The C is in moving_average.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.meaning import SAME
from rune.blocks.refusals import FLOATS, only_input
from rune.blocks.signature import (
    Argument,
    ArgumentKind,
    Arguments,
    Block,
    BlockCode,
    BlockError,
    BlockOutput,
    BlockState,
    Category,
    integer,
)
from rune.tensor import ElementType, TensorType


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    type_ = only_input("moving_average", inputs, FLOATS)
    if type_.count * integer(arguments, "length") > _MOST:
        raise BlockError(f"{integer(arguments, 'length')} runs of {type_} are too much to keep", argument="length")
    return (BlockOutput(type_),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    length = integer(arguments, "length")
    return BlockCode(
        "rune_moving_average",
        numbers=(inputs[0].count, length),
        state_size=8 + 4 * inputs[0].count * length,
    )


def _state(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockState, ...]:
    runs = TensorType(ElementType.F32, (integer(arguments, "length"), *inputs[0].dimensions))
    return (
        BlockState(
            "runs",
            runs,
            "The last runs, of which it gives the mean",
            "the mean goes over the gap as if nothing were missing; after a restart it is that of the runs since then",
        ),
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
    state=_state,
    effects=(SAME,),
    category=Category.TIME,
)
