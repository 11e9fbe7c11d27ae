"""Hover text for a word of a Runefile, as Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rune.editing.language.completion.arguments import argument_of, parameter_of
from rune.editing.language.facts import keys
from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.facts.documentation import (
    CAPABILITY_PAGES,
    argument_documentation,
    block_documentation,
    code,
    parameter_documentation,
)
from rune.editing.language.facts.place import TextEntry, TextPlace, entries, place_at, tree
from rune.editing.language.facts.stages import INPUT, capability_in, model_path, output_types_of, signature_of, type_of
from rune.editing.language.names.mentions import NamedThing, NameMention, mentions
from rune.model.tflite import ModelTensor
from rune.project.files import FileError, normal_path
from rune.source.runefile import Span
from rune.source.runefile.syntax import StageKind
from rune.source.runefile.yaml.values import YamlScalar
from rune.tensor import ElementType, TensorType
from rune.wording import counted, size_text

_FIRST_LINES = 6
_LONGEST_LINE = 80
_MOST_OPERATORS = 8


@dataclass(frozen=True)
class Hover:
    """Markdown about what stands in `span`."""

    span: Span
    text: str


def hover(analysis: Analysis, offset: int) -> Hover | None:
    """The hover at an offset; None between words and where nothing is known."""
    place = place_at(analysis, offset)
    if place is None:
        return None
    text = _HoverReader(analysis, place).text()
    return None if text is None else Hover(place.word.span, text)


class _HoverReader:
    """Finds the text for one place."""

    def __init__(self, analysis: Analysis, place: TextPlace) -> None:
        self._analysis = analysis
        self._place = place
        self._root = tree(analysis)
        self._stages = entries(self._root, "pipeline")

    def text(self) -> str | None:
        place, word = self._place, self._place.word.text.strip()
        if place.is_key:
            return self._key(word)
        match place.path:
            case ("version" | "image" as key,):
                return keys.DOCUMENT_KEYS[key]
            case ("watch",):
                return keys.COUNTING.get(word)
            case ("pipeline", str(name), *_) if name in self._stages:
                return self._in_stage(self._stages[name], word)
            case ("resources", str(name), "path" | "inline"):
                return self._resource(name)
            case ("resources", str(), "type"):
                return keys.RESOURCE_TYPES.get(word)
            case _:
                return None

    def _key(self, word: str) -> str | None:
        match self._place.path:
            case ():
                return keys.DOCUMENT_KEYS.get(word)
            case ("pipeline",):
                return self._stage(word)
            case ("resources",):
                return self._resource(word)
            case ("pipeline", str(name)) if name in self._stages:
                return keys.stage_keys(self._stages[name].kind).get(word)
            case ("pipeline", str(), "outputs", int()):
                return keys.TYPE_KEYS.get(word)
            case ("pipeline", str(name), "args") if name in self._stages:
                return self._argument(self._stages[name], word)
            case ("resources", str()):
                return keys.RESOURCE_KEYS.get(word)
            case _:
                return None

    def _in_stage(self, stage: TextEntry, word: str) -> str | None:
        match self._place.inner:
            case ("capability",):
                kind = capability_in(word)
                return None if kind is None else CAPABILITY_PAGES[kind.name]
            case ("proc-block",):
                block = self._analysis.blocks.find(word)
                return None if block is None else block_documentation(block)
            case ("model",):
                model = self._model(stage)
                return f"{model}\n\n---\n\n{self._resource(word[1:])}" if model and word.startswith("$") else model
            case ("out",):
                return keys.OUTPUTS.get(word.upper())
            case ("watch", *_):
                return keys.WATCH.get(word.partition(".")[0])
            case ("inputs", int(index)):
                return self._input(stage, index, word)
            case ("inputs",):
                return self._input(stage, 0, word)
            case ("outputs", int(index), "dimensions", *_):
                return self._dimensions(stage, index)
            case ("outputs", int(), "type"):
                return keys.ELEMENT_TYPES.get(word.lower())
            case ("args", str(name)):
                return self._value(stage, name, word)
            case _:
                return None

    def _stage(self, name: str) -> str | None:
        """A stage's kind, what goes in and what comes out."""
        stage = self._stages.get(name)
        if stage is None:
            return None
        kind = "stage" if stage.kind is None else stage.kind.value
        target = "" if stage.target is None else f" {code(stage.target.text)}"
        lines = [f"{code(name)}: {kind}{target}", ""]
        for item in stage.inputs:
            lines.append(f"* reads {self._with_type(item.text)}")
        for index, type_ in enumerate(output_types_of(self._analysis, stage)):
            if type_ is not None:
                number_ = f" as {code(f'{name}.{index}')}" if index else ""
                meaning = _meaning(self._analysis, name, index)
                lines.append(f"* gives `{type_}`{number_}, {_size(type_)}{meaning}")
        state_notes = next(
            (node.state for node in self._analysis.checked_runefile.outline.nodes if node.name == name), ()
        )
        lines += [
            f"* keeps {code(state.name)}, `{state.type}`, from run to run. {state.help}. "
            f"After a gap or a restart: {state.gap}."
            for state in state_notes
        ]
        readers = [
            other.name.text
            for other in self._stages.values()
            if any((match := INPUT.match(item.text)) and match["name"] == name for item in other.inputs)
        ]
        if readers:
            lines.append(f"* read by {', '.join(f'{code(reader)}' for reader in readers[:12])}")
        return "\n".join(lines)

    def _with_type(self, text: str) -> str:
        type_ = type_of(self._analysis, self._stages, text)
        match = INPUT.match(text)
        meaning = "" if match is None else _meaning(self._analysis, match["name"], int(match["index"] or 0))
        return f"{code(text)}" + ("" if type_ is None else f", `{type_}`{meaning}")

    def _input(self, stage: TextEntry, index: int, word: str) -> str | None:
        match = INPUT.match(word)
        if match is None:
            return None
        lines = [f"{self._with_type(word)}"]
        model = signature_of(self._analysis, stage) if stage.kind is StageKind.MODEL else None
        if model is not None and index < len(model.inputs):
            lines.append(f"The model reads it as {_tensor(model.inputs[index])}")
        about = self._stage(match["name"])
        return "\n\n".join([*lines, *(("---", about) if about else ())])

    def _dimensions(self, stage: TextEntry, index: int) -> str | None:
        stage_syntax = next(
            (item for item in self._analysis.checked_runefile.syntax.stages if item.name.text == stage.name.text), None
        )
        if stage_syntax is None or stage_syntax.outputs is None or index >= len(stage_syntax.outputs):
            return keys.TYPE_KEYS["dimensions"]
        type_ = stage_syntax.outputs[index].tensor_type
        return f"`{type_}`: {counted(type_.count, 'element')}, {_size(type_)}"

    def _argument(self, stage: TextEntry, name: str) -> str | None:
        parameter = parameter_of(stage, name)
        if parameter is not None:
            return parameter_documentation(parameter)
        argument = argument_of(self._analysis, stage, name)
        if argument is not None:
            return argument_documentation(argument)
        return keys.MODEL_ARGUMENT if stage.kind is StageKind.MODEL and name == "format" else None

    def _value(self, stage: TextEntry, name: str, word: str) -> str | None:
        about = self._argument(stage, name)
        meaning: str | None = None
        if word.startswith("$"):
            meaning = self._resource(word[1:])
        elif (parameter := parameter_of(stage, name)) is not None:
            meaning = next((text for key, text in parameter.choices.items() if word.lower() in key.lower()), None)
        elif name == "format" and stage.kind is StageKind.MODEL:
            meaning = keys.FORMATS.get(word)
        paragraphs = [text for text in (meaning, about) if text]
        return "\n\n---\n\n".join(paragraphs) or None

    def _resource(self, name: str) -> str | None:
        """Returns where a resource's text comes from, how it begins, and who uses it."""
        resource = entries(self._root, "resources").get(name)
        if resource is None:
            return None
        kind = resource.scalar("type")
        is_binary = kind is not None and kind.text == "binary"
        path, inline = resource.scalar("path"), resource.scalar("inline")
        source = "given by the host" if path is None and inline is None else "in this file"
        text = _inline_text(self._analysis, name, inline)
        if path is not None:
            source = f"{code(path.text)}" + _file_size(self._analysis, path.text)
            text = None if is_binary else self._analysis.text_file(path.text.strip())
        lines = [f"{code(name)}: {'bytes' if is_binary else 'text'}, {source}"]
        users = [mention for mention in mentions(self._analysis) if _uses(mention, name)]
        if users:
            lines.append(f"Used in {', '.join(f'line {each.span.start.line}' for each in users[:12])}.")
        if text:
            lines.append(_beginning(text))
        return "\n\n".join(lines)

    def _model(self, stage: TextEntry) -> str | None:
        """A model's inputs and outputs; its size and operators where the file is at hand."""
        path = model_path(self._analysis, stage)
        model = signature_of(self._analysis, stage)
        if model is None or path is None:
            return None
        lines = [f"{code(path)}", "", "| | name | type | scale | zero point |", "| --- | --- | --- | --- | --- |"]
        lines += [_row("input", tensor) for tensor in model.inputs]
        lines += [_row("output", tensor) for tensor in model.outputs]
        about = self._analysis.description(path)
        return "\n".join([*lines, *(() if about is None else ("", _about(about)))])


