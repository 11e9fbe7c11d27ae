"""A first Runefile for any model: each input gets a capability that fits it, and the outputs go to the host."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from rune.blocks.meaning import NumberRange
from rune.capabilities import CAPABILITIES, Capability
from rune.capabilities.capability import Parameters
from rune.capabilities.float_image import FLOAT_IMAGE
from rune.capabilities.image import IMAGE
from rune.capabilities.raw import RAW
from rune.model.tflite import DescribedTensor, ModelError, ModelSignature, ModelTensor, PixelAdvice, PixelRange
from rune.model.tflite.meaning.description import NOTHING
from rune.project.files import normal_path
from rune.source.runefile.advice.contradictions import scale_block
from rune.source.runefile.advice.inserted_stage import InsertedBlock
from rune.source.runefile.advice.open_question import pixel_question
from rune.source.runefile.model_inputs.sound_presets import SoundInput, sound_stages, surest_sound_input
from rune.source.runefile.stages.model_types import obstacle_in
from rune.source.runefile.syntax import written_type
from rune.tensor import ElementType, TensorType

READ_BY_PEOPLE = 64
"""Elements of a tensor that is sent as text."""
_LEAST_SIDE = 8
_LONGEST_ASPECT = 4
_PLAIN_PATH = re.compile(r"[\w./-]+\Z", re.ASCII)


def starter(signature: ModelSignature, model_path: str, pixels: Sequence[PixelAdvice | None] = ()) -> str:
    """The text of a Runefile that `check` accepts for this model.

    An input reads the capability whose `starter` knows its type, an image the camera, features of a second of sound
    that one known front end alone gives the microphone, and any other raw bytes of the model's own type;
    `rune.source.runefile.model_inputs` has all that an input may be. `pixels` is what is known of the range that each
    input wants; where an image of floats has none, the question is written into the text (`open_question`).
    Raises `FileNotInProject` for a path that a project cannot have, and `ModelError` for a model that no rune can run.
    """
    obstacle = obstacle_in(signature)
    if obstacle is not None:
        raise ModelError(". ".join((obstacle.message, *(note.removesuffix(".") for note in obstacle.notes))))
    stages: list[str] = []
    feeds = []
    for index, tensor in enumerate(signature.inputs):
        suffix = "" if len(signature.inputs) == 1 else f"_{index}"
        sound_input = _sound(tensor)
        if sound_input is not None:
            lines, feed = sound_stages(sound_input, tensor, suffix)
        else:
            lines, feed = _source(tensor.type, suffix, pixels[index] if index < len(pixels) else None)
        stages += lines
        feeds.append(feed)
    outputs = [tensor.type for tensor in signature.outputs]
    stages += model_lines(model_path, feeds, outputs)
    names = ["model"] if len(outputs) == 1 else [f"model.{index}" for index in range(len(outputs))]
    return "\n".join(["version: 1", "image: runicos/base", "pipeline:", *stages, *output_stages(names, outputs), ""])


def model_lines(model_path: str, feeds: Sequence[str], outputs: Sequence[TensorType]) -> list[str]:
    """The stage of a model as lines. Raises `FileNotInProject`."""
    return [
        "  model:",
        f"    model: {_path(model_path)}",
        f"    inputs: [{', '.join(feeds)}]",
        "    outputs:",
        *(line for type_ in outputs for line in _model_output(type_)),
    ]


def _sound(tensor: ModelTensor) -> SoundInput | None:
    """The front end of sound that an input comes from, where it is certain enough."""
    is_other = _is_image(tensor.type) or _match_capability(tensor.type) is not None
    return None if is_other else surest_sound_input(tensor)


def _model_output(type_: TensorType) -> list[str]:
    """An output, with a word where the model's file says no dimensions."""
    comment_lines = (
        [] if type_.dimensions else ["      # One number, or known once the model ran: then write its dimensions here."]
    )
    return [*comment_lines, f"      - {written_type(type_)}"]


def _path(model_path: str) -> str:
    path = f"./{normal_path(model_path)}"
    return path if _PLAIN_PATH.match(path) else json.dumps(path)


def asks_for_pixels(type_: TensorType) -> bool:
    """Returns whether an input looks like an image in floats, whose range matters and may not be known."""
    return type_.element is ElementType.F32 and _match_capability(type_) is None and _is_image(type_)


