"""Checks whether a wire fits before it is drawn, and says why it does not. It changes nothing.

It uses the rules that check a Runefile.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rune.blocks.signature import ArgumentValue, Block, BlockError
from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.facts.stages import likely_value
from rune.editing.language.graph_edits.kinds import GraphEditRefused
from rune.editing.language.graph_edits.palette import PaletteItem
from rune.editing.language.graph_edits.stage_text import PipelineText, pipeline_text
from rune.editing.language.graph_edits.wires import refusal_of_wire, upstream, written_port
from rune.port import Port
from rune.source.runefile.stages.types import same_data
from rune.source.runefile.syntax import StageKind, StageSyntax
from rune.tensor import ElementType, TensorType
from rune.wording import counted, quoted


@dataclass(frozen=True)
class PortFit:
    """A stage's input where a wire could end; `reason` says why it does not fit, None if it fits."""

    stage: str
    index: int
    reason: str | None


@dataclass(frozen=True)
class Source:
    """An output that a wire to one input could begin at, and what is known of its type."""

    port: Port
    type: TensorType | None
    reason: str | None


@dataclass(frozen=True)
class Suit:
    """A stage of the palette, by its kind and target, and why it cannot read from an output as its first input."""

    kind: StageKind
    target: str
    reason: str | None


def fits(analysis: Analysis, source: Port, target: str, target_index: int) -> str | None:
    """Returns why a wire from `source` would not fit as the input `target_index` of `target`; None when it does.

    The wire takes the place of the one that ends there, or is added when it is the next. What is not known, because
    other stages are broken, fits.
    """
    try:
        pipeline = pipeline_text(analysis)
        pipeline.find(source.stage)
        return _reason(pipeline, source, pipeline.find(target), target_index, upstream(pipeline, source.stage))
    except GraphEditRefused as refusal:
        return refusal.reason


def fitting(analysis: Analysis, source: Port) -> tuple[PortFit, ...]:
    """All inputs that a wire from `source` could end at: those that are there, and the next one of each stage."""
    try:
        pipeline = pipeline_text(analysis)
        pipeline.find(source.stage)
    except GraphEditRefused:
        return ()
    before = upstream(pipeline, source.stage)
    return tuple(
        PortFit(stage.name.text, index, _reason(pipeline, source, stage, index, before))
        for stage in pipeline.syntax.stages
        if stage.name.text != source.stage and stage.kind is not StageKind.CAPABILITY
        for index in _indices(analysis, stage)
    )


def sources_for(analysis: Analysis, target: str, target_index: int) -> tuple[Source, ...]:
    """All outputs of other stages, in the order of the text, that the input could read from."""
    stages = analysis.checked_runefile.syntax.stages
    ports = [
        Port(stage.name.text, index)
        for stage in stages
        if stage.kind is not StageKind.OUTPUT and stage.name.text != target
        for index in range(max(1, len(analysis.checked_runefile.types.get(stage.name.text, ()))))
    ]
    try:
        pipeline = pipeline_text(analysis)
        reader = pipeline.find(target)
    except GraphEditRefused:
        return ()
    sources = []
    for port in ports:
        reason = _reason(pipeline, port, reader, target_index, upstream(pipeline, port.stage))
        sources.append(Source(port, type_of(analysis, port), reason))
    return tuple(sources)


def suiting(analysis: Analysis, source: Port, items: Iterable[PaletteItem]) -> tuple[Suit, ...]:
    """Returns which stages that could be added could read from an output first. What is not known suits."""
    type_ = type_of(analysis, source)
    return tuple(Suit(item.kind, item.target, _new_reason(analysis, source, type_, item)) for item in items)


def _new_reason(analysis: Analysis, source: Port, type_: TensorType | None, item: PaletteItem) -> str | None:
    source_text = f"{quoted(written_port(source))} gives {type_}"
    match item.kind:
        case StageKind.CAPABILITY:
            return "A capability reads from the host, not from other stages."
        case StageKind.MODEL:
            if type_ is None or not item.inputs or same_data(type_, item.inputs[0].type):
                return None
            return f"The model's input {quoted(item.inputs[0].name)} is {item.inputs[0].type}, but {source_text}."
        case StageKind.BLOCK:
            block = analysis.blocks.find(item.target)
            if block is None or type_ is None:
                return None
            error = _refusal(block, [type_], {each.name: likely_value(each, None) for each in block.arguments})
            is_about_it = error is not None and error.argument is None and error.input_index == 0
            return f"{error.message}." if error is not None and is_about_it else None
        case StageKind.OUTPUT:
            is_text = type_ is not None and type_.element is ElementType.UTF8
            is_tensor = item.target == "TENSOR"
            return f"A TENSOR output cannot carry text, and {source_text}." if is_tensor and is_text else None


