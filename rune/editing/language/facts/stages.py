"""The known facts of a Runefile's stages, even of a broken one: inputs, outputs and dependencies."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rune.blocks.signature import Argument, ArgumentKind, ArgumentValue, Block, BlockError
from rune.capabilities import CAPABILITIES, Capability
from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.facts.place import TextEntry
from rune.model.tflite import ModelSignature
from rune.source.runefile.parsing.zune import capability_of
from rune.source.runefile.stages.arguments import read_argument
from rune.source.runefile.stages.types import same_data
from rune.source.runefile.syntax import StageKind
from rune.tensor import ElementType, TensorType

INPUT = re.compile(r"(?P<name>[a-zA-Z_][\w-]*)(?:\.(?P<index>[0-9]{1,9}))?\Z")
"""An input: a stage's name and, where it says one, the number of its output."""


def output_types_of(analysis: Analysis, entry: TextEntry) -> tuple[TensorType | None, ...]:
    """Returns the known outputs of a stage; for a model with errors those in its file."""
    types = analysis.checked_runefile.types.get(entry.name.text)
    if types:
        return types
    model = signature_of(analysis, entry)
    if model is not None:
        return tuple(tensor.type for tensor in model.outputs)
    return () if entry.kind is StageKind.OUTPUT else (None,)


def type_of(analysis: Analysis, stages: Mapping[str, TextEntry], text: str) -> TensorType | None:
    """The type of an input such as `audio` or `model.1`; None when it is not known."""
    match = INPUT.match(text)
    if match is None or match["name"] not in stages:
        return None
    types = output_types_of(analysis, stages[match["name"]])
    index = int(match["index"] or 0)
    return types[index] if index < len(types) else None


def model_path(analysis: Analysis, entry: TextEntry) -> str | None:
    """The file of a model stage, through a resource where it names one."""
    target = entry.target if entry.kind is StageKind.MODEL else None
    if target is None:
        return None
    text = target.text.strip()
    if not text.startswith("$"):
        return text
    resource = next((each for each in analysis.checked_runefile.syntax.resources if each.name.text == text[1:]), None)
    return resource.path.text if resource is not None and resource.path is not None else None


def signature_of(analysis: Analysis, entry: TextEntry) -> ModelSignature | None:
    """The inputs and outputs of a model stage's model."""
    signature = analysis.checked_runefile.signatures.get(entry.name.text)
    path = model_path(analysis, entry)
    return signature or (analysis.signature(path) if path else None)


def capability_in(target: str) -> Capability | None:
    """The capability that a stage names, as a zune too."""
    text = target.strip()
    return CAPABILITIES.get((capability_of(text) or text).upper().replace("-", "_"))


def block_of(analysis: Analysis, entry: TextEntry) -> Block | None:
    """The block that a stage runs."""
    if entry.kind is not StageKind.BLOCK or entry.target is None:
        return None
    return analysis.blocks.find(entry.target.text.strip())


def dependents(stages: Mapping[str, TextEntry], name: str) -> set[str]:
    """The stage itself and all that get something from it: reading from one of them would go round in a circle."""
    readers: dict[str, list[str]] = {}
    for reader, entry in stages.items():
        for item in entry.inputs:
            if match := INPUT.match(item.text):
                readers.setdefault(match["name"], []).append(reader)
    result: set[str] = set()
    waiting = [name]
    while waiting:
        each = waiting.pop()
        if each not in result:
            result.add(each)
            waiting += readers.get(each, ())
    return result


def accepts(analysis: Analysis, entry: TextEntry, index: int, type_: TensorType) -> bool:
    """Returns whether a stage can take a tensor of this type as its input of that number, as far as that can be
    known."""
    match entry.kind:
        case StageKind.MODEL:
            model = signature_of(analysis, entry)
            return model is None or (index < len(model.inputs) and same_data(type_, model.inputs[index].type))
        case StageKind.BLOCK:
            block = block_of(analysis, entry)
            return block is None or index > 0 or block_takes(block, entry, type_)
        case StageKind.OUTPUT:
            target = entry.target.text.strip().upper() if entry.target is not None else ""
            return target != "TENSOR" or type_.element is not ElementType.UTF8
        case _:
            return True


def block_takes(block: Block, entry: TextEntry, type_: TensorType) -> bool:
    """Returns whether a block can read such a tensor, with the stage's arguments as far as they are right."""
    values = entry.arguments
    arguments = {argument.name: likely_value(argument, values.get(argument.name)) for argument in block.arguments}
    try:
        block.outputs_for((type_,), arguments)
    except BlockError as error:
        return error.input_index is None and error.argument is not None
    return True


def likely_value(argument: Argument, stage_argument: object) -> ArgumentValue:
    """A value that the argument can have: the given one where it fits, or the default, or any."""
    value = getattr(stage_argument, "value", None)
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        result = read_argument(value, argument)
        if result is not None and not (isinstance(result, str) and result.startswith("$")):
            return result
    if argument.default is not None:
        return argument.default
    if argument.choices:
        return argument.choices[0]
    if argument.kind in (ArgumentKind.TEXT, ArgumentKind.LONG_TEXT):
        return "text"
    return argument.minimum if argument.minimum is not None else 1
