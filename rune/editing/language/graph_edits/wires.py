"""Edits of the wires: what stages read from."""

from __future__ import annotations

from collections.abc import Collection

from rune.editing.language.graph_edits.kinds import Connect, Disconnect, GraphEditRefused
from rune.editing.language.graph_edits.stage_text import PipelineText, StageText, input_items, places
from rune.editing.language.yaml.edits import empty, flow, put_item, put_pair, remove_entries
from rune.editing.language.yaml.layout import Branch, Leaf, YamlEntry
from rune.editing.language.yaml.scalars import rewritten
from rune.editing.language.yaml.splice import Splice
from rune.port import Port
from rune.source.runefile.syntax import StageKind
from rune.wording import counted, quoted


def written_port(port: Port) -> str:
    """A port as an input is written: `stage`, or `stage.1`."""
    return port.stage if port.index == 0 else f"{port.stage}.{port.index}"


def connect(pipeline: PipelineText, edit: Connect) -> list[Splice]:
    check_wire(pipeline, edit.source, edit.target)
    stage = pipeline.stage(edit.target)
    pair = input_items(pipeline, stage)
    port_text, style = written_port(edit.source), pipeline.style
    count = len(stage.syntax.inputs)
    index = count if edit.target_index is None else edit.target_index
    if index > count or index < 0:
        raise GraphEditRefused(
            f"{quoted(edit.target)} has {counted(count, 'input')} so far, and inputs are a list without gaps:"
            f" connect input {count} first."
        )
    if pair is None or not isinstance(pair.value, Branch):
        return [_first_input(pipeline, stage, pair, port_text)]
    place = [*places(pair.value), len(pair.value.entries)][index]
    if edit.replace and index < count:
        item = pair.value.entries[place].value
        if isinstance(item, Leaf) and item.style != "*" and item.anchor is None:
            return [Splice(item.content, item.end, rewritten(port_text, item.style, in_flow=True))]
        if pipeline.is_used_elsewhere(item):
            raise GraphEditRefused(f"Input {index} of {quoted(edit.target)} is repeated elsewhere by an alias.")
        return [Splice(item.start, item.end, port_text)]
    return [put_item(style, pair.value, place, port_text)]


def check_wire(pipeline: PipelineText, source: Port, target: str) -> None:
    """Raises `GraphEditRefused` for a wire that no Runefile can have."""
    pipeline.find(source.stage)
    pipeline.find(target)
    reason = refusal_of_wire(pipeline, source, target)
    if reason is not None:
        raise GraphEditRefused(reason)


def check_source(pipeline: PipelineText, source: Port) -> None:
    """Raises `GraphEditRefused` when nothing comes out there."""
    pipeline.find(source.stage)
    reason = _refusal_of_source(pipeline, source)
    if reason is not None:
        raise GraphEditRefused(reason)


def _refusal_of_source(pipeline: PipelineText, source: Port) -> str | None:
    if pipeline.find(source.stage).kind is StageKind.OUTPUT:
        return f"{quoted(source.stage)} is an output: other stages cannot read from it."
    types = pipeline.analysis.checked_runefile.types.get(source.stage)
    if source.index < 0 or (types is not None and source.index >= len(types)):
        has = "no output" if not types else counted(len(types), "output")
        return f"{quoted(source.stage)} has {has}, counted from 0, and no output {source.index}."
    return None


def refusal_of_wire(
    pipeline: PipelineText, source: Port, target: str, before: Collection[str] | None = None
) -> str | None:
    """Returns why nothing of the source can flow to the target, whatever the types are; None when it can.

    `before` are the stages `upstream` of the source, where they are known already.
    """
    if pipeline.find(target).kind is StageKind.CAPABILITY:
        return f"{quoted(target)} is a capability: it reads from the host, not from other stages."
    if source.stage == target:
        return f"{quoted(target)} cannot read from itself."
    reason = _refusal_of_source(pipeline, source)
    if reason is not None:
        return reason
    if target in (upstream(pipeline, source.stage) if before is None else before):
        return f"{quoted(source.stage)} itself reads from {quoted(target)}: this wire would close a cycle."
    return None


def upstream(pipeline: PipelineText, name: str) -> set[str]:
    """All stages that a stage reads from, directly or not."""
    reads = {stage.name.text: [input_.stage for input_ in stage.inputs] for stage in pipeline.syntax.stages}
    stages: set[str] = set()
    waiting = [name]
    while waiting:
        for source in reads.get(waiting.pop(), ()):
            if source not in stages:
                stages.add(source)
                waiting.append(source)
    return stages


def _first_input(pipeline: PipelineText, stage: StageText, pair: YamlEntry | None, port_text: str) -> Splice:
    if pair is not None:
        return fill_empty(pipeline, pair, [port_text])
    after = next(index for index, entry in enumerate(stage.body.entries) if is_key(entry, stage.syntax.kind.value))
    return put_pair(pipeline.style, stage.body, after, "inputs", (port_text,))


def fill_empty(pipeline: PipelineText, pair: YamlEntry, items: list[str]) -> Splice:
    """A value for a key that has none."""
    value = flow(tuple(items), pipeline.style)
    if pair.value.end > pair.value.start:
        return Splice(pair.value.start, pair.value.end, value)
    at = after_colon(pipeline.text, pair)
    return Splice(at, at, f" {value}")


def after_colon(text: str, pair: YamlEntry) -> int:
    """Returns where the value of a key may begin."""
    return text.index(":", pair.start if pair.key is None else pair.key.end) + 1


def is_key(entry: YamlEntry, key: str) -> bool:
    return isinstance(entry.key, Leaf) and entry.key.text == key


def disconnect(pipeline: PipelineText, edit: Disconnect) -> list[Splice]:
    stage = pipeline.stage(edit.target)
    count = len(stage.syntax.inputs)
    if not 0 <= edit.target_index < count:
        raise GraphEditRefused(f"{quoted(edit.target)} has no input {edit.target_index}: it has {count}.")
    return take_inputs(pipeline, stage, {edit.target_index})


def take_inputs(pipeline: PipelineText, stage: StageText, indices: set[int]) -> list[Splice]:
    """Takes inputs away; `[]` is left when they were all."""
    pair = input_items(pipeline, stage)
    if pair is None or not isinstance(pair.value, Branch):
        return []
    input_places = places(pair.value)
    for index in indices:
        if pipeline.is_used_elsewhere(pair.value.entries[input_places[index]].value):
            raise GraphEditRefused(f"Input {index} of {quoted(stage.name)} is repeated elsewhere by an alias.")
    if len(indices) == len(input_places):
        return empty(pipeline.style, pair, "[]")
    return remove_entries(pipeline.style, pair.value, {input_places[index] for index in indices})
