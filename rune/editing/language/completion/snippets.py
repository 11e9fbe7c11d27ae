"""Whole pieces of a Runefile to fill in: a stage, a resource, the list of a stage's outputs, a first document."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import count

from rune.blocks.resolver import named_blocks
from rune.blocks.signature import Block
from rune.capabilities import CAPABILITIES, Capability
from rune.editing.language.completion.items import Completion, CompletionKind, escaped
from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.facts.documentation import CAPABILITY_PAGES, block_documentation, number
from rune.editing.language.facts.keys import OUTPUTS
from rune.editing.language.facts.place import TextCursor, TextEntry, entries
from rune.editing.language.facts.stages import accepts, output_types_of
from rune.source.runefile.source import SourceText
from rune.source.runefile.syntax import StageKind, written_type
from rune.source.runefile.yaml.values import Map, Value, YamlScalar
from rune.tensor import TensorType

ANY_TYPE = "{type: ${1:f32}, dimensions: [${2:1}]\\}"
"""A type to fill in, as part of a snippet."""

_NO_NAME = re.compile(r"\W+", re.ASCII)


def document_snippets(cursor: TextCursor) -> list[Completion]:
    """A first Runefile, where there is nothing yet."""
    is_empty = not isinstance(cursor.root, Map)
    text = "version: 1\nimage: runicos/base\npipeline:\n  "
    return [Completion("a new Runefile", CompletionKind.SNIPPET, text, is_snippet=True)] if is_empty else []


def stage_snippets(analysis: Analysis, cursor: TextCursor, stages: Mapping[str, TextEntry]) -> list[Completion]:
    """A stage of every kind; each reads from the stage above that fits it."""
    if cursor.has_colon or cursor.is_flow or cursor.quote:
        return []
    names_in_use = {*stages, *entries(cursor.root, "resources")}
    above = [stage for stage in stages.values() if stage.name.span.start.offset < cursor.span.start.offset]
    pieces = _Pieces(analysis, names_in_use, above)
    return [
        *(pieces.capability(each) for each in CAPABILITIES.values()),
        *(pieces.block(name, block) for name, block in named_blocks(analysis.blocks).items()),
        *(pieces.model(path) for path in analysis.files.paths() if path.endswith(".tflite")),
        *(pieces.output(kind, text) for kind, text in OUTPUTS.items()),
    ]


class _Pieces:
    """Writes stages that fit what stands above them."""

    def __init__(self, analysis: Analysis, names_in_use: Collection[str], above: Sequence[TextEntry]) -> None:
        self._analysis = analysis
        self._names_in_use = names_in_use
        self._above = [stage for stage in above if stage.kind is not StageKind.OUTPUT and stage.name.text]

    def capability(self, capability: Capability) -> Completion:
        lines = [f"capability: {capability.name}", "args:"]
        usual = [(each.name, each.usual) for each in capability.parameters if each.usual is not None]
        for index, (parameter, text) in enumerate(usual, 1):
            quote = '"' if isinstance(text, str) else ""
            lines.append(f"  {parameter}: {quote}${{{index}:{text}}}{quote}")
        name = self._free(capability.stage_name)
        title = f"{capability.name} stage"
        return _stage(title, name, lines, capability.summary, CAPABILITY_PAGES[capability.name])

    def block(self, path: str, block: Block) -> Completion:
        lines = [f"proc-block: {path}", self._reading(f"proc-block: {path}")]
        required_arguments = [argument for argument in block.arguments if argument.default is None]
        if required_arguments:
            lines.append("args:")
        for index, argument in enumerate(required_arguments, 1):
            low = "" if argument.minimum is None else number(argument.minimum)
            lines.append(f"  {argument.name}: ${{{index}{':' + low if low else ''}}}")
        name = self._free(_NO_NAME.sub("_", block.name))
        return _stage(f"{path} stage", name, lines, block.summary, block_documentation(block))

    def model(self, path: str) -> Completion:
        model = self._analysis.signature(path)
        literal = f"./{path}" if re.fullmatch(r"[\w./-]+", path, re.ASCII) else f'"./{path}"'
        lines = [f"model: {literal}", self._reading(f"model: {literal}", 1 if model is None else len(model.inputs))]
        if model is not None:
            lines += ["outputs:", *(f"  - {written_type(tensor.type)}" for tensor in model.outputs)]
        stem = _NO_NAME.sub("_", path.rpartition("/")[2].removesuffix(".tflite")).strip("_")
        name = self._free(stem if re.match(r"[a-zA-Z]", stem) else "model")
        return _stage(f"{path} stage", name, [escaped(line) for line in lines], "A model of the project.", "")

    def output(self, kind: str, text: str) -> Completion:
        name = self._free(kind.lower())
        return _stage(f"{kind} stage", name, [f"out: {kind}", self._reading(f"out: {kind}")], text, "")

    def _reading(self, target: str, inputs: int = 1) -> str:
        """The line with what a stage reads from: for each input the nearest stage above that fits."""
        stage = _stage_of(target)
        sources = []
        for index in range(inputs):
            name = next((each for above in reversed(self._above) if (each := self._fitting(stage, index, above))), None)
            sources.append(name or (self._above[-1].name.text if self._above else "stage"))
        return f"inputs: [{', '.join(sources)}]"

    def _fitting(self, stage: TextEntry, index: int, above: TextEntry) -> str | None:
        for output, type_ in enumerate(output_types_of(self._analysis, above)):
            if type_ is not None and accepts(self._analysis, stage, index, type_):
                return above.name.text if output == 0 else f"{above.name.text}.{output}"
        return None

    def _free(self, name: str) -> str:
        if name not in self._names_in_use:
            return name
        return next(each for number_ in count(2) if (each := f"{name}_{number_}") not in self._names_in_use)


def _stage_of(target: str) -> TextEntry:
    """A stage that is not in the text yet: `proc-block: fft`."""
    kind, _, word = target.partition(": ")
    span = SourceText("", "").span(0, 0)
    value: Value = Map(((YamlScalar(kind, kind, span), YamlScalar(word, word.strip('"'), span)),), span)
    return TextEntry(YamlScalar("", "", span), value, span)


def _stage(label: str, name: str, lines: Sequence[str], detail: str, documentation: str) -> Completion:
    text = "\n".join([f"{name}:", *(f"  {line}" for line in lines), ""]).rstrip("\n")
    return Completion(label, CompletionKind.SNIPPET, text, detail, documentation, is_snippet=True)


def resource_snippets(analysis: Analysis, cursor: TextCursor) -> list[Completion]:
    """A resource from a file of the project, and one with its text inside."""
    if cursor.has_colon or cursor.is_flow or cursor.quote:
        return []
    file = next((path for path in analysis.files.paths() if path.endswith(".txt")), "words.txt")
    path = f"${{1:LABELS}}:\n  path: ./${{2:{escaped(file)}}}"
    inline = "${1:LABELS}:\n  inline: |\n    ${2:first}"
    return [
        Completion("resource from a file", CompletionKind.SNIPPET, path, is_snippet=True),
        Completion("resource with its text", CompletionKind.SNIPPET, inline, is_snippet=True),
    ]


def type_snippet(type_: TensorType | None) -> str:
    """A type as it is written, or one to fill in; as part of a snippet."""
    return ANY_TYPE if type_ is None else escaped(written_type(type_))


def outputs_snippet(types: Sequence[TensorType | None], *, is_flow: bool) -> str:
    """Returns the text after `outputs:`, with all known types."""
    snippets = [type_snippet(type_) for type_ in types if type_ is not None] or [ANY_TYPE]
    return f"[{', '.join(snippets)}]" if is_flow else "".join(f"\n  - {text}" for text in snippets)
