"""The block `iir`: a recursive filter by what it should do. The C is in iir.h."""

from __future__ import annotations

import struct
from pathlib import Path

from rune.blocks.common.filter_design import (
    FRESH,
    HIGH,
    LOW,
    RATE,
    Section,
    band_of,
    butterworth,
    notch,
    signal_input,
)
from rune.blocks.meaning import PRESERVED, Effect
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
    real,
    text,
)
from rune.tensor import ElementType, TensorType

_KINDS = ("lowpass", "highpass", "bandpass", "notch")


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    signal, _, _ = signal_input("iir", inputs)
    band_of(arguments)
    return (BlockOutput(signal),)


def _sections(arguments: Arguments) -> list[Section]:
    kind, order, band = text(arguments, "kind"), integer(arguments, "order"), band_of(arguments)
    if kind == "notch":
        return notch(band.low, real(arguments, "quality"))
    if kind == "bandpass":
        return [*butterworth("highpass", order, band.low), *butterworth("lowpass", order, band.high)]
    return butterworth(kind, order, band.low)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    _, samples, channels = signal_input("iir", inputs)
    sections, is_fresh = _sections(arguments), integer(arguments, "fresh") == 1
    size = 8 + 16 * len(sections) * channels
    return BlockCode(
        "rune_iir",
        constants=(struct.pack(f"<{5 * len(sections)}d", *(part for section in sections for part in section)),),
        numbers=(samples, channels, len(sections), int(is_fresh)),
        state_size=0 if is_fresh else size,
        scratch_size=size if is_fresh else 0,
    )


def _state(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockState, ...]:
    if integer(arguments, "fresh") == 1:
        return ()
    _, _, channels = signal_input("iir", inputs)
    return (
        BlockState(
            "memory",
            TensorType(ElementType.F64, (2, len(_sections(arguments)), channels)),
            "The memory of each section, so that the signal goes on from run to run",
            "the signal has a step there, which the filter takes some time to forget; after a restart it begins as if "
            "the first sample had always been",
        ),
    )


BLOCK = Block(
    name="iir",
    summary="Filters a signal: a low pass, high pass, band pass or notch (Butterworth).",
    header=Path(__file__).parent / "iir.h",
    arguments=(
        Argument("kind", ArgumentKind.TEXT, "What passes, or for a notch does not.", default="lowpass", choices=_KINDS),
        RATE,
        LOW,
        HIGH,
        Argument("order", ArgumentKind.INTEGER, "How steep it is.", default=2, minimum=1, maximum=8),
        Argument(
            "quality",
            ArgumentKind.FLOAT,
            "How narrow a notch is: its frequency over its width.",
            default=30.0,
            minimum=0.6,
            maximum=1000.0,
        ),
        FRESH,
    ),
    outputs=_outputs,
    code=_code,
    state=_state,
    effects=(Effect(rate=PRESERVED),),
    category=Category.MOTION,
)
