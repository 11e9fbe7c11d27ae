"""The front ends of sound that a model's input may come from, by its shape: which block makes it, and how.

Only front ends whose numbers a block gives exactly are here; which of several a model was trained with nobody can tell
from a shape.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rune.blocks.common.mel_presets import PRESETS, Bands, Beside
from rune.blocks.common.micro_frontend import MicroFrontend
from rune.model.tflite import ModelTensor
from rune.source.runefile.advice.inserted_stage import InsertedBlock
from rune.tensor import ElementType, TensorType

RATE = 16_000
_USUAL = 1000
"""Milliseconds of what most models of sound listen to."""
_LONGEST = 10_000
_MICRO = "micro_frontend"
_MICRO_SCALE, _MICRO_ZERO = 26 / 256, -128
"""How micro_speech stores features as i8."""


@dataclass(frozen=True)
class SoundPreset:
    """A front end: a block with its preset, and the widths of a frame that models have of it."""

    key: str
    title: str
    block: str
    preset: str
    widths: tuple[int, ...]
    width_argument: str
    step: int = 0
    """Samples between frames where it is not the preset's."""

    def frames(self, samples: int) -> int:
        """Returns how many frames a sound of so many samples has; 0 for one that is too short."""
        if self.preset == _MICRO:
            return MicroFrontend(RATE, self.step or 320, samples).frames
        bands = Bands(PRESETS[self.preset], RATE, samples)
        is_too_short = bands.preset.beside is Beside.MIRROR and samples <= bands.preset.size // 2
        return 0 if is_too_short else bands.frames


_SPEECH = "python_speech_features"
_MANY_BANDS = (40, 64, 80, 128)
SOUND_PRESETS: Sequence[SoundPreset] = (
    SoundPreset(
        "mlperf-tiny-mfcc", "MFCC of MLPerf Tiny's keyword spotting", "mfcc", "mlperf_tiny", (10,), "coefficients"
    ),
    SoundPreset("micro-frontend", "TFLite Micro's audio frontend (micro_speech)", "log_mel", _MICRO, (40,), "bands"),
    SoundPreset(
        "micro-frontend-10-ms", "The same, a frame each 10 ms (microWakeWord)", "log_mel", _MICRO, (40,), "bands", 160
    ),
    SoundPreset(
        "speech-commands-mfcc", "MFCC of TensorFlow's speech_commands", "mfcc", "speech_commands", (40,), "coefficients"
    ),
    SoundPreset("edge-impulse-mfcc", "MFCC block of Edge Impulse", "mfcc", "edge_impulse_mfcc", (13,), "coefficients"),
    SoundPreset("edge-impulse-mfe", "MFE block of Edge Impulse", "log_mel", "edge_impulse_mfe", (40, 32), "bands"),
    SoundPreset("python-speech-mfcc", "MFCC of python_speech_features", "mfcc", _SPEECH, (13,), "coefficients"),
    SoundPreset("python-speech-log-mel", "Mel bands of python_speech_features", "log_mel", _SPEECH, (26, 40), "bands"),
    SoundPreset("librosa-mfcc", "MFCC of librosa", "mfcc", "librosa", (13, 20, 40), "coefficients"),
    SoundPreset("librosa-log-mel", "Mel spectrogram of librosa, decibels", "log_mel", "librosa", _MANY_BANDS, "bands"),
    SoundPreset("keras-log-mel", "keras.layers.MelSpectrogram", "log_mel", "keras", _MANY_BANDS, "bands"),
    SoundPreset("torchaudio-mfcc", "MFCC of torchaudio", "mfcc", "torchaudio", (40,), "coefficients"),
    SoundPreset(
        "torchaudio-log-mel", "MelSpectrogram of torchaudio, decibels", "log_mel", "torchaudio", _MANY_BANDS, "bands"
    ),
    SoundPreset("torchaudio-mel", "MelSpectrogram of torchaudio, power", "mfe", "torchaudio", _MANY_BANDS, "bands"),
    SoundPreset(
        "mlperf-tiny-log-mel", "Mel bands before the MFCC of MLPerf Tiny", "log_mel", "mlperf_tiny", (40,), "bands"
    ),
)


@dataclass(frozen=True)
class SoundInput:
    """A front end with the length of sound that gives an input's shape. `is_turned`: bands come first."""

    preset: SoundPreset
    milliseconds: int
    frames: int
    width: int
    is_turned: bool

    @property
    def samples(self) -> int:
        return RATE * self.milliseconds // 1000

    def block(self, tensor: ModelTensor) -> InsertedBlock:
        """The block that gives the features."""
        arguments: dict[str, str] = {"preset": self.preset.preset}
        if self.preset.preset != _MICRO and self.width != _default_width(self.preset):
            arguments[self.preset.width_argument] = str(self.width)
        if self.preset.step:
            arguments["step"] = str(self.preset.step)
        if self.preset.preset == _MICRO and is_micro_speech(tensor):
            arguments["type"] = "i8"
        return InsertedBlock(self.preset.block, arguments)


def is_micro_speech(tensor: ModelTensor) -> bool:
    """Returns whether an input stores features as micro_speech does, which the frontend gives by itself."""
    return (
        tensor.type.element is ElementType.I8
        and tensor.zero_point == _MICRO_ZERO
        and tensor.scale is not None
        and abs(tensor.scale / _MICRO_SCALE - 1) < 0.02
    )


