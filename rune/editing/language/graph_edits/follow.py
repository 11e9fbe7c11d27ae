"""Follow-up edits of a graph edit: declared types that it would make wrong are changed too."""

from __future__ import annotations

import re

from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.graph_edits.connection_check import input_types, likely_arguments, outputs_of_block, type_of
from rune.editing.language.graph_edits.kinds import (
    Connect,
    Disconnect,
    GraphEditRefused,
    RemoveStage,
    SetArgument,
    SetTarget,
)
from rune.editing.language.graph_edits.outputs import types_spliced
from rune.editing.language.graph_edits.stage_text import PipelineText, pipeline_text
from rune.editing.language.revisions import Revisions
from rune.editing.language.yaml.splice import Splice, as_edits
from rune.source.runefile import Diagnostic
from rune.source.runefile.codes import Code
from rune.source.runefile.stages.arguments import read_argument
from rune.source.runefile.syntax import StageKind, StageSyntax
from rune.tensor import ElementType, TensorType

_TYPE = re.compile(r"\{type: (\w+), dimensions: \[([0-9, ]*)\]\}\Z")

_WRONG_TYPES = frozenset(
    code.value for code in (Code.WRONG_DECLARED_TYPE, Code.OTHER_DECLARED_DIMENSIONS, Code.WRONG_CAPABILITY_SIZE)
)
_MOST_ROUNDS = 4
_MANY_STAGES = 200
"""The stages beyond which a change is followed to the next stages only, as each look at the whole file takes its
time."""


def follow_types(revisions: Revisions, before: Analysis) -> None:
    """Corrects types that were right in `before` and are wrong after the changes, from stage to stage."""
    wrong_before = set(_corrections(before))
    rounds = _MOST_ROUNDS if len(before.checked_runefile.syntax.stages) <= _MANY_STAGES else 1
    for _ in range(rounds):
        now = revisions.analysis
        right = {name: types for name, types in _corrections(now).items() if name not in wrong_before}
        if not right:
            return
        pipeline = pipeline_text(now)
        splices = [each for name, types in right.items() for each in _correction_splices(pipeline, name, types)]
        if not splices:
            return
        revisions.change(as_edits(splices, now.source))


def may_change_types(analysis: Analysis, edit: Connect | Disconnect | RemoveStage | SetArgument | SetTarget) -> bool:
    """Returns whether the edit can make other types than before. Where that is not known, it can."""
    stages = {stage.name.text: stage for stage in analysis.checked_runefile.syntax.stages}
    match edit:
        case SetTarget():
            return True
        case RemoveStage():
            readers = (stage for stage in stages.values() if any(each.stage == edit.name for each in stage.inputs))
            return any(
                stage.kind is StageKind.BLOCK and any(each.stage != edit.name for each in stage.inputs)
                for stage in readers
            )
        case Connect() | Disconnect():
            stage = stages.get(edit.target)
            return stage is not None and stage.kind is StageKind.BLOCK and _is_changed_by_wire(analysis, stage, edit)
        case SetArgument():
            stage = stages.get(edit.stage)
            if stage is None or stage.kind in (StageKind.MODEL, StageKind.OUTPUT) or edit.value_is != "value":
                return False
            return stage.kind is StageKind.CAPABILITY or _is_changed_by_argument(analysis, stage, edit)


def _is_changed_by_wire(analysis: Analysis, stage: StageSyntax, edit: Connect | Disconnect) -> bool:
    types = input_types(analysis, stage)
    after = list(types)
    if isinstance(edit, Disconnect):
        del after[edit.target_index : edit.target_index + 1]
    else:
        index = len(after) if edit.target_index is None else edit.target_index
        after[index : index + edit.replace] = [type_of(analysis, edit.source)]
    block = analysis.block_of(stage)
    arguments = {} if block is None else likely_arguments(block, stage)
    outputs = None if block is None else outputs_of_block(block, after, arguments)
    return block is not None and outputs is not None and outputs != outputs_of_block(block, types, arguments)


def _is_changed_by_argument(analysis: Analysis, stage: StageSyntax, edit: SetArgument) -> bool:
    block = analysis.block_of(stage)
    if block is None:
        return False
    types, before = input_types(analysis, stage), likely_arguments(block, stage)
    after = dict(before)
    for argument in block.arguments:
        if argument.name == edit.name.replace("-", "_"):
            value = argument.default if edit.value is None else read_argument(edit.value, argument)
            if value is not None:
                after[argument.name] = value
    outputs = outputs_of_block(block, types, after)
    return outputs is not None and outputs != outputs_of_block(block, types, before)


def _corrections(analysis: Analysis) -> dict[str, tuple[TensorType, ...]]:
    """The types that the stages would declare if they were right, of those that declare wrong ones."""
    wrong = {
        diagnostic.span: type_
        for diagnostic in analysis.checked_runefile.diagnostics
        if diagnostic.code in _WRONG_TYPES and (type_ := _fixed_type(diagnostic)) is not None
    }
    return {
        stage.name.text: tuple(wrong.get(output.span, output.tensor_type) for output in stage.outputs)
        for stage in analysis.checked_runefile.syntax.stages
        if stage.outputs is not None and any(output.span in wrong for output in stage.outputs)
    }


def _fixed_type(diagnostic: Diagnostic) -> TensorType | None:
    """The type that the diagnostic's fix writes."""
    text = diagnostic.fixes[0].edits[0].text if diagnostic.fixes and diagnostic.fixes[0].edits else ""
    match = _TYPE.match(text)
    return (
        TensorType(ElementType(match[1]), tuple(map(int, match[2].split(",") if match[2] else ()))) if match else None
    )


def _correction_splices(pipeline: PipelineText, name: str, types: tuple[TensorType, ...]) -> list[Splice]:
    try:
        return types_spliced(pipeline, pipeline.stage(name), types)
    except GraphEditRefused:
        return []  # The edit itself stands; the check goes on telling what is wrong.
