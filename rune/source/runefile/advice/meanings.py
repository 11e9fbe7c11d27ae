"""The meaning of a stage's outputs, and a model's expectation of its inputs, as far as either is known."""

from __future__ import annotations

from collections.abc import Sequence

from rune.abi import PixelFormat
from rune.blocks.meaning import (
    UNIT,
    UNKNOWN,
    ChannelLayout,
    Colour,
    Meaning,
    NumberRange,
    Quantisation,
    full_range,
    represented_range,
)
from rune.capabilities.capability import RecordingFormat
from rune.model.tflite import ModelTensor
from rune.source.runefile.pipeline import BlockStage, CapabilityStage, ModelStage, OutputStage, Stage
from rune.tensor import ElementType, TensorType

_BYTES = NumberRange(0, 255)
_COLOURS = {PixelFormat.RGB: Colour.RGB, PixelFormat.BGR: Colour.BGR, PixelFormat.GRAYSCALE: Colour.GREY}
_METADATA_COLOURS = {"RGB": Colour.RGB, "GRAYSCALE": Colour.GREY}
_CHANNELS = (1, 3, 4)


def meanings_of(stage: Stage, input_meanings: Sequence[Meaning], types: Sequence[TensorType]) -> tuple[Meaning, ...]:
    """Returns the meanings of a valid stage's outputs; `input_meanings` and `types` are of its inputs."""
    match stage:
        case CapabilityStage():
            return (_of_capability(stage),)
        case BlockStage():
            return stage.block.meanings(tuple(input_meanings), tuple(types), stage.arguments, len(stage.outputs))
        case ModelStage():
            if len(stage.tensors) != len(stage.outputs):
                return (UNKNOWN,) * len(stage.outputs)
            return tuple(map(_of_model_output, stage.tensors))
        case OutputStage():
            return ()


def _of_capability(stage: CapabilityStage) -> Meaning:
    parameters, element = dict(stage.parameters), stage.output.element
    match stage.kind.recording:
        case RecordingFormat.PICTURE:
            if element is not stage.kind.element:
                return UNKNOWN
            colour = _COLOURS.get(PixelFormat(int(parameters.get("pixel_format", PixelFormat.RGB))))
            is_picture = len(stage.output.dimensions) == 4
            return Meaning(values=_BYTES, colour=colour, layout=ChannelLayout.LAST if is_picture else None)
        case RecordingFormat.SOUND:
            values = full_range(stage.output) if element is ElementType.I16 else None
            rate = parameters.get("hz")
            return Meaning(values=values, rate=None if rate is None else int(rate))
        case _:
            return UNKNOWN


def _of_model_output(tensor: ModelTensor) -> Meaning:
    quantisation = quantisation_of(tensor)
    labels = tensor.description.labels
    return Meaning(
        values=UNIT if tensor.is_probability and tensor.type.element.is_float else None,
        quantisation=quantisation,
        is_probability=tensor.is_probability or None,
        labels=labels if labels and len(labels) == tensor.type.count else None,
    )


def quantisation_of(tensor: ModelTensor) -> Quantisation | None:
    """Returns how the whole numbers of a tensor stand for others."""
    if tensor.scale is None or not tensor.type.element.is_integer:
        return None
    return Quantisation(tensor.scale, tensor.zero_point or 0)


def wanted_by(tensor: ModelTensor) -> Meaning:
    """Returns a model's expectation of an input. Its range is that of pixels."""
    description, values = tensor.description, tensor.description.values
    quantisation = quantisation_of(tensor)
    return Meaning(
        values=NumberRange(*values)
        if values is not None
        else full_range(tensor.type)
        if quantisation is not None
        else None,
        colour=_METADATA_COLOURS.get(description.colour or ""),
        layout=_layout(tensor.type),
        rate=description.rate,
        quantisation=quantisation,
    )


def _layout(type_: TensorType) -> ChannelLayout | None:
    """Returns where the channels of a coloured picture stand, where the dimensions leave no doubt."""
    if len(type_.dimensions) != 4 or type_.dimensions[0] != 1:
        return None
    _, first, _, last = type_.dimensions
    if (first in _CHANNELS) == (last in _CHANNELS) or 1 in (first, last):
        return None
    return ChannelLayout.LAST if last in _CHANNELS else ChannelLayout.FIRST


def range_of_quantised(type_: TensorType, quantisation: Quantisation) -> NumberRange | None:
    """Returns the range that all whole numbers of a type represent."""
    whole = full_range(type_)
    return None if whole is None else represented_range(whole, quantisation)
