"""Sound: features of the front ends that are known, or the samples themselves."""

from __future__ import annotations

from collections.abc import Iterator

from rune.model.tflite import ModelTensor
from rune.source.runefile.advice.inserted_stage import InsertedBlock
from rune.source.runefile.model_inputs.preset import QUANTISED_TYPES, InputKind, InputPreset, StageWriter, inner_sizes
from rune.source.runefile.model_inputs.sound_presets import sound_inputs, sound_stages
from rune.tensor import ElementType, TensorType

_RATES = (16_000, 8_000, 22_050, 44_100, 48_000)
_LEAST_SAMPLES = 800
_MOST_SECONDS = 30


def sound_presets(tensor: ModelTensor, suffix: str) -> Iterator[InputPreset]:
    """The ways in which an input may be sound."""
    for each in sound_inputs(tensor.type):
        lines, feed = sound_stages(each, tensor, suffix)
        order = ", bands first" if each.is_turned else ""
        about = f"{each.frames} frames of {each.width} numbers{order}, of {each.milliseconds} ms of sound at 16 kHz"
        writer = StageWriter("")
        writer.add(feed, lines)
        grid = (each.frames, each.width)
        yield InputPreset(each.preset.key, InputKind.SOUND, each.preset.title, about, writer.stages, feed, grid=grid)
    yield from _samples(tensor, suffix)


def _samples(tensor: ModelTensor, suffix: str) -> Iterator[InputPreset]:
    element, sizes = tensor.type.element, inner_sizes(tensor.type)
    if len(sizes) != 1 or sizes[0] < _LEAST_SAMPLES or element not in (ElementType.F32, *QUANTISED_TYPES):
        return
    count = sizes[0]
    for rate in _RATES:
        if count * 1000 % rate or count > rate * _MOST_SECONDS:
            continue
        milliseconds = count * 1000 // rate
        writer = StageWriter(suffix)
        arguments = [f"hz: {rate}", f"sample_duration_ms: {milliseconds}"]
        writer.capability("audio", "SOUND", arguments, TensorType(ElementType.I16, (count,)))
        if element is ElementType.I16:
            title = "Samples as the microphone gives them"
            writer.reshape(tensor.type, (count,))
        else:
            title = "Samples from -1 to 1"
            writer.block("samples", InsertedBlock("audio_float_conversion", {}), TensorType(ElementType.F32, (count,)))
            writer.fit(tensor, (count,))
        about = f"{count:,} samples, {milliseconds} ms of sound at {rate / 1000:g} kHz"
        yield InputPreset(f"samples-{rate}", InputKind.SOUND, title, about, writer.stages, writer.last)
