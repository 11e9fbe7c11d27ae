"""Completions under `args`: the names of arguments and their values, by the stage's block."""

from __future__ import annotations

from rune.blocks.signature import Argument, ArgumentKind
from rune.capabilities import Capability
from rune.capabilities.capability import Parameter
from rune.editing.language.completion.items import Completion, CompletionKind, escaped, key, value
from rune.editing.language.facts import keys
from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.facts.documentation import (
    argument_detail,
    argument_documentation,
    number,
    parameter_detail,
    parameter_documentation,
)
from rune.editing.language.facts.place import TextCursor, TextEntry, entries, fields
from rune.editing.language.facts.stages import block_of, capability_in
from rune.source.runefile.syntax import StageKind
from rune.source.runefile.yaml.values import YamlScalar


def capability_of(stage: TextEntry) -> Capability | None:
    """The capability that a stage reads; None where it reads none, or an unknown one."""
    if stage.kind is not StageKind.CAPABILITY or stage.target is None:
        return None
    return capability_in(stage.target.text)


def parameter_of(stage: TextEntry, name: str) -> Parameter | None:
    """One argument of the capability that a stage reads."""
    capability = capability_of(stage)
    parameters = capability.parameters if capability is not None else ()
    return next((each for each in parameters if each.name == name.replace("-", "_")), None)


def argument_of(analysis: Analysis, stage: TextEntry, name: str) -> Argument | None:
    """One argument of the block that a stage runs."""
    block = block_of(analysis, stage)
    arguments = block.arguments if block is not None else ()
    return next((each for each in arguments if each.name == name.replace("-", "_")), None)


def argument_names(analysis: Analysis, cursor: TextCursor, stage: TextEntry) -> list[Completion]:
    """The arguments that the stage can have and has not."""
    own = cursor.span.start.offset
    present = {name.text.replace("-", "_") for name, _ in fields(stage.field("args")) if not _is_at(name, own)}
    candidates = []
    capability, block = capability_of(stage), block_of(analysis, stage)
    if capability is not None:
        for parameter in capability.parameters:
            if parameter.name not in present:
                candidates.append(
                    key(
                        parameter.name,
                        cursor,
                        detail=parameter_detail(parameter),
                        documentation=parameter_documentation(parameter),
                        kind=CompletionKind.ARGUMENT,
                    )
                )
    elif block is not None:
        sorted_arguments = sorted(block.arguments, key=lambda argument: argument.default is not None)
        for argument in sorted_arguments:
            if argument.name not in present:
                default = argument.default
                is_number = isinstance(default, int | float)
                candidates.append(
                    key(
                        argument.name,
                        cursor,
                        value=f"${{1:{escaped(number(float(default)))}}}" if is_number and default is not None else "",
                        detail=argument_detail(argument),
                        documentation=argument_documentation(argument),
                        kind=CompletionKind.ARGUMENT,
                    )
                )
    elif stage.kind is StageKind.MODEL and "format" not in present:
        candidates.append(key("format", cursor, documentation=keys.MODEL_ARGUMENT, kind=CompletionKind.ARGUMENT))
    return candidates


def _is_at(name: YamlScalar, offset: int) -> bool:
    return name.span.start.offset <= offset <= name.span.end.offset


def argument_values(analysis: Analysis, cursor: TextCursor, stage: TextEntry, name: str) -> list[Completion]:
    """Values that an argument can have: those that are listed, its default and limits, the resources."""
    if stage.kind is StageKind.MODEL and name == "format":
        return [value(word, CompletionKind.VALUE, cursor, documentation=text) for word, text in keys.FORMATS.items()]
    parameter = parameter_of(stage, name)
    if parameter is not None:
        choices = parameter.choices or dict.fromkeys(parameter.suggestions, parameter.help)
        return [value(text, CompletionKind.VALUE, cursor, documentation=meaning) for text, meaning in choices.items()]
    argument = argument_of(analysis, stage, name)
    return _of_block(cursor, argument) if argument is not None else []


def _of_block(cursor: TextCursor, argument: Argument) -> list[Completion]:
    if argument.choices:
        return [
            value(
                choice,
                CompletionKind.VALUE,
                cursor,
                detail="default" if choice == argument.default else "",
                documentation=argument.help,
            )
            for choice in argument.choices
        ]
    candidates = []
    numbers = {"default": argument.default, "the least": argument.minimum, "the most": argument.maximum}
    for what, limit in numbers.items():
        if isinstance(limit, int | float):
            candidates.append(
                value(number(limit), CompletionKind.VALUE, cursor, detail=what, documentation=argument.help)
            )
        elif isinstance(limit, str):
            candidates.append(value(limit, CompletionKind.VALUE, cursor, detail=what, documentation=argument.help))
    if argument.kind in (ArgumentKind.TEXT, ArgumentKind.LONG_TEXT):
        for name, resource in entries(cursor.root, "resources").items():
            source = resource.scalar("path")
            detail = source.text if source is not None else ""
            candidates.append(value(f"${name}", CompletionKind.RESOURCE, cursor, detail=detail))
    return list({item.label: item for item in reversed(candidates)}.values())[::-1]
