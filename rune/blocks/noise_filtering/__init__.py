"""The block `noise_filtering`: takes steady noise out of a spectrogram, evens the loudness and gives i8 features.

This module says what it takes and computes its gain table; the C is in noise_filtering.h.
"""

from __future__ import annotations

from pathlib import Path

from rune.arithmetic import round_f32
from rune.blocks.noise_filtering.gain import gain_table
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
    real,
)
from rune.tensor import ElementType, TensorType

_SNR_BITS = 12
_INPUT_CORRECTION_BITS = -1


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    if len(inputs) != 1:
        raise BlockError(f"noise_filtering takes 1 input, a spectrogram, and not {len(inputs)}")
    spectrum = inputs[0]
    fits = len(spectrum.dimensions) == 2 and spectrum.dimensions[0] == 1 and spectrum.dimensions[1] > 0
    if spectrum.element is not ElementType.U32 or not fits:
        raise BlockError(
            f"noise_filtering takes a spectrogram u32[1, n], as fft gives, and not {spectrum}", input_index=0
        )
    if _shift(arguments) < 0:
        raise BlockError(f"gain_bits must be {_SNR_BITS - 1} or more", argument="gain_bits")
    return (BlockOutput(TensorType(ElementType.I8, spectrum.dimensions)),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    count = inputs[0].count
    gain_bits, smoothing_bits = _integer(arguments, "gain_bits"), _integer(arguments, "smoothing_bits")
    gains = gain_table(
        strength=_number(arguments, "strength"),
        offset=_number(arguments, "offset"),
        gain_bits=gain_bits,
        input_bits=smoothing_bits - _INPUT_CORRECTION_BITS,
    )
    fresh = _integer(arguments, "fresh") == 1
    scaled = (_scaled(arguments, name) for name in ("even_smoothing", "odd_smoothing", "min_signal_remaining"))
    return BlockCode(
        function="rune_noise_filtering_fresh" if fresh else "rune_noise_filtering",
        constants=(gains,),
        numbers=(count, smoothing_bits, *scaled, _shift(arguments)),
        state_size=0 if fresh else 4 * count,
        scratch_size=4 * count,
    )


def _state(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockState, ...]:
    if _integer(arguments, "fresh") == 1:
        return ()
    return (
        BlockState(
            "estimate",
            TensorType(ElementType.U32, inputs[0].dimensions),
            "The noise in each band, which only grows",
            "it goes by runs and not by time, so a gap changes nothing; after a restart the first runs let more noise "
            "through",
        ),
    )


def _shift(arguments: Arguments) -> int:
    return _integer(arguments, "gain_bits") - _INPUT_CORRECTION_BITS - _SNR_BITS


def _integer(arguments: Arguments, name: str) -> int:
    return integer(arguments, name)


def _number(arguments: Arguments, name: str) -> float:
    return round_f32(real(arguments, name))


def _scaled(arguments: Arguments, name: str) -> int:
    """A part of 0 to 1 in 1/16384, clamped and truncated in f32."""
    return int(round_f32(min(max(_number(arguments, name), 0.0), 1.0) * 16384.0))


BLOCK = Block(
    name="noise_filtering",
    summary="Takes steady noise out of a spectrogram and evens its loudness.",
    header=Path(__file__).parent / "noise_filtering.h",
    arguments=(
        Argument(
            "strength", ArgumentKind.FLOAT, "How much the loudness is evened.", default=0.95, minimum=0, maximum=16
        ),
        Argument(
            "offset",
            ArgumentKind.FLOAT,
            "Keeps silence from being made loud: the larger, the less quiet sounds are lifted.",
            default=80.0,
            minimum=0.001,
            maximum=1e9,
        ),
        Argument("gain_bits", ArgumentKind.INTEGER, "Fractional bits of the gain.", default=21, minimum=11, maximum=31),
        Argument(
            "smoothing_bits",
            ArgumentKind.INTEGER,
            "Bits by which the noise estimate is finer than the input.",
            default=10,
            minimum=0,
            maximum=31,
        ),
        Argument(
            "even_smoothing",
            ArgumentKind.FLOAT,
            "How fast the estimate of even bands follows the input; taken as 0 to 1.",
            default=0.025,
        ),
        Argument(
            "odd_smoothing",
            ArgumentKind.FLOAT,
            "How fast the estimate of odd bands follows the input; taken as 0 to 1.",
            default=0.06,
        ),
        Argument(
            "min_signal_remaining",
            ArgumentKind.FLOAT,
            "The part of the signal that is always kept; taken as 0 to 1.",
            default=0.05,
        ),
        Argument(
            "fresh",
            ArgumentKind.INTEGER,
            "1 forgets the noise estimate before each run, for a live stream of windows. 0 keeps it.",
            default=0,
            minimum=0,
            maximum=1,
        ),
    ),
    outputs=_outputs,
    code=_code,
    state=_state,
    aliases=("noise-filtering",),
    category=Category.SOUND,
)
