"""The block `log_mel`: logarithms of mel bands of a sound over time. The C is in log_mel.h."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rune.blocks.common.mel_presets import (
    EDGE_IMPULSE_MFE,
    FOR_ALL_BLOCKS,
    Bands,
    bands_of,
    mel_arguments,
    sound_input,
)
from rune.blocks.common.mel_tables import mel_code
from rune.blocks.common.micro_frontend import BANDS, MicroFrontend, least_feature
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

_MICRO = "micro_frontend"
_PRESETS = (_MICRO, *FOR_ALL_BLOCKS, EDGE_IMPULSE_MFE.name)
_NOISE_FLOOR = int(EDGE_IMPULSE_MFE.noise_floor)
_MICRO_RATE, _MICRO_STEP = 16_000, 320
_PRESET_ARGUMENTS = ("frame", "fft_size", "bands", "low", "high")
_MICRO_ALONE = (("type", "f32"), ("fresh", 1), ("denoise", 1), ("stream", 0))
"""The arguments that other presets have not, and what they are there."""
_MICRO_TYPES = {"f32": ElementType.F32, "i8": ElementType.I8, "u16": ElementType.U16}


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    sound = sound_input("log_mel", inputs)
    if arguments["noise_floor"] != _NOISE_FLOOR and not _has_floor(arguments):
        floors = f"`preset: {EDGE_IMPULSE_MFE.name}`, and for {_MICRO} with `denoise: 0`"
        raise BlockError(f"noise_floor is only for {floors}", argument="noise_floor")
    if text(arguments, "preset") == _MICRO:
        frontend = _frontend(sound, arguments)
        return (BlockOutput(TensorType(_MICRO_TYPES[text(arguments, "type")], (frontend.frames, BANDS))),)
    for name, only in _MICRO_ALONE:
        if arguments[name] != only:
            raise BlockError(f"{name} is only for `preset: micro_frontend`", argument=name)
    bands = _bands(sound, arguments)
    return (BlockOutput(TensorType(ElementType.F32, (bands.frames, bands.preset.bands))),)


def _has_floor(arguments: Arguments) -> bool:
    preset = text(arguments, "preset")
    return preset == EDGE_IMPULSE_MFE.name or (preset == _MICRO and arguments["denoise"] == 0)


def _bands(sound: TensorType, arguments: Arguments) -> Bands:
    bands = bands_of("log_mel", sound, arguments)
    if bands.preset.name != EDGE_IMPULSE_MFE.name:
        return bands
    return replace(bands, preset=replace(bands.preset, noise_floor=float(integer(arguments, "noise_floor"))))


def _frontend(sound: TensorType, arguments: Arguments) -> MicroFrontend:
    if sound.element is not ElementType.I16:
        raise BlockError(f"micro_frontend takes sound as i16 samples and not {sound}", input_index=0)
    for name in _PRESET_ARGUMENTS:
        if arguments[name] != 0:
            raise BlockError(f"micro_frontend has a {name} of its own; leave it out", argument=name)
    rate = integer(arguments, "sample_rate")
    if rate != _MICRO_RATE:
        raise BlockError(f"micro_frontend is for sound of {_MICRO_RATE} Hz", argument="sample_rate")
    denoises, is_fresh, is_stream = (integer(arguments, name) == 1 for name in ("denoise", "fresh", "stream"))
    if not denoises and not is_fresh:
        raise BlockError("there is no estimate to keep with `denoise: 0`", argument="fresh")
    if is_stream and denoises and is_fresh:
        raise BlockError("a stream keeps its estimate: write `fresh: 0`, or `denoise: 0`", argument="stream")
    step = integer(arguments, "step") or _MICRO_STEP
    frontend = MicroFrontend(rate, step, sound.count, is_stream)
    if is_stream and step >= frontend.frame:
        message = f"frames of a stream overlap: a step is shorter than a frame of {frontend.frame} samples"
        raise BlockError(message, argument="step")
    if is_stream and sound.count % step:
        message = f"a run of a stream reads whole steps of {step} samples, and {sound} is none"
        raise BlockError(message, input_index=0)
    if frontend.frames == 0:
        raise BlockError(f"{sound} is shorter than one frame of {frontend.frame} samples", input_index=0)
    return frontend


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    if text(arguments, "preset") != _MICRO:
        return mel_code("log_mel", inputs[0], _bands(inputs[0], arguments))
    frontend = _frontend(inputs[0], arguments)
    denoises, is_stream = integer(arguments, "denoise") == 1, frontend.is_stream
    parts = "" if denoises else "_noisy", "_stream" if is_stream else "_fresh" if _is_fresh(arguments) else ""
    estimates, overlap = (4 * BANDS if denoises else 0), (2 * frontend.overlap if is_stream else 0)
    scratch = 2 * frontend.size + 2 * BANDS + (2 * frontend.frame if is_stream else 0)
    has_state = is_stream or not _is_fresh(arguments)
    return BlockCode(
        f"rune_log_mel_micro_{text(arguments, 'type')}{''.join(parts)}",
        constants=frontend.tables(denoises=denoises),
        numbers=() if denoises else (least_feature(integer(arguments, "noise_floor")),),
        state_size=estimates + overlap if has_state else 0,
        scratch_size=scratch if has_state else scratch + estimates,
    )


def _is_fresh(arguments: Arguments) -> bool:
    """Returns whether estimates begin anew in each run."""
    return integer(arguments, "denoise") == 1 and integer(arguments, "fresh") == 1


def _state(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockState, ...]:
    if text(arguments, "preset") != _MICRO:
        return ()
    frontend = _frontend(inputs[0], arguments)
    estimate = BlockState(
        "estimate",
        TensorType(ElementType.U32, (BANDS,)),
        "The noise in each band",
        "it goes by runs and not by time, so a gap changes nothing; after a restart the first runs let more noise "
        "through",
    )
    overlap = BlockState(
        "end",
        TensorType(ElementType.I16, (frontend.overlap,)),
        "The end of the sound of the run before, with which the first frame begins",
        "after a gap one frame has sound of before and after it; after a restart it begins with silence",
    )
    has_estimate = arguments["denoise"] == 1 and arguments["fresh"] == 0
    return (*([estimate] if has_estimate else []), *([overlap] if frontend.is_stream else []))


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
            "denoise",
            ArgumentKind.INTEGER,
            "1 lets micro_frontend take steady noise out and even the loudness; 0 leaves both out, and each frame "
            "depends on its own sound alone.",
            default=1,
            minimum=0,
            maximum=1,
        ),
        Argument(
            "stream",
            ArgumentKind.INTEGER,
            "1 takes the runs of micro_frontend for one stream: the first frame of each begins in the sound of the run "
            "before, so that each step gives a frame.",
            default=0,
            minimum=0,
            maximum=1,
        ),
        Argument(
            "noise_floor",
            ArgumentKind.INTEGER,
            "What is given as 0, and all below it: by edge_impulse_mfe as it was set in Edge Impulse, and by "
            "micro_frontend with `denoise: 0`, where a tone of full scale has 0 decibels.",
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
    stream_argument="stream",
    category=Category.SOUND,
)
