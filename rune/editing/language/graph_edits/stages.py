"""Edits of the stages themselves: add, remove, rename, and what a stage is."""

from __future__ import annotations

import re

from rune.editing.language.graph_edits.arguments import spelled
from rune.editing.language.graph_edits.defaults import arguments_for, known_outputs
from rune.editing.language.graph_edits.kinds import AddStage, GraphEditRefused, RemoveStage, RenameStage, Value
from rune.editing.language.graph_edits.outputs import written_types
from rune.editing.language.graph_edits.stage_text import PipelineText, StageText, names_in_use, places, stage_column
from rune.editing.language.graph_edits.targets import target_as_written
from rune.editing.language.graph_edits.wires import check_source, take_inputs, written_port
from rune.editing.language.yaml.edits import YamlData, block, cut_from_flow, flow, remove_entries
from rune.editing.language.yaml.layout import Branch, Leaf, line_end, line_start, next_line
from rune.editing.language.yaml.scalars import literal_of, rewritten
from rune.editing.language.yaml.splice import Splice
from rune.source.runefile.parsing.fields import is_name
from rune.source.runefile.syntax import StageKind
from rune.source.runefile.yaml.values import Map
from rune.wording import quoted

_HEAD = ("version: 1", "image: runicos/base", "")


def add_stage(pipeline: PipelineText, edit: AddStage) -> list[Splice]:
    if edit.name is not None:
        check_new_name(pipeline, edit.name)
    for port in edit.inputs:
        check_source(pipeline, port)
    name = literal_of(edit.name or new_name(pipeline, edit), in_flow=True, quote=pipeline.style.quote)
    stage = stage_as_written(pipeline, edit)
    value, text, style = pipeline.value, pipeline.text, pipeline.style
    if isinstance(value, Map) and value.entries:
        if pipeline.is_flow():
            end = value.entries[-1][1].span.end.offset
            if value.entries[-1][1].span.start.offset < value.entries[-1][0].span.end.offset:
                raise GraphEditRefused("The pipeline ends with an alias inside of brackets; add the stage in the text.")
            return [Splice(end, end, f", {name}: {flow(stage, style)}")]
        at = _pipeline_end(pipeline, value)
        return [_put_below(pipeline, at, block(name, stage, stage_column(pipeline), style), _is_apart(pipeline, value))]
    if pipeline.key is None:
        if value_is_flow(pipeline):
            raise GraphEditRefused("The Runefile has no pipeline; write `pipeline:` in its text first.")
        head = [] if pipeline.analysis.checked_runefile.root is not None else list(_HEAD)
        lines = [*head, "pipeline:", *block(name, stage, style.indent, style)]
        return [_put_below(pipeline, len(text.rstrip()), lines, bool(text.strip()), is_end=True)]
    lines = block(name, stage, style.indent, style)
    if value is not None and value.span.end.offset > value.span.start.offset:
        start, end = value.span.start.offset, value.span.end.offset
        key_line = line_start(text, pipeline.key.span.start.offset)
        if value_is_flow(pipeline):
            return [Splice(start, end, "{" + f"{name}: {flow(stage, style)}" + "}")]
        behind = line_end(text, end)
        if line_start(text, start) != key_line:
            raise GraphEditRefused("The pipeline is empty; write `pipeline:` without a value in the text first.")
        lead = len(text[:start].rstrip(" "))
        return [Splice(lead, end, ""), Splice(behind, behind, style.line_break + style.line_break.join(lines))]
    behind = line_end(text, pipeline.key.span.end.offset)
    return [Splice(behind, behind, style.line_break + style.line_break.join(lines))]


def value_is_flow(pipeline: PipelineText) -> bool:
    """Returns whether the whole Runefile stands in brackets."""
    root = pipeline.analysis.checked_runefile.root
    return isinstance(root, Map) and pipeline.text[root.span.start.offset] == "{"


def _put_below(pipeline: PipelineText, at: int, lines: list[str], is_apart: bool, *, is_end: bool = False) -> Splice:
    """Lines below the one that ends at `at`, or, if that is the start of a line, there."""
    text, newline = pipeline.text, pipeline.style.line_break
    joined_lines = newline.join(lines)
    if at == 0 or (at == len(text) and text[at - 1] in "\r\n"):
        return Splice(at, at, joined_lines + newline)
    if text[at - 1] in "\r\n":
        # The text before keeps its last line breaks (`|+`).
        return Splice(at, at, joined_lines + newline)
    tail = newline if is_end and at == len(text) else ""
    return Splice(at, at, newline * (2 if is_apart else 1) + joined_lines + tail)


