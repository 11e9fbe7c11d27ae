"""A second model of graph edits, without any text: a graph as plain values, and edits of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.graph.edit import (
    AddStage,
    Connect,
    Disconnect,
    GraphEdit,
    RemoveStage,
    RenameStage,
    SetArgument,
    SetOutputs,
    SetTarget,
)
from rune.editing.language.yaml.edits import head_remark
from rune.editing.language.yaml.layout import YamlComment, comments, leaves, read_layout
from rune.source.runefile.syntax import StageKind


@dataclass(frozen=True)
class StageOfModel:
    """A stage without its place."""

    name: str
    kind: StageKind
    target: str
    inputs: tuple[tuple[str, int], ...]
    outputs: tuple[str, ...] | None
    arguments: tuple[tuple[str, object], ...]


def graph_of(analysis: Analysis) -> tuple[StageOfModel, ...]:
    """The graph that a Runefile says, in its order."""
    return tuple(
        StageOfModel(
            stage.name.text,
            stage.kind,
            stage.target.text,
            tuple((input_.stage, input_.index) for input_ in stage.inputs),
            None if stage.outputs is None else tuple(str(output.tensor_type) for output in stage.outputs),
            tuple(sorted((argument.name, argument.value) for argument in stage.arguments)),
        )
        for stage in analysis.checked_runefile.syntax.stages
    )


def without_types(graph: tuple[StageOfModel, ...]) -> tuple[StageOfModel, ...]:
    return tuple(replace(stage, outputs=None) for stage in graph)


def edited(graph: tuple[StageOfModel, ...], edit: GraphEdit) -> tuple[StageOfModel, ...]:
    """The graph after an edit; a new stage has what the edit says and no more."""
    match edit:
        case AddStage():
            inputs = tuple((port.stage, port.index) for port in edit.inputs)
            outputs = None if edit.outputs is None else tuple(map(str, edit.outputs))
            arguments = tuple(sorted(edit.arguments.items()))
            return (*graph, StageOfModel(edit.name or "", edit.kind, edit.target, inputs, outputs, arguments))
        case RemoveStage():
            remaining = (stage for stage in graph if stage.name != edit.name)
            return tuple(
                replace(stage, inputs=tuple(port for port in stage.inputs if port[0] != edit.name))
                for stage in remaining
            )
        case RenameStage():
            return tuple(_renamed(stage, edit) for stage in graph)
        case _:
            return tuple(_changed(stage, edit) for stage in graph)


def _renamed(stage: StageOfModel, edit: RenameStage) -> StageOfModel:
    inputs = tuple((edit.to if name == edit.name else name, index) for name, index in stage.inputs)
    return replace(stage, name=edit.to if stage.name == edit.name else stage.name, inputs=inputs)


def _changed(stage: StageOfModel, edit: GraphEdit) -> StageOfModel:
    inputs = list(stage.inputs)
    match edit:
        case Connect() if stage.name == edit.target:
            port = (edit.source.stage, edit.source.index)
            index = len(inputs) if edit.target_index is None else edit.target_index
            inputs[index : index + edit.replace] = [port]
            return replace(stage, inputs=tuple(inputs))
        case Disconnect() if stage.name == edit.target:
            del inputs[edit.target_index]
            return replace(stage, inputs=tuple(inputs))
        case SetArgument() if stage.name == edit.stage:
            name = edit.name.replace("-", "_")
            arguments = {key: value for key, value in stage.arguments if key != name}
            if edit.value is not None:
                arguments[name] = edit.value.strip() if isinstance(edit.value, str) else edit.value
            return replace(stage, arguments=tuple(sorted(arguments.items())))
        case SetTarget() if stage.name == edit.stage:
            return replace(stage, target=edit.target)
        case SetOutputs() if stage.name == edit.stage:
            return replace(stage, outputs=None if edit.types is None else tuple(map(str, edit.types)))
        case _:
            return stage


def remarks(text: str) -> list[str]:
    """All comments of a text, in its order."""
    layout = read_layout(text)
    spans = [*comments(text, layout), *_head_remarks(text)]
    return [text[each.start : each.end].rstrip() for each in sorted(spans, key=lambda each: each.start)]


def _head_remarks(text: str) -> Iterator[YamlComment]:
    for leaf in leaves(read_layout(text)):
        remark = head_remark(text, leaf)
        if remark is not None:
            yield remark
