"""The block `resample`: a signal at another rate. The C is in resample.h."""

from __future__ import annotations

import math
import struct
from pathlib import Path

from rune.blocks.common.filter_design import resampling_taps
from rune.blocks.meaning import By, Effect
from rune.blocks.refusals import only_input
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
from rune.tensor import ElementType, TensorType

_MOST_RATIO = 1024


def _ratio(arguments: Arguments) -> tuple[int, int]:
    rates = integer(arguments, "to_rate"), integer(arguments, "sample_rate")
    common = math.gcd(*rates)
    up, down = rates[0] // common, rates[1] // common
    if max(up, down) > _MOST_RATIO:
        raise BlockError(
            f"{rates[1]} to {rates[0]} Hz is {up} to {down}: take rates whose ratio has numbers up to {_MOST_RATIO}",
            argument="to_rate",
        )
    if up == down:
        raise BlockError("both rates are the same: leave the block out, or say another rate", argument="to_rate")
    return up, down


def _signal(inputs: tuple[TensorType, ...]) -> TensorType:
    signal = only_input("resample", inputs, (ElementType.F32, ElementType.I16), "a signal")
    if len(signal.dimensions) not in (1, 2):
        raise BlockError(
            f"resample takes a signal as [samples] or [samples, channels], such as i16[44100], and not {signal}",
            input_index=0,
        )
    if len(signal.dimensions) == 2 and signal.dimensions[0] == 1 < signal.dimensions[1]:
        raise BlockError(
            f"{signal} is a single sample of {signal.dimensions[1]} channels: time comes first; `reshape` to "
            f"`{signal.dimensions[1]}` where these are the samples",
            input_index=0,
        )
    return signal


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    signal, (up, down) = _signal(inputs), _ratio(arguments)
    samples = -(-signal.dimensions[0] * up // down)
    return (BlockOutput(TensorType(signal.element, (samples, *signal.dimensions[1:]))),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    signal, (up, down) = inputs[0], _ratio(arguments)
    taps = resampling_taps(up, down)
    channels = signal.dimensions[1] if len(signal.dimensions) == 2 else 1
    return BlockCode(
        f"rune_resample_{signal.element}",
        constants=(struct.pack(f"<{len(taps)}f", *taps),),
        numbers=(signal.dimensions[0], -(-signal.dimensions[0] * up // down), channels, up, down, len(taps) - 1),
    )


BLOCK = Block(
    name="resample",
    summary="Gives a sound or a signal another sample rate.",
    header=Path(__file__).parent / "resample.h",
    arguments=(
        Argument(
            "sample_rate",
            ArgumentKind.INTEGER,
            "Samples a second of what comes in.",
            default=44_100,
            minimum=1,
            maximum=1_000_000,
            unit="hertz",
        ),
        Argument(
            "to_rate",
            ArgumentKind.INTEGER,
            "Samples a second of what comes out.",
            default=16_000,
            minimum=1,
            maximum=1_000_000,
            unit="hertz",
        ),
    ),
    outputs=_outputs,
    code=_code,
    rate_argument="sample_rate",
    output_rate_argument="to_rate",
    effects=(Effect(rate=By(lambda facts: int(facts.arguments["to_rate"]))),),
    category=Category.MOTION,
)