def _pipeline_end(pipeline: PipelineText, value: Map) -> int:
    """The end of the last line that belongs to the pipeline, lines that could not be read included."""
    text, at = pipeline.text, stage_column(pipeline)
    key, last = value.entries[-1]
    end = max(last.span.end.offset, key.span.end.offset)
    if last.span.start.offset < key.span.end.offset:
        end = key.span.end.offset  # An alias; it ends with its line.
    last_text = text[last.span.start.offset : end]
    keeps = re.search(r"[|>][1-9]?\+[1-9]?[ \t]*(?:#[^\r\n]*)?(?:\r\n|\n|\r)", last_text)
    end = line_end(text, end) if not (end and text[end - 1] in "\r\n") else end
    pipeline_end, start = end, next_line(text, end) if end < len(text) and text[end - 1 : end] not in "\r\n" else end
    if keeps is not None:
        while start < len(text) and not text[start : line_end(text, start)].strip():
            start = next_line(text, start)
            pipeline_end = start
    while start < len(text):
        stop = line_end(text, start)
        body = text[start:stop].lstrip(" ")
        inside = stop - start - len(body)
        if body.strip():
            is_remark = body.startswith("#")
            if inside < at and not is_remark:
                break
            if inside > at or not is_remark:
                pipeline_end = stop
        start = next_line(text, start)
    return pipeline_end


def _is_apart(pipeline: PipelineText, value: Map) -> bool:
    """Returns whether blank lines stand between the stages; if there is one alone they shall."""
    if len(value.entries) < 2:
        return True
    text = pipeline.text
    for (_, before), (key, _) in zip(value.entries, value.entries[1:], strict=False):
        start, end = before.span.end.offset, key.span.start.offset
        if end > start:
            return any(not line.strip() for line in re.split("\r\n|\n|\r", text[start:end])[1:-1])
    return True


def stage_as_written(pipeline: PipelineText, edit: AddStage) -> dict[str, YamlData]:
    """The stage with what it needs, in the order of the examples."""
    stage: dict[str, YamlData] = {edit.kind.value: target_as_written(pipeline, edit.kind, edit.target)}
    arguments: dict[str, Value] = arguments_for(edit)
    if edit.kind is not StageKind.CAPABILITY:
        stage["inputs"] = tuple(written_port(port) for port in edit.inputs)
    outputs = edit.outputs if edit.outputs is not None else known_outputs(pipeline.analysis, edit, arguments)
    if outputs is not None and edit.kind is not StageKind.OUTPUT:
        stage["outputs"] = written_types(outputs)
    if arguments:
        stage["args"] = {spelled(pipeline, name): value for name, value in arguments.items()}
    return stage


def check_new_name(pipeline: PipelineText, name: str) -> None:
    """Raises `GraphEditRefused` for what cannot name a new stage."""
    if not is_name(name):
        raise GraphEditRefused(
            f"{quoted(name)} cannot name a stage: a name starts with a letter or `_` and goes on with letters, digits,"
            " `_` and `-`."
        )
    if name in names_in_use(pipeline):
        raise GraphEditRefused(f"The name {quoted(name)} is already in use.")


def new_name(pipeline: PipelineText, edit: AddStage) -> str:
    """A free name that says what the stage is."""
    text = edit.target.strip().rstrip("/")
    last = re.split(r"[/#@]", text)
    base = last[-1]
    if edit.kind is StageKind.BLOCK:
        base = text.partition("#")[2] or text.partition("@")[0].rpartition("/")[2] or text
        base = base.rpartition("/")[2].partition("@")[0]
    if edit.kind is StageKind.MODEL:
        base = text.removeprefix("$").rpartition("/")[2].partition(".")[0]
    name = re.sub(r"\W+", "_", base, flags=re.ASCII).strip("_").lower()
    if not name or not is_name(name):
        name = f"stage_{name}".rstrip("_")
    used_names = names_in_use(pipeline)
    if name not in used_names:
        return name
    number = 2
    while f"{name}_{number}" in used_names:
        number += 1
    return f"{name}_{number}"