def _meaning(analysis: Analysis, stage: str, index: int) -> str:
    """Returns the known meaning of an output's numbers, such as `0 to 255, RGB`, for the text after its type."""
    meanings = analysis.checked_runefile.meanings.get(stage, ())
    text = str(meanings[index]) if index < len(meanings) else ""
    return f": {code(text)}" if text else ""


def _uses(mention: NameMention, name: str) -> bool:
    return mention.of is NamedThing.RESOURCE and mention.name == name and not mention.is_definition


def _inline_text(analysis: Analysis, name: str, inline: YamlScalar | None) -> str | None:
    """Returns the text that the language service reads, or the current one while it does not."""
    inline_text = next(
        (each.inline for each in analysis.checked_runefile.syntax.resources if each.name.text == name), None
    )
    return inline_text if inline_text is not None else None if inline is None else inline.text


def _size(type_: TensorType) -> str:
    if type_.element is ElementType.UTF8:
        return counted(type_.count, "text")
    return counted(type_.size, "byte")


def _tensor(tensor: ModelTensor) -> str:
    scale = "" if tensor.scale is None else f", scale {tensor.scale:g}, zero point {tensor.zero_point}"
    return f"{code(tensor.name)}, `{tensor.type}`{scale}"


def _row(role: str, tensor: ModelTensor) -> str:
    name = code(tensor.name).replace("|", "\\|")
    scale = "" if tensor.scale is None else f"{tensor.scale:g}"
    zero = "" if tensor.zero_point is None else str(tensor.zero_point)
    return f"| {role} | {name} | `{tensor.type}` | {scale} | {zero} |"