def _source(type_: TensorType, suffix: str, advice: PixelAdvice | None) -> tuple[list[str], str]:
    """The stages that feed one input of the model, and the name of the last of them."""
    match = _match_capability(type_)
    if match is not None:
        capability, parameters = match
        return _capability(capability, suffix, [f"      {name}: {value}" for name, value in parameters.items()], type_)
    if not _is_image(type_):
        arguments = [f"      length: {type_.size}"]
        return _capability(RAW, suffix, arguments, type_)
    _, height, width, channels = type_.dimensions
    pixel_format = "RGB" if channels == 3 else "GrayScale"
    arguments = [
        f"      width: {width}",
        f"      height: {height}",
        f'      pixel_format: "@PixelFormat::{pixel_format}"',
    ]
    if advice is not None and advice.range is PixelRange.BYTES and type_.element is ElementType.F32:
        lines, name = _capability(FLOAT_IMAGE, suffix, arguments, type_)
        return [*_reason(advice), *lines], name
    camera, name = _capability(IMAGE, suffix, arguments, TensorType(ElementType.U8, type_.dimensions))
    if type_.element is ElementType.U8:
        return camera, name
    block = _pixel_block(type_, advice)
    pixels = [
        *block.lines(f"pixels{suffix}", name, "  ", "  "),
        "    outputs:",
        f"      - {written_type(type_)}",
    ]
    return [*camera, *_remark(type_, advice, name, suffix), *pixels], "pixels" + suffix


def _remark(type_: TensorType, advice: PixelAdvice | None, camera: str, suffix: str) -> list[str]:
    """Returns the comment above the stage that converts pixels: why it is right, or the question whether it is."""
    if type_.element is not ElementType.F32:
        return []
    if advice is None:
        return pixel_question(camera, "pixels" + suffix)
    return _reason(advice)


def _pixel_block(type_: TensorType, advice: PixelAdvice | None) -> InsertedBlock:
    """Returns the stage that converts an image's bytes to the model's numbers."""
    if type_.element is not ElementType.F32:
        return InsertedBlock("signed-pixels", {})
    if advice is None or advice.range is PixelRange.UNIT or advice.ends is None:
        return InsertedBlock("image-normalization", {})
    normalization = advice.normalization if advice.range is None else None
    channels = (
        NOTHING if normalization is None else DescribedTensor(mean=normalization.mean, deviation=normalization.std)
    )
    return scale_block(None, NumberRange(*advice.ends), channels)


def _reason(advice: PixelAdvice) -> list[str]:
    pixels = advice.range.value if advice.range else NumberRange(*(advice.ends or (0, 1)))
    return [f"  # The model reads pixels from {pixels}: {advice.reason}."]


def _capability(kind: Capability, suffix: str, arguments: list[str], type_: TensorType) -> tuple[list[str], str]:
    """The lines of a stage that reads from the host, and its name."""
    name = kind.stage_name + suffix
    lines = [
        f"  {name}:",
        f"    capability: {kind.name}",
        "    args:",
        *arguments,
        "    outputs:",
        f"      - {written_type(type_)}",
    ]
    return lines, name


def _is_image(type_: TensorType) -> bool:
    """One picture, rows first, of one or three channels, and of a shape that pictures have."""
    if type_.element not in (ElementType.U8, ElementType.I8, ElementType.F32) or len(type_.dimensions) != 4:
        return False
    one, height, width, channels = type_.dimensions
    short, long = sorted((height, width))
    return one == 1 and channels in (1, 3) and short >= _LEAST_SIDE and long <= _LONGEST_ASPECT * short


def _match_capability(type_: TensorType) -> tuple[Capability, Parameters] | None:
    """Returns the first capability whose `starter` knows the type, and its arguments."""
    for capability in CAPABILITIES.values():
        parameters = capability.starter(type_)
        if parameters is not None:
            return capability, parameters
    return None


def output_stages(names: Sequence[str], types: Sequence[TensorType]) -> list[str]:
    """One SERIAL output for all tensors that people read, and one TENSOR output for each larger one: to write many
    numbers as text and read them again takes longer than to compute them."""
    small = [name for name, type_ in zip(names, types, strict=True) if type_.count <= READ_BY_PEOPLE]
    lines = []
    if small:
        lines += ["  serial:", "    out: SERIAL", f"    inputs: [{', '.join(small)}]"]
    for index, name in enumerate(name for name in names if name not in small):
        suffix = "" if len(names) - len(small) == 1 else f"_{index}"
        lines += [f"  tensor{suffix}:", "    out: TENSOR", f"    inputs: [{name}]"]
    return lines