def remove_stage(pipeline: PipelineText, edit: RemoveStage) -> list[Splice]:
    stage = pipeline.stage(edit.name)
    if pipeline.is_used_elsewhere(stage.entry.value) or (
        stage.entry.key is not None and pipeline.is_used_elsewhere(stage.entry.key)
    ):
        raise GraphEditRefused(f"Something in the stage {quoted(edit.name)} is repeated elsewhere by an alias.")
    splices = _cut_stage(pipeline, stage)
    for reader in pipeline.syntax.stages:
        indices = {index for index, input_ in enumerate(reader.inputs) if input_.stage == edit.name}
        if indices and reader.name.text != edit.name:
            splices += take_inputs(pipeline, pipeline.stage(reader.name.text), indices)
    return splices


def _cut_stage(pipeline: PipelineText, stage: StageText) -> list[Splice]:
    """The pipeline's own layout is read only as far as the neighbours, so that other stages may be broken."""
    value = pipeline.value
    if not isinstance(value, Map):
        return []
    keys = [key.span.start.offset for key, _ in value.entries]
    start = stage.syntax.name.span.start.offset
    index = keys.index(start)
    if pipeline.is_flow():
        return _cut_from_flow(pipeline, value, index)
    alone = Branch(stage.entry.start, stage.entry.start, stage.entry.end, True, False, (stage.entry,), None)
    before = _text_before(pipeline, value, index)
    return remove_entries(pipeline.style, before or alone, {0 if before is None else 1})


def _text_before(pipeline: PipelineText, value: Map, index: int) -> Branch | None:
    """The stage with the one before it, whose end may matter; None when that cannot be read."""
    if index == 0:
        return None
    names = {stage.name.span: stage.name.text for stage in pipeline.syntax.stages}
    name = names.get(value.entries[index - 1][0].span)
    this = names.get(value.entries[index][0].span)
    if name is None or this is None:
        return None
    try:
        first, second = pipeline.stage(name).entry, pipeline.stage(this).entry
    except GraphEditRefused:
        return None
    return Branch(first.start, first.start, second.end, True, False, (first, second), None)


def _cut_from_flow(pipeline: PipelineText, value: Map, index: int) -> list[Splice]:
    entries = [pipeline.stage_at(key.span).entry for key, _ in value.entries]
    start, end = value.span.start.offset, value.span.end.offset
    branch = Branch(start, pipeline.text.index("{", start), end, True, True, tuple(entries), None)
    if len(entries) == 1:
        return [cut_from_flow(pipeline.style, branch, entries[0].start, entries[0].end)]
    return remove_entries(pipeline.style, branch, {index})


def rename_stage(pipeline: PipelineText, edit: RenameStage) -> list[Splice]:
    stage = pipeline.stage(edit.name)
    if edit.to == edit.name:
        return []
    check_new_name(pipeline, edit.to)
    key = stage.entry.key
    if not isinstance(key, Leaf):
        raise GraphEditRefused(f"The name {quoted(edit.name)} can only be changed in the text.")
    splices = {key.content: Splice(key.content, key.end, rewritten(edit.to, key.style, in_flow=True))}
    for reader in pipeline.syntax.stages:
        indices = [index for index, input_ in enumerate(reader.inputs) if input_.stage == edit.name]
        if not indices:
            continue
        pair = pipeline.stage(reader.name.text).pair("inputs")
        input_places = places(pair.value) if pair is not None and isinstance(pair.value, Branch) else []
        if pair is None or not isinstance(pair.value, Branch) or len(input_places) != len(reader.inputs):
            raise GraphEditRefused(f"The inputs of {quoted(reader.name.text)} cannot be read as a list.")
        for index in indices:
            item, input_ = pair.value.entries[input_places[index]].value, reader.inputs[index]
            if not isinstance(item, Leaf):
                continue
            ending = input_.text.strip()[len(edit.name) :]
            if item.style == "*":
                splices[item.start] = Splice(item.start, item.end, edit.to + ending)
            else:
                literal = rewritten(edit.to + ending, item.style, in_flow=True)
                splices[item.content] = Splice(item.content, item.end, literal)
    return list(splices.values())
