"""Says which block, put in between, makes a tensor one that its reader can take. Each is tried before it is offered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from rune.blocks.meaning import Meaning, NumberRange
from rune.blocks.signature import Arguments, Block, BlockError
from rune.model.tflite import ModelTensor
from rune.source.runefile.advice.contradictions import scale_block
from rune.source.runefile.advice.inserted_stage import Insert, InsertedBlock
from rune.source.runefile.advice.meanings import wanted_by
from rune.source.runefile.diagnostics import Fix
from rune.source.runefile.syntax import StageSyntax
from rune.tensor import ElementType, TensorType

_PICTURE = 4
_CHANNELS = (1, 3, 4)
_MOST_OFFERED = 2

Candidate = tuple[InsertedBlock, TensorType]
"""A block to put in between, and what it gives."""


def repairs_of_block(
    stage: StageSyntax,
    block: Block,
    arguments: Arguments,
    inputs: tuple[Sequence[TensorType], Sequence[Meaning]],
    index: int,
    insert: Insert,
) -> list[Fix]:
    """The fixes for an input that a block refuses; `given` are the types and meanings of all its inputs."""
    types, meanings = inputs
    if index >= len(stage.inputs):
        return []

    def fits(type_: TensorType) -> bool:
        try:
            block.outputs_for((*types[:index], type_, *types[index + 1 :]), arguments)
        except BlockError as error:
            return error.input_index is not None and error.input_index != index
        return True

    return _fixes_of(stage, index, _for_any(types[index], meanings[index]), fits, insert)


def repairs_of_model(
    stage: StageSyntax, index: int, type_: TensorType, meaning: Meaning, tensor: ModelTensor, insert: Insert
) -> list[Fix]:
    """The fixes for an input that is not what a model takes."""
    target = tensor.type

    def fits(offered_type: TensorType) -> bool:
        is_nearer = (offered_type.element, offered_type.count) != (type_.element, type_.count)
        right = (offered_type.element is target.element, offered_type.count == target.count)
        was_right = (type_.element is target.element, type_.count == target.count)
        return is_nearer and offered_type.is_fixed and sum(right) > sum(was_right)

    candidates = (*_for_model(type_, meaning, tensor), *_for_any(type_, meaning))
    return _fixes_of(stage, index, candidates, fits, insert)


def _fixes_of(
    stage: StageSyntax,
    index: int,
    candidates: Iterator[Candidate] | Sequence[Candidate],
    fits: Callable[[TensorType], bool],
    insert: Insert,
) -> list[Fix]:
    repairs = [new for new, type_ in candidates if fits(type_)]
    return [fix for new in repairs[:_MOST_OFFERED] for fix in insert(stage, stage.inputs[index], new)]


def _for_any(type_: TensorType, meaning: Meaning) -> Iterator[Candidate]:
    """Returns the conversions of a tensor for any reader, the most specific first."""
    if not type_.is_fixed:
        yield InsertedBlock("pad", {}), type_.at_capacity()
        return
    floats = replace(type_, element=ElementType.F32)
    if meaning.quantisation is not None:
        scale, zero = meaning.quantisation.scale, meaning.quantisation.zero_point
        yield InsertedBlock("dequantize", {"scale": f"{scale:.9g}", "zero_point": str(zero)}), floats
        return
    if type_.element is ElementType.U8 and (meaning.colour is not None or _is_picture(type_)):
        yield InsertedBlock("image_normalization", {}), floats
    elif type_.element is ElementType.I16 and meaning.rate is not None:
        yield InsertedBlock("audio_float_conversion", {}), floats
    elif type_.element.is_integer and type_.element.size <= 4:
        yield InsertedBlock("cast", {"type": "f32"}), floats
    if len(type_.dimensions) == _PICTURE and type_.dimensions[1] in _CHANNELS and type_.dimensions[3] > 4:
        one, channels, rows, columns = type_.dimensions
        yield InsertedBlock("layout", {"to": "nhwc"}), replace(type_, dimensions=(one, rows, columns, channels))


def _for_model(type_: TensorType, meaning: Meaning, expected: ModelTensor) -> Iterator[Candidate]:
    """Returns the conversions that a model's input needs."""
    target, target_meaning = expected.type, wanted_by(expected)
    as_wanted = replace(type_, element=target.element)
    pictures = _is_picture(type_) and _is_picture(target)
    if type_.element is ElementType.U8 and target.element is ElementType.I8:
        yield InsertedBlock("signed_pixels", {}), as_wanted
    if type_.element.is_float and target_meaning.quantisation is not None and target.element.size <= 2:
        scale, zero = target_meaning.quantisation.scale, target_meaning.quantisation.zero_point
        arguments = {"scale": f"{scale:.9g}", "zero_point": str(zero), "type": str(target.element)}
        yield InsertedBlock("quantize", arguments), as_wanted
    if (
        type_.element is ElementType.U8
        and target.element is ElementType.F32
        and target_meaning.values is not None
        and pictures
    ):
        bytes_ = meaning.values or NumberRange(0, 255)
        yield scale_block(bytes_, target_meaning.values, expected.description), as_wanted
    if pictures and type_.dimensions[3] == target.dimensions[3]:
        size = {"height": str(target.dimensions[1]), "width": str(target.dimensions[2])}
        yield InsertedBlock("resize", size), replace(type_, dimensions=target.dimensions)
    if pictures and (type_.dimensions[3], target.dimensions[3]) == (3, 1):
        colour = "bgr" if meaning.colour is not None and meaning.colour.value == "BGR" else "rgb"
        grey = replace(type_, dimensions=(*type_.dimensions[:3], 1))
        yield InsertedBlock("color", {"from": colour, "to": "grey"}), grey


def _is_picture(type_: TensorType) -> bool:
    dimensions = type_.dimensions
    return len(dimensions) == _PICTURE and dimensions[0] == 1 and dimensions[3] in _CHANNELS