def _indices(analysis: Analysis, stage: StageSyntax) -> Iterator[int]:
    yield from range(len(stage.inputs))
    signature = analysis.checked_runefile.signatures.get(stage.name.text)
    if signature is None:
        yield len(stage.inputs)
    else:
        yield from range(len(stage.inputs), len(signature.inputs))


def _reason(pipeline: PipelineText, source: Port, target: StageSyntax, index: int, before: set[str]) -> str | None:
    name = target.name.text
    refusal = refusal_of_wire(pipeline, source, name, before)
    if refusal is not None:
        return refusal
    type_ = type_of(pipeline.analysis, source)
    count = len(target.inputs)
    match target.kind:
        case StageKind.MODEL:
            reason = _model_reason(pipeline.analysis, source, target, index, type_)
        case StageKind.BLOCK:
            reason = _block_reason(pipeline.analysis, target, index, type_)
        case _:
            is_tensor = target.target.text.strip().upper() == "TENSOR"
            is_text = type_ is not None and type_.element is ElementType.UTF8
            source_text = f"{quoted(written_port(source))} gives {type_}"
            reason = f"A TENSOR output cannot carry text, and {source_text}." if is_tensor and is_text else None
    if reason is None and not 0 <= index <= count:
        return f"{quoted(name)} has {counted(count, 'input')} so far: connect input {count} first."
    return reason


def type_of(analysis: Analysis, port: Port) -> TensorType | None:
    """Returns the known type of an output."""
    types = analysis.checked_runefile.types.get(port.stage, ())
    return types[port.index] if port.index < len(types) else None


def _model_reason(
    analysis: Analysis, source: Port, target: StageSyntax, index: int, type_: TensorType | None
) -> str | None:
    signature = analysis.checked_runefile.signatures.get(target.name.text)
    if signature is None:
        return None
    if index >= len(signature.inputs):
        return f"The model takes {counted(len(signature.inputs), 'input')}."
    tensor = signature.inputs[index]
    if type_ is None or same_data(type_, tensor.type):
        return None
    source_text = f"{quoted(written_port(source))} gives {type_}"
    return f"The model's input {quoted(tensor.name)} is {tensor.type}, but {source_text}."


def _block_reason(analysis: Analysis, target: StageSyntax, index: int, type_: TensorType | None) -> str | None:
    block = analysis.block_of(target)
    types = input_types(analysis, target)
    before = [input_type for input_type in types if input_type is not None]
    if block is None or type_ is None or len(before) < len(types):
        return None
    after = [*before[:index], type_, *before[index + 1 :]]
    arguments = likely_arguments(block, target)
    error = _refusal(block, after, arguments)
    if error is None or error.argument is not None:
        return None
    if error.input_index is not None:
        return f"{error.message}." if error.input_index == index else None
    # It is about how many there are. They are too many if fewer would do.
    for count in range(1, len(after)):
        fewer = _refusal(block, after[:count], arguments)
        if fewer is None or fewer.argument is not None or fewer.input_index is not None:
            return f"{error.message}."
    return None


def input_types(analysis: Analysis, stage: StageSyntax) -> list[TensorType | None]:
    """Returns the known types of a stage's inputs."""
    return [type_of(analysis, Port(input_.stage, input_.index)) for input_ in stage.inputs]


def outputs_of_block(
    block: Block, types: list[TensorType | None], arguments: dict[str, ArgumentValue]
) -> tuple[TensorType, ...] | None:
    """Returns the outputs of a block for its inputs; None when it refuses them, or when they are unknown."""
    known_types = tuple(type_ for type_ in types if type_ is not None)
    if len(known_types) < len(types):
        return None
    try:
        return tuple(output.type for output in block.outputs_for(known_types, arguments))
    except BlockError:
        return None


def likely_arguments(block: Block, stage: StageSyntax) -> dict[str, ArgumentValue]:
    """A value for each argument: the given one where it can be read, or else one that the block could have."""
    stage_arguments = {argument.name: argument for argument in stage.arguments}
    return {argument.name: likely_value(argument, stage_arguments.get(argument.name)) for argument in block.arguments}


def _refusal(block: Block, types: list[TensorType], arguments: dict[str, ArgumentValue]) -> BlockError | None:
    try:
        block.outputs_for(tuple(types), arguments)
    except BlockError as error:
        return error
    return None
