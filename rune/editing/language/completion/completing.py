"""Completions at a place of a Runefile: keys, stages, blocks, arguments, types, files.

Works in the middle of a line that is no YAML yet. It does not judge existing text; the check does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rune.blocks.paths import PUBLISHED_PREFIX
from rune.blocks.resolver import named_blocks
from rune.blocks.signature import Block
from rune.capabilities import CAPABILITIES
from rune.editing.language.completion.arguments import argument_names, argument_values
from rune.editing.language.completion.items import Completion, CompletionKind, Completions, key, value
from rune.editing.language.completion.snippets import (
    document_snippets,
    outputs_snippet,
    resource_snippets,
    stage_snippets,
    type_snippet,
)
from rune.editing.language.facts import keys
from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.facts.documentation import CAPABILITY_PAGES, block_documentation
from rune.editing.language.facts.place import TextCursor, TextEntry, cursor_at, entries, fields
from rune.editing.language.facts.stages import INPUT, accepts, block_takes, dependents, output_types_of, type_of
from rune.model.tflite import ModelTensor
from rune.source.runefile.syntax import RunefileForm, StageKind
from rune.source.runefile.yaml.values import Map, Sequence, Value, YamlScalar

MOST_COMPLETIONS = 500

_MODEL_ENDINGS = (".tflite", ".onnx", ".pb")


def complete(analysis: Analysis, offset: int) -> Completions | None:
    """The completions at an offset; None where there is nothing to complete, as in a comment."""
    if analysis.checked_runefile.syntax.form is RunefileForm.TEXT:
        return None
    cursor = cursor_at(analysis.source, offset)
    if cursor is None:
        return None
    candidates = _Candidates(analysis, cursor).all()
    if len(candidates) > MOST_COMPLETIONS:
        prefix = cursor.prefix.lower()
        candidates = [item for item in candidates if _is_within(prefix, item.label.lower())][:MOST_COMPLETIONS]
    return Completions(cursor.span, tuple(candidates))


def _is_within(characters: str, label: str) -> bool:
    """Returns whether the characters stand in the label in this order."""
    rest = iter(label)
    return all(character in rest for character in characters)


class _Candidates:
    """All that fits the place, whatever was typed of it."""

    def __init__(self, analysis: Analysis, cursor: TextCursor) -> None:
        self._analysis = analysis
        self._cursor = cursor
        self._stages = entries(cursor.root, "pipeline")

    def all(self) -> list[Completion]:
        cursor = self._cursor
        # Where a map should stand, a lone word on a line of its own is going to be a key of it.
        is_key = cursor.is_key or cursor.is_alone or cursor.is_flow
        match cursor.path:
            case ():
                return [*self._document_keys(), *document_snippets(cursor)]
            case ("version",):
                return [value("1", CompletionKind.VALUE, cursor)]
            case ("image",):
                return [value("runicos/base", CompletionKind.VALUE, cursor)]
            case ("watch",):
                return self._words(keys.COUNTING)
            case ("pipeline",) if is_key:
                return stage_snippets(self._analysis, cursor, self._stages)
            case ("resources",) if is_key:
                return resource_snippets(self._analysis, cursor)
            case ("pipeline", str(name)) if is_key and name in self._stages:
                return self._stage_keys(self._stages[name])
            case ("pipeline", str(name), *inner) if name in self._stages:
                return self._in_stage(self._stages[name], tuple(inner), is_key=is_key)
            case ("resources", str(name), *inner):
                return self._in_resource(name, tuple(inner), is_key=is_key)
            case _:
                return []

    def _document_keys(self) -> list[Completion]:
        values = {"version": "1", "image": "runicos/base", "pipeline": "\n  ", "resources": "\n  ", "watch": "off"}
        return self._keys(keys.DOCUMENT_KEYS, fields(self._cursor.root), values)

    def _stage_keys(self, stage: TextEntry) -> list[Completion]:
        present = self._without_cursor(fields(stage.value))
        kind = TextEntry(stage.name, Map(tuple(present), stage.span), stage.span).kind
        documented_keys = dict(keys.stage_keys(kind))
        values = {
            "inputs": "[${1}]",
            "args": "{${1}}" if self._cursor.is_flow else "\n  ",
            "outputs": outputs_snippet(output_types_of(self._analysis, stage), is_flow=self._cursor.is_flow),
        }
        if kind is None:
            # The keys that every kind has may be written first, as people copy stages.
            documented_keys |= {
                name: text for name, text in keys.stage_keys(StageKind.BLOCK).items() if name not in documented_keys
            }
        return self._keys(documented_keys, fields(stage.value), values)

    def _keys(
        self, documented_keys: Mapping[str, str], present: Iterable[tuple[YamlScalar, Value]], values: Mapping[str, str]
    ) -> list[Completion]:
        """The keys that are not there yet, and the one at the cursor."""
        present_keys = {name.text for name, _ in self._without_cursor(present)}
        return [
            key(name, self._cursor, value=values.get(name, ""), documentation=text)
            for name, text in documented_keys.items()
            if name not in present_keys
        ]

    def _without_cursor(self, present: Iterable[tuple[YamlScalar, Value]]) -> list[tuple[YamlScalar, Value]]:
        """The entries but for the one whose key is being written."""
        at = self._cursor.span.start.offset
        return [entry for entry in present if not entry[0].span.start.offset <= at <= entry[0].span.end.offset]

    def _in_stage(self, stage: TextEntry, inner: tuple[str | int, ...], *, is_key: bool) -> list[Completion]:
        cursor = self._cursor
        match inner:
            case ("capability",):
                return self._capabilities()
            case ("out",):
                return [
                    value(name, CompletionKind.VALUE, cursor, documentation=text) for name, text in keys.OUTPUTS.items()
                ]
            case ("proc-block",):
                return self._blocks(stage)
            case ("model",):
                return self._models()
            case ("inputs",) if not cursor.is_key:
                return self._inputs(stage, 0, in_list=True)
            case ("inputs", int(index)) if not cursor.is_key:
                return self._inputs(stage, index, in_list=False)
            case ("outputs",) if not cursor.is_key:
                return self._types(stage, 0, in_list=True)
            case ("outputs", int(index)) if is_key:
                present = _output(stage, index)
                whole = [] if cursor.is_key or present else self._types(stage, index, in_list=False)
                return [*whole, *self._keys(keys.TYPE_KEYS, present, {"dimensions": "[${1}]"})]
            case ("outputs", int(), "type"):
                return [
                    value(name, CompletionKind.TYPE, cursor, detail=text) for name, text in keys.ELEMENT_TYPES.items()
                ]
            case ("watch", *_) if not cursor.is_key:
                return self._words(keys.WATCH)
            case ("args",) if is_key:
                return argument_names(self._analysis, cursor, stage)
            case ("args", str(name)) if not cursor.is_key:
                return argument_values(self._analysis, cursor, stage, name)
            case _:
                return []

    def _words(self, documented_words: Mapping[str, str]) -> list[Completion]:
        return [
            value(word, CompletionKind.VALUE, self._cursor, documentation=text)
            for word, text in documented_words.items()
        ]

    def _capabilities(self) -> list[Completion]:
        return [
            value(
                name,
                CompletionKind.CAPABILITY,
                self._cursor,
                detail=capability.summary,
                documentation=CAPABILITY_PAGES[name],
            )
            for name, capability in CAPABILITIES.items()
        ]

    def _blocks(self, stage: TextEntry) -> list[Completion]:
        """Returns the blocks, those that fit the input first, in the form, short name or published path, that the
        file has already."""
        others = [other for other in self._stages.values() if other is not stage]
        names_of_blocks = [other.target.text for other in others if other.kind is StageKind.BLOCK and other.target]
        long_ones = sum("#" in text or "@" in text for text in names_of_blocks)
        source = stage.inputs[0].text if stage.inputs else ""
        type_ = type_of(self._analysis, self._stages, source)
        available_blocks = self._analysis.blocks
        blocks = sorted(
            named_blocks(available_blocks).items(),
            key=lambda each: type_ is not None and not block_takes(each[1], stage, type_),
        )
        short = [self._block(name, block) for name, block in blocks]
        long = [
            self._block(PUBLISHED_PREFIX + name, block)
            for name, block in blocks
            if available_blocks.find(PUBLISHED_PREFIX + name)
        ]
        return [*long, *short] if 2 * long_ones > len(names_of_blocks) else [*short, *long]

    def _block(self, path: str, block: Block) -> Completion:
        return value(
            path,
            CompletionKind.BLOCK,
            self._cursor,
            detail=block.summary,
            documentation=block_documentation(block),
        )

    def _models(self) -> list[Completion]:
        candidates = []
        for path in self._analysis.files.paths():
            if path.endswith(_MODEL_ENDINGS):
                model = self._analysis.signature(path)
                types = "" if model is None else f"{_tensor_list(model.inputs)} → {_tensor_list(model.outputs)}"
                candidates.append(value(f"./{path}", CompletionKind.FILE, self._cursor, detail=types))
        for name, resource in entries(self._cursor.root, "resources").items():
            kind = resource.scalar("type")
            if kind is not None and kind.text == "binary":
                candidates.append(value(f"${name}", CompletionKind.RESOURCE, self._cursor, detail=_source_of(resource)))
        return candidates

    def _inputs(self, stage: TextEntry, index: int, *, in_list: bool) -> list[Completion]:
        """Returns the possible inputs: first matching ones, then unknown ones, then those that do not match."""
        own = stage.name.text
        behind = dependents(self._stages, own)
        input_names = {item.text for item in stage.inputs}
        names = list(self._stages)
        here = names.index(own)
        candidates = []
        for position, (name, source) in enumerate(self._stages.items()):
            if not name or name in behind or source.kind is StageKind.OUTPUT or not INPUT.match(name):
                continue
            # The stage right above is the likeliest; those below come after all above.
            distance = here - position if position < here else len(names) + position
            for output, type_ in enumerate(output_types_of(self._analysis, source) or (None,)):
                label = name if output == 0 else f"{name}.{output}"
                fits = None if type_ is None else accepts(self._analysis, stage, index, type_)
                rank = {True: 0, None: 1, False: 2}[fits]
                detail = "" if type_ is None else f"{type_}{'' if fits else ', does not fit'}"
                item = value(label, CompletionKind.STAGE, self._cursor, detail=detail, in_list=in_list)
                candidates.append(((rank, label in input_names, distance, output), item))
        return [item for _, item in sorted(candidates, key=lambda each: each[0])]

    def _types(self, stage: TextEntry, index: int, *, in_list: bool) -> list[Completion]:
        """A whole type: the one that is known to come, or one to fill in."""
        types = output_types_of(self._analysis, stage)
        type_ = types[index] if index < len(types) else None
        text = type_snippet(type_)
        if in_list:
            text = f"- {text}" if self._cursor.is_alone and not self._cursor.is_flow else f"[{text}]"
        label = "a type" if type_ is None else str(type_)
        space = " " if self._cursor.needs_space else ""
        return [Completion(label, CompletionKind.TYPE, space + text, is_snippet=True)]

    def _in_resource(self, name: str, inner: tuple[str | int, ...], *, is_key: bool) -> list[Completion]:
        resource = entries(self._cursor.root, "resources").get(name)
        match inner:
            case () if is_key:
                return self._keys(keys.RESOURCE_KEYS, fields(resource.value if resource else None), {})
            case ("type",):
                return [
                    value(word, CompletionKind.VALUE, self._cursor, documentation=text)
                    for word, text in keys.RESOURCE_TYPES.items()
                ]
            case ("path",):
                own = self._analysis.runefile
                paths = sorted(self._analysis.files.paths(), key=lambda path: (path.endswith(_MODEL_ENDINGS), path))
                return [value(f"./{path}", CompletionKind.FILE, self._cursor) for path in paths if path != own]
            case _:
                return []


def _tensor_list(tensors: Iterable[ModelTensor]) -> str:
    return ", ".join(str(tensor.type) for tensor in tensors)


def _source_of(resource: TextEntry) -> str:
    path = resource.scalar("path")
    return path.text if path is not None else ""


def _output(stage: TextEntry, index: int) -> tuple[tuple[YamlScalar, Value], ...]:
    """The entries of a declared type."""
    outputs = stage.field("outputs")
    items = outputs.items if isinstance(outputs, Sequence) else ()
    return fields(items[index]) if index < len(items) else ()
