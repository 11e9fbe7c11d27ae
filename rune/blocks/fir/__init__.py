"""The block `fir`: a filter without feedback, by what it should do. The C is in fir.h."""

from __future__ import annotations

import struct
from pathlib import Path

from rune.blocks.common.filter_design import FRESH, HIGH, LOW, RATE, band_of, signal_input, windowed_sinc
from rune.blocks.meaning import PRESERVED, Effect
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
    text,
)
from rune.tensor import ElementType, TensorType

_KINDS = ("lowpass", "highpass", "bandpass")


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    signal, _, _ = signal_input("fir", inputs)
    band_of(arguments)
    if integer(arguments, "taps") % 2 == 0:
        raise BlockError("an even number of taps has no middle; take one more", argument="taps")
    return (BlockOutput(signal),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    _, samples, channels = signal_input("fir", inputs)
    count, is_fresh = integer(arguments, "taps"), integer(arguments, "fresh") == 1
    taps = windowed_sinc(text(arguments, "kind"), count, band_of(arguments))
    size = 8 + 4 * (count - 1) * channels
    return BlockCode(
        "rune_fir",
        constants=(struct.pack(f"<{count}d", *taps),),
        numbers=(samples, channels, count, int(is_fresh)),
        state_size=0 if is_fresh else size,
        scratch_size=size if is_fresh else 0,
    )


def _state(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockState, ...]:
    if integer(arguments, "fresh") == 1:
        return ()
    _, _, channels = signal_input("fir", inputs)
    return (
        BlockState(
            "memory",
            TensorType(ElementType.F32, (integer(arguments, "taps") - 1, channels)),
            "The last samples, so that the signal goes on from run to run",
            "the signal has a step there, which the filter takes some time to forget; after a restart it begins as if "
            "the first sample had always been",
        ),
    )


BLOCK = Block(
    name="fir",
    summary="Filters a signal without shifting its waves against each other: a low, high or band pass.",
    header=Path(__file__).parent / "fir.h",
    arguments=(
        Argument("kind", ArgumentKind.TEXT, "What passes.", default="lowpass", choices=_KINDS),
        RATE,
        LOW,
        HIGH,
        Argument(
            "taps",
            ArgumentKind.INTEGER,
            "How many samples it looks at: an odd number.",
            default=31,
            minimum=3,
            maximum=1023,
        ),
        FRESH,
    ),
    outputs=_outputs,
    code=_code,
    state=_state,
    effects=(Effect(rate=PRESERVED),),
    category=Category.MOTION,
)
