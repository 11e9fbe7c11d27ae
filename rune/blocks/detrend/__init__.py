"""The block `detrend`: a signal without its mean or its slope. The C is in detrend.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.common.filter_design import signal_input
from rune.blocks.meaning import PRESERVED, Effect
from rune.blocks.signature import (
    Argument,
    ArgumentKind,
    Arguments,
    Block,
    BlockCode,
    BlockOutput,
    Category,
    text,
)
from rune.tensor import TensorType


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    return (BlockOutput(signal_input("detrend", inputs)[0]),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    _, samples, channels = signal_input("detrend", inputs)
    return BlockCode("rune_detrend", numbers=(samples, channels, int(text(arguments, "kind") == "linear")))


BLOCK = Block(
    name="detrend",
    summary="Subtracts a signal's mean, or the straight line through it.",
    header=Path(__file__).parent / "detrend.h",
    arguments=(
        Argument(
            "kind",
            ArgumentKind.TEXT,
            "What is subtracted: the mean, or the line of least squares.",
            default="constant",
            choices=("constant", "linear"),
        ),
    ),
    outputs=_outputs,
    code=_code,
    effects=(Effect(rate=PRESERVED),),
    category=Category.MOTION,
)