def _about(about: Mapping[str, object]) -> str:
    """`52.3 kB, 14 operators: 5 CONV_2D, ...`"""
    parts = []
    size = about.get("size")
    if isinstance(size, int):
        parts.append(size_text(size))
    operators = about.get("operators")
    if isinstance(operators, list | tuple):
        counts: dict[str, int] = {}
        for each in operators:
            count = each.get("count") if isinstance(each, Mapping) else None
            if isinstance(each, Mapping) and isinstance(count, int):
                counts[str(each.get("op"))] = counts.get(str(each.get("op")), 0) + count
        operator_counts = [f"{count} {op}" for op, count in sorted(counts.items(), key=lambda item: -item[1])]
        rest = (
            f" and {len(operator_counts) - _MOST_OPERATORS} kinds more"
            if len(operator_counts) > _MOST_OPERATORS
            else ""
        )
        parts.append(
            f"{counted(sum(counts.values()), 'operator')}: {', '.join(operator_counts[:_MOST_OPERATORS])}{rest}"
        )
    return ", ".join(parts)


def _file_size(analysis: Analysis, path: str) -> str:
    try:
        return f", {counted(len(analysis.files.read(normal_path(path.strip()))), 'byte')}"
    except FileError:
        return ", which does not exist"


def _beginning(text: str) -> str:
    lines = text.splitlines()
    first_lines = [
        line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 1]}…" for line in lines[:_FIRST_LINES]
    ]
    # A fence that is longer than any in the text keeps the text inside.
    fence = "`" * max(3, 1 + max((len(line) - len(line.lstrip("`")) for line in first_lines), default=0))
    more = [f"... {counted(len(lines), 'line')}"] if len(lines) > _FIRST_LINES else []
    return "\n".join([f"{fence}text", *first_lines, *more, fence])
