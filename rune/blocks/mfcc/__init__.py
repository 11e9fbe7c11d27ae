"""The block `mfcc`: cepstral coefficients of a sound over time. The C is in mfcc.h."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rune.blocks.common.mel_presets import (
    EDGE_IMPULSE_MFCC,
    FOR_ALL_BLOCKS,
    SPEECH_COMMANDS,
    Bands,
    bands_of,
    mel_arguments,
    sound_input,
)
from rune.blocks.common.mel_tables import mel_code
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

_PRESETS = (*FOR_ALL_BLOCKS, SPEECH_COMMANDS.name, EDGE_IMPULSE_MFCC.name)
_WINDOW = EDGE_IMPULSE_MFCC.window


def _bands(sound: TensorType, arguments: Arguments) -> Bands:
    bands = bands_of("mfcc", sound, arguments)
    count = integer(arguments, "coefficients") or bands.preset.coefficients
    if count > bands.preset.bands:
        raise BlockError(f"{bands.preset.bands} bands give no {count} coefficients", argument="coefficients")
    window = integer(arguments, "window")
    if bands.preset.name != EDGE_IMPULSE_MFCC.name:
        if window != _WINDOW:
            raise BlockError(f"window is only for `preset: {EDGE_IMPULSE_MFCC.name}`", argument="window")
        window = 0
    elif window and window % 2 == 0:
        raise BlockError(
            f"a window of {window} frames has no middle; take an odd number, or 0 for none", argument="window"
        )
    return replace(bands, preset=replace(bands.preset, coefficients=count, window=window))


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    bands = _bands(sound_input("mfcc", inputs), arguments)
    return (BlockOutput(TensorType(ElementType.F32, (bands.frames, bands.preset.coefficients))),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    return mel_code("mfcc", inputs[0], _bands(inputs[0], arguments), cepstrum=True)


BLOCK = Block(
    name="mfcc",
    summary="Gives the mel-frequency cepstral coefficients (MFCC) of a sound over time.",
    header=Path(__file__).parent / "mfcc.h",
    arguments=(
        *mel_arguments(_PRESETS),
        Argument(
            "coefficients",
            ArgumentKind.INTEGER,
            "How many coefficients of each frame are kept. 0 takes that of the preset.",
            default=0,
            minimum=0,
            maximum=256,
        ),
        Argument(
            "window",
            ArgumentKind.INTEGER,
            "Over how many frames edge_impulse_mfcc normalises each coefficient: an odd number, or 0 for not at all.",
            default=_WINDOW,
            minimum=0,
            maximum=1001,
            unit="frames",
        ),
    ),
    outputs=_outputs,
    code=_code,
    rate_argument="sample_rate",
    category=Category.SOUND,
)
