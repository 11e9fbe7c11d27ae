"""The block `fft`: a second of sound becomes a mel spectrogram of 49 frames by 40 bands.

This module says what it takes and computes its tables; the C is in fft.h. It does not filter noise (`noise_filtering`).
"""

from __future__ import annotations

from pathlib import Path

from rune.blocks.fft.tables import MOST_BINS, RATE, frame_starts, frame_step, tables
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
    real,
)
from rune.tensor import ElementType, TensorType

FRAMES = 49
BANDS = 40


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    """Needs no tables, which take a while: an editor asks at every key."""
    if len(inputs) != 1:
        raise BlockError(f"fft takes 1 input, a sound, and not {len(inputs)}")
    sound = inputs[0]
    if sound.element is not ElementType.I16:
        raise BlockError(f"fft takes sound as i16 samples and not {sound}", input_index=0)
    if sound.count == 0:
        raise BlockError(f"fft needs at least one sample and {sound} has none", input_index=0)
    bins, overlap = integer(arguments, "bins"), real(arguments, "window_overlap")
    if frame_step(bins, overlap) == 0:
        raise BlockError(
            f"frames of {bins} samples that overlap by {overlap} never move on; make window_overlap smaller",
            argument="window_overlap",
        )
    if not frame_starts(bins, overlap, sound.count):
        raise BlockError(
            f"{sound.count} samples give no frame of {bins} samples that overlap by {overlap}; make bins smaller",
            argument="bins",
        )
    return (BlockOutput(TensorType(ElementType.U32, (1, FRAMES * BANDS))),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    fft_tables = tables(integer(arguments, "bins"), real(arguments, "window_overlap"), inputs[0].count)
    return BlockCode(
        function="rune_fft",
        constants=(
            fft_tables.starts,
            fft_tables.window,
            fft_tables.twiddles,
            fft_tables.mel_rows,
            fft_tables.mel_weights,
        ),
        numbers=(inputs[0].count, fft_tables.frame, fft_tables.size, fft_tables.rows),
        scratch_size=8 * FRAMES * BANDS + 8 * fft_tables.size,
    )


BLOCK = Block(
    name="fft",
    summary="Turns a second of sound into a mel spectrogram.",
    header=Path(__file__).parent / "fft.h",
    arguments=(
        Argument(
            "sample_rate",
            ArgumentKind.INTEGER,
            "Samples a second. Kept for old Runefiles: the block always computes for 16000.",
            default=RATE,
            minimum=1,
            maximum=2**32 - 1,
        ),
        Argument(
            "bins",
            ArgumentKind.INTEGER,
            "Samples in one frame.",
            default=480,
            minimum=16,
            maximum=MOST_BINS,
        ),
        Argument(
            "window_overlap",
            ArgumentKind.FLOAT,
            "The part of a frame, 0 to 1, that it shares with the next one.",
            default=0.6666667,
            minimum=0,
            maximum=1,
        ),
    ),
    outputs=_outputs,
    code=_code,
    aliases=("short-time-fourier-transform",),
    sound_rate=RATE,
    category=Category.SOUND,
)
