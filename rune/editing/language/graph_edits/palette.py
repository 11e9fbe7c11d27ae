"""The palette: the stages that can be added to a graph, and their arguments. Data, drawn by a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from rune.abi import ModelFormat, OutputKind
from rune.blocks.resolver import named_blocks
from rune.blocks.shared_path import parse_shared_path
from rune.blocks.signature import Argument, ArgumentKind, Block, Category
from rune.capabilities import CAPABILITIES, Capability
from rune.capabilities.capability import Parameter
from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.facts.argument_range import inputs_of, range_here
from rune.editing.language.facts.stages import likely_value
from rune.editing.language.graph_edits.defaults import capability_named
from rune.model.tflite import ModelSignature, ModelTensor
from rune.source.runefile.stages.capabilities import capability_output
from rune.source.runefile.stages.old_arguments import modern
from rune.source.runefile.stages.outputs import OUTPUT_KINDS
from rune.source.runefile.syntax import StageKind, StageSyntax
from rune.tensor import TensorType

Value = int | float | str
Kind = Literal["integer", "float", "text", "long-text", "choice", "switch"]
"""How an argument is asked for. A long text may also come from a file or a resource; a switch is 1 or 0."""

_MODEL_ENDINGS = {
    ".tflite": ModelFormat.TENSORFLOW_LITE,
    ".onnx": ModelFormat.ONNX,
}


@dataclass(frozen=True)
class ArgumentField:
    """An argument, as a panel asks for it. Limits are inclusive; `default` is what holds where nothing is said."""

    name: str
    kind: Kind
    help: str
    required: bool
    default: Value | None
    minimum: float | None
    maximum: float | None
    step: float | None
    choices: tuple[str, ...]
    is_threshold: bool = False
    """A number in the unit of the stage's first input, which pages tune on recordings."""


@dataclass(frozen=True)
class PaletteItem:
    """A stage that can be added. `kind` and `target` are those of `AddStage`; types are None where they depend."""

    kind: StageKind
    target: str
    title: str
    help: str
    arguments: tuple[ArgumentField, ...]
    inputs: tuple[ModelTensor, ...] | None
    outputs: tuple[TensorType, ...] | None
    category: str = ""
    """Returns the category of a block, as a title; empty for other stages."""


@dataclass(frozen=True)
class Palette:
    """All that can be added to a project's graph; `resources` and `text_files` are what a long text may come from."""

    capabilities: tuple[PaletteItem, ...]
    blocks: tuple[PaletteItem, ...]
    models: tuple[PaletteItem, ...]
    outputs: tuple[PaletteItem, ...]
    resources: tuple[str, ...]
    text_files: tuple[str, ...]


@dataclass(frozen=True)
class StageArgument:
    """An argument of a stage that is there. `value` is None where it is left out.

    `text` is what a resource says, by its name; None where the value says all, or the host gives the text.
    """

    field: ArgumentField
    value: Value | None
    resource: str | None
    text: str | None


def palette(analysis: Analysis) -> Palette:
    """Returns the palette of the project's graph. Unreadable models have no types."""
    paths = analysis.files.paths()
    return Palette(
        tuple(map(_capability, CAPABILITIES.values())),
        tuple(_block(name, block) for name, block in sorted(named_blocks(analysis.blocks).items(), key=_by_category)),
        tuple(_model(analysis, path) for path in paths if _ending(path) in _MODEL_ENDINGS),
        tuple(_output(kind) for kind in OUTPUT_KINDS.values()),
        tuple(item.name.text for item in analysis.checked_runefile.syntax.resources if not item.is_binary),
        tuple(path for path in paths if _ending(path) in (".txt", ".csv", ".json", ".md")),
    )


def stage_arguments(analysis: Analysis, name: str) -> tuple[StageArgument, ...]:
    """A stage's possible and given arguments; arguments that it does not have come last, as texts. Empty if unknown."""
    stage = next((stage for stage in analysis.checked_runefile.syntax.stages if stage.name.text == name), None)
    if stage is None:
        return ()
    block = analysis.block_of(stage)
    modern_arguments = (each if block is None else modern(each, block) for each in stage.arguments)
    arguments_by_name = {argument.name: argument for argument in modern_arguments}
    fields = {field.name: field for field in _fields_of(stage, block)}
    if block is not None:
        fields |= _within(analysis, stage, block, arguments_by_name)
    for other in arguments_by_name.keys() - fields.keys():
        fields[other] = ArgumentField(other, "text", "", False, None, None, None, None, ())
    arguments = []
    for key, field in fields.items():
        argument = arguments_by_name.get(key)
        value = argument.value if argument is not None else None
        resource = argument.resource if argument is not None else None
        arguments.append(StageArgument(field, value, resource, _resource_text(analysis, resource)))
    return tuple(arguments)


def _within(
    analysis: Analysis, stage: StageSyntax, block: Block, arguments_by_name: Mapping[str, object]
) -> dict[str, ArgumentField]:
    """The arguments with the limits that they have for the tensors that come in, where those are known."""
    input_types = inputs_of(analysis, stage)
    if input_types is None:
        return {}
    values = {each.name: likely_value(each, arguments_by_name.get(each.name)) for each in block.arguments}
    ranges = {}
    for argument in block.arguments:
        low, high = range_here(block, argument, input_types, values)
        ranges[argument.name] = replace(_argument(argument), minimum=low, maximum=high)
    return ranges