def sound_inputs(type_: TensorType) -> list[SoundInput]:
    """The front ends that give an input of this shape, those of one second first.

    A flat input is of frames behind each other, of one second.
    """
    if type_.element not in (ElementType.F32, ElementType.I8, ElementType.U8, ElementType.I16):
        return []
    inner = [size for size in type_.dimensions if size != 1]
    matches: list[SoundInput] = []
    if len(inner) == 1:
        for preset in SOUND_PRESETS:
            frames = preset.frames(RATE * _USUAL // 1000)
            matches += [SoundInput(preset, _USUAL, frames, w, False) for w in preset.widths if frames * w == inner[0]]
    elif len(inner) == 2:
        # Of a square nobody can tell which side is time; a preset is offered once.
        ways = [(inner, False), (inner[::-1], True)][: 1 if inner[0] == inner[1] else 2]
        for preset in SOUND_PRESETS:
            for (frames, width), is_turned in ways:
                milliseconds = _milliseconds(preset, frames) if width in preset.widths else 0
                if milliseconds:
                    matches.append(SoundInput(preset, milliseconds, frames, width, is_turned))
    return sorted(matches, key=lambda each: each.milliseconds != _USUAL)


def surest_sound_input(tensor: ModelTensor) -> SoundInput | None:
    """The front end of an input whose shape one front end alone gives of one second, or that stores features as
    micro_speech does; None where several could be. Numbers in one row, such as `[1, 640]`,
    are no sign of a sound, except the 490 of MLPerf Tiny's keyword models."""
    usual = [each for each in sound_inputs(tensor.type) if each.milliseconds == _USUAL]
    if _is_row(tensor) and not is_micro_speech(tensor):
        usual = [each for each in usual if each.preset.key == "mlperf-tiny-mfcc"]
    if is_micro_speech(tensor):
        usual = [each for each in usual if each.preset.key == "micro-frontend"]
    return usual[0] if len(usual) == 1 else None


def sound_stages(matches: SoundInput, tensor: ModelTensor, suffix: str) -> tuple[list[str], str]:
    """The stages from the microphone to the model's input as lines of a Runefile, and the name of the last."""
    sound, features = f"audio{suffix}", f"features{suffix}"
    lines = [
        f"  {sound}:",
        "    capability: SOUND",
        "    args:",
        f"      hz: {RATE}",
        f"      sample_duration_ms: {matches.milliseconds}",
        "    outputs:",
        f"      - {{type: i16, dimensions: [{matches.samples}]}}",
        f"  # {matches.preset.title}: {matches.frames} frames of {matches.width} numbers.",
    ]
    is_whole = matches.preset.preset == _MICRO and is_micro_speech(tensor)
    shape = [matches.frames, matches.width]
    lines += _stage(matches.block(tensor), features, sound, "i8" if is_whole else "f32", shape)
    last = features
    if matches.is_turned:
        shape.reverse()
        lines += _stage(InsertedBlock("transpose", {}), f"turned{suffix}", last, "i8" if is_whole else "f32", shape)
        last = f"turned{suffix}"
    if _is_row(tensor):
        shape = list(tensor.type.dimensions)
        arguments = {"dimensions": ", ".join(map(str, shape))}
        lines += _stage(InsertedBlock("reshape", arguments), f"flat{suffix}", last, "i8" if is_whole else "f32", shape)
        last = f"flat{suffix}"
    if tensor.type.element is not ElementType.F32 and not is_whole:
        element = str(tensor.type.element.value)
        lines += _stage(
            InsertedBlock("quantize", _quantisation_arguments(tensor)), f"quantized{suffix}", last, element, shape
        )
        last = f"quantized{suffix}"
    return lines, last


def _is_row(tensor: ModelTensor) -> bool:
    return len([size for size in tensor.type.dimensions if size != 1]) == 1


def _stage(block: InsertedBlock, name: str, source: str, element: str, dimensions: Sequence[int]) -> list[str]:
    outputs = f"      - {{type: {element}, dimensions: [{', '.join(map(str, dimensions))}]}}"
    return [*block.lines(name, source, "  ", "  "), "    outputs:", outputs]


def _quantisation_arguments(tensor: ModelTensor) -> Mapping[str, str]:
    scale = 1.0 if tensor.scale is None else tensor.scale
    return {"scale": f"{scale:.9g}", "zero_point": str(tensor.zero_point or 0), "type": tensor.type.element.value}


def _default_width(preset: SoundPreset) -> int:
    own = PRESETS[preset.preset]
    return own.coefficients if preset.width_argument == "coefficients" else own.bands


def _milliseconds(preset: SoundPreset, frames: int) -> int:
    """The length of sound that gives so many frames: a second if it does, else the shortest; 0 if none does."""
    if frames < 2:
        return 0
    if preset.frames(RATE * _USUAL // 1000) == frames:
        return _USUAL
    low, high = 1, _LONGEST
    while low < high:
        middle = (low + high) // 2
        if preset.frames(RATE * middle // 1000) < frames:
            low = middle + 1
        else:
            high = middle
    return low if preset.frames(RATE * low // 1000) == frames else 0
