"""The block `downsample`: a signal at a lower rate, by the mean of each few rows. The C is in downsample.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.common.filter_design import signal_input
from rune.blocks.meaning import PRESERVED, By, Effect, InputFacts
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
from rune.wording import counted


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    signal, samples, _ = signal_input("downsample", inputs)
    factor = integer(arguments, "factor")
    if samples % factor:
        raise BlockError(
            f"{counted(samples, 'sample')} cannot be divided into groups of {factor}: take a factor that divides them, "
            "or read another number of samples in a run",
            argument="factor",
        )
    return (BlockOutput(TensorType(signal.element, (samples // factor, *signal.dimensions[1:]))),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    _, samples, channels = signal_input("downsample", inputs)
    factor = integer(arguments, "factor")
    return BlockCode("rune_downsample", numbers=(samples // factor, channels, factor))


def _rate(facts: InputFacts) -> int | None:
    """Returns the rate of the means; None where a second would have no whole number of means."""
    rate, factor = facts.meaning.rate, integer(facts.arguments, "factor")
    return None if rate is None or rate % factor else rate // factor


BLOCK = Block(
    name="downsample",
    summary="Gives a signal a lower rate: each few samples become one, their mean.",
    header=Path(__file__).parent / "downsample.h",
    arguments=(
        Argument(
            "factor",
            ArgumentKind.INTEGER,
            "Samples that become one.",
            default=2,
            minimum=2,
            maximum=65_536,
        ),
    ),
    outputs=_outputs,
    code=_code,
    effects=(Effect(values=PRESERVED, rate=By(_rate)),),
    category=Category.MOTION,
)
