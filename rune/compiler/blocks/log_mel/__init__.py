"""The block `log_mel`: logarithms of mel bands of a sound over time. The C is in log_mel.h."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rune.compiler.blocks.common.mel_presets import (
    EDGE_IMPULSE_MFE,
    FOR_ALL_BLOCKS,
    Bands,
    bands_of,
    mel_arguments,
    sound_input,
)
from rune.compiler.blocks.common.mel_tables import mel_code
from rune.compiler.blocks.common.micro_frontend import BANDS, MicroFrontend
from rune.compiler.blocks.signature import (
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

_MICRO = "micro_frontend"
_PRESETS = (_MICRO, *FOR_ALL_BLOCKS, EDGE_IMPULSE_MFE.name)
_NOISE_FLOOR = int(EDGE_IMPULSE_MFE.noise_floor)
_MICRO_RATE, _MICRO_STEP = 16_000, 320
_FIXED = ("frame", "fft_size", "bands", "low", "high")
_MICRO_TYPES = {"f32": ElementType.F32, "i8": ElementType.I8, "u16": ElementType.U16}


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    sound = sound_input("log_mel", inputs)
    if arguments["noise_floor"] != _NOISE_FLOOR and text(arguments, "preset") != EDGE_IMPULSE_MFE.name:
        raise BlockError(f"noise_floor is only for `preset: {EDGE_IMPULSE_MFE.name}`", argument="noise_floor")
    if text(arguments, "preset") == _MICRO:
        frontend = _frontend(sound, arguments)
        return (BlockOutput(TensorType(_MICRO_TYPES[text(arguments, "type")], (frontend.frames, BANDS))),)
    for name, only in (("type", "f32"), ("fresh", 1)):
        if arguments[name] != only:
            raise BlockError(f"{name} is only for `preset: micro_frontend`", argument=name)
    bands = _bands(sound, arguments)
    return (BlockOutput(TensorType(ElementType.F32, (bands.frames, bands.preset.bands))),)


def _bands(sound: TensorType, arguments: Arguments) -> Bands:
    bands = bands_of("log_mel", sound, arguments)
    if bands.preset.name != EDGE_IMPULSE_MFE.name:
        return bands
    return replace(bands, preset=replace(bands.preset, noise_floor=float(integer(arguments, "noise_floor"))))


def _frontend(sound: TensorType, arguments: Arguments) -> MicroFrontend:
    if sound.element is not ElementType.I16:
        raise BlockError(f"micro_frontend takes sound as i16 samples and not {sound}", input_index=0)
    for name in _FIXED:
        if arguments[name] != 0:
            raise BlockError(f"micro_frontend has a {name} of its own; leave it out", argument=name)
    rate = integer(arguments, "sample_rate")
    if rate != _MICRO_RATE:
        raise BlockError(f"micro_frontend is for sound of {_MICRO_RATE} Hz", argument="sample_rate")
    step = integer(arguments, "step") or _MICRO_STEP
    frontend = MicroFrontend(rate, step, sound.count)
    if frontend.frames == 0:
        raise BlockError(f"{sound} is shorter than one frame of {frontend.frame} samples", input_index=0)
    return frontend


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    if text(arguments, "preset") != _MICRO:
        return mel_code("log_mel", inputs[0], _bands(inputs[0], arguments))
    frontend = _frontend(inputs[0], arguments)
    is_fresh = integer(arguments, "fresh") == 1
    own = 4 * BANDS
    return BlockCode(
        f"rune_log_mel_micro_{text(arguments, 'type')}{'_fresh' if is_fresh else ''}",
        constants=frontend.tables(),
        state_size=0 if is_fresh else own,
        scratch_size=2 * frontend.size + 2 * BANDS + (own if is_fresh else 0),
    )


def _state(_inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockState, ...]:
    if text(arguments, "preset") != _MICRO or integer(arguments, "fresh") == 1:
        return ()
    return (
        BlockState(
            "estimate",
            TensorType(ElementType.U32, (BANDS,)),
            "The noise in each band",
            "it goes by runs and not by time, so a gap changes nothing; after a restart the first runs let more noise "
            "through",
        ),
    )


BLOCK = Block(
    name="log_mel",
    summary="Gives the logarithms of mel bands over time: what most models of sound read.",
    header=Path(__file__).parent / "log_mel.h",
    arguments=(
        *mel_arguments(_PRESETS),
        Argument(
            "type",
            ArgumentKind.TEXT,
            "What micro_frontend gives: f32 as microWakeWord takes it, i8 as micro_speech takes it, or its own u16.",
            default="f32",
            choices=tuple(_MICRO_TYPES),
        ),
        Argument(
            "fresh",
            ArgumentKind.INTEGER,
            "1 begins the noise estimate of micro_frontend anew in each run; 0 keeps it.",
            default=1,
            minimum=0,
            maximum=1,
        ),
        Argument(
            "noise_floor",
            ArgumentKind.INTEGER,
            "What edge_impulse_mfe gives as 0, as it was set in Edge Impulse.",
            default=_NOISE_FLOOR,
            minimum=-100,
            maximum=-1,
            unit="decibels",
        ),
    ),
    outputs=_outputs,
    code=_code,
    state=_state,
    rate_argument="sample_rate",
    category=Category.SOUND,
)
