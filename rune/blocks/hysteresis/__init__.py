"""The block `hysteresis`: on above one threshold, off below another. It is written in hysteresis.py."""

from __future__ import annotations

from pathlib import Path

from rune.arithmetic import round_f32
from rune.blocks.in_python import python_code
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
    real,
)
from rune.tensor import ElementType, TensorType

_SOURCE = Path(__file__).parent / "hysteresis.py"


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    type_ = only_input("hysteresis", inputs, FLOATS, "scores")
    if round_f32(real(arguments, "off")) >= round_f32(real(arguments, "on")):
        raise BlockError("the threshold for off must be below the one for on", argument="off")
    return (BlockOutput(TensorType(ElementType.U8, type_.dimensions)),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    return python_code(_SOURCE, inputs, (real(arguments, "on"), real(arguments, "off")))


def _state(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockState, ...]:
    switches = TensorType(ElementType.U8, inputs[0].dimensions)
    return (
        BlockState(
            "switches",
            switches,
            "Which of them are on",
            "a switch stays as it was before the gap; after a restart all are off until their score reaches `on`",
        ),
    )


BLOCK = Block(
    name="hysteresis",
    summary="Switches on above one threshold, and off only below a lower one.",
    header=None,
    source=_SOURCE,
    arguments=(
        Argument(
            "on",
            ArgumentKind.FLOAT,
            "At this score and above it switches on.",
            default=0.7,
            minimum=-1e30,
            maximum=1e30,
            is_threshold=True,
        ),
        Argument(
            "off", ArgumentKind.FLOAT, "Below this score it switches off.", default=0.4, minimum=-1e30, maximum=1e30
        ),
    ),
    outputs=_outputs,
    code=_code,
    state=_state,
    category=Category.TIME,
)