def _fields_of(stage: StageSyntax, block: Block | None) -> tuple[ArgumentField, ...]:
    target = stage.target.text.strip()
    match stage.kind:
        case StageKind.CAPABILITY:
            kind = capability_named(target)
            return () if kind is None else _capability(kind).arguments
        case StageKind.BLOCK:
            return () if block is None else tuple(map(_argument, block.arguments))
        case StageKind.MODEL:
            return (_format_field(),)
        case StageKind.OUTPUT:
            return ()


def _resource_text(analysis: Analysis, name: str | None) -> str | None:
    for resource in analysis.checked_runefile.syntax.resources:
        if resource.name.text == name:
            if resource.inline is not None:
                return resource.inline
            return analysis.text_file(resource.path.text) if resource.path is not None else None
    return None


def _capability(kind: Capability) -> PaletteItem:
    usual = {parameter.name: parameter.usual for parameter in kind.parameters if parameter.usual is not None}
    type_ = capability_output(kind, usual)
    return PaletteItem(
        StageKind.CAPABILITY,
        kind.name,
        kind.name,
        kind.summary,
        tuple(_parameter(parameter) for parameter in kind.parameters),
        (),
        None if type_ is None else (type_,),
    )


def _parameter(parameter: Parameter) -> ArgumentField:
    return ArgumentField(
        parameter.name,
        "choice" if parameter.choices else "integer",
        parameter.help,
        parameter.is_required,
        parameter.default,
        None if parameter.choices else parameter.minimum,
        None if parameter.choices else parameter.maximum,
        None if parameter.choices else 1,
        tuple(parameter.choices),
    )


def _by_category(entry: tuple[str, Block]) -> tuple[int, str]:
    """Blocks of other projects come first: somebody of the organisation made them for such a purpose."""
    path, block = entry
    return -1 if parse_shared_path(path) is not None else list(Category).index(block.category), path


def _block(path: str, block: Block) -> PaletteItem:
    arguments = tuple(map(_argument, block.arguments))
    shared_path = parse_shared_path(path)
    title = path if shared_path is None else f"{shared_path.block.name} {shared_path.version}"
    category = (
        block.category.value if shared_path is None else f"{shared_path.block.organisation}/{shared_path.block.project}"
    )
    return PaletteItem(StageKind.BLOCK, path, title, block.summary, arguments, None, None, category)


def _argument(argument: Argument) -> ArgumentField:
    kind = _kind(argument)
    is_small = (
        argument.minimum is not None and argument.maximum is not None and argument.maximum - argument.minimum <= 1
    )
    step = {"integer": 1, "switch": 1, "float": 0.01 if is_small else None}.get(kind)
    return ArgumentField(
        argument.name,
        kind,
        f"{argument.help} In {argument.unit}." if argument.unit else argument.help,
        argument.default is None,
        argument.default,
        argument.minimum,
        argument.maximum,
        step,
        argument.choices,
        argument.is_threshold,
    )


def _kind(argument: Argument) -> Kind:
    match argument.kind:
        case ArgumentKind.INTEGER:
            return "switch" if (argument.minimum, argument.maximum) == (0, 1) else "integer"
        case ArgumentKind.FLOAT:
            return "float"
        case ArgumentKind.TEXT:
            return "choice" if argument.choices else "text"
        case ArgumentKind.LONG_TEXT:
            return "long-text"


def _model(analysis: Analysis, path: str) -> PaletteItem:
    signature: ModelSignature | None = analysis.signature(path) if path.endswith(".tflite") else None
    return PaletteItem(
        StageKind.MODEL,
        f"./{path}",
        path.rpartition("/")[2],
        f"The model {path} of this project.",
        (_format_field(_MODEL_ENDINGS[_ending(path)]),),
        None if signature is None else signature.inputs,
        None if signature is None else _types(signature.outputs),
    )


def _types(tensors: Iterable[ModelTensor]) -> tuple[TensorType, ...]:
    return tuple(tensor.type for tensor in tensors)


def _format_field(format_: ModelFormat = ModelFormat.TENSORFLOW_LITE) -> ArgumentField:
    """The format is only asked for where the file is not the usual one."""
    choices = tuple(each.value for each in ModelFormat)
    is_usual = format_ is ModelFormat.TENSORFLOW_LITE
    default = ModelFormat.TENSORFLOW_LITE.value
    return ArgumentField(
        "format", "choice", "What the model file is.", not is_usual, default, None, None, None, choices
    )


def _output(kind: OutputKind) -> PaletteItem:
    help_ = "Sends JSON to the app." if kind is OutputKind.SERIAL else "Sends the bytes of tensors to the app."
    return PaletteItem(StageKind.OUTPUT, kind.name, kind.name, help_, (), None, ())


def _ending(path: str) -> str:
    name = path.rpartition("/")[2]
    return f".{name.rpartition('.')[2].lower()}" if "." in name else ""
