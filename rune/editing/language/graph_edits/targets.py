"""Edits of what a stage is, with what must change for it to be right: parameters of a capability, and its type."""

from __future__ import annotations

from rune.editing.language.graph_edits.arguments import set_argument
from rune.editing.language.graph_edits.defaults import capability_named, model_outputs
from rune.editing.language.graph_edits.kinds import GraphEditRefused, SetArgument, SetOutputs, SetTarget
from rune.editing.language.graph_edits.outputs import set_outputs
from rune.editing.language.graph_edits.stage_text import PipelineText, pipeline_text
from rune.editing.language.graph_edits.wires import after_colon
from rune.editing.language.revisions import Revisions
from rune.editing.language.yaml.layout import Leaf
from rune.editing.language.yaml.scalars import rewritten
from rune.editing.language.yaml.splice import Splice, as_edits
from rune.source.runefile import Edit
from rune.source.runefile.stages.capabilities import capability_output
from rune.source.runefile.syntax import StageKind
from rune.wording import quoted


def target_as_written(pipeline: PipelineText, kind: StageKind, target: str) -> str:
    """A model of the project with `./` in front."""
    text = target.strip()
    if not text or not text.isprintable():
        raise GraphEditRefused("A stage needs the name of what it is, on one line.")
    if kind is StageKind.MODEL and text in pipeline.analysis.files.paths():
        return f"./{text}"
    return text


def set_target(pipeline: PipelineText, edit: SetTarget) -> list[Splice]:
    stage = pipeline.stage(edit.stage)
    pair = stage.pair(stage.syntax.kind.value)
    literal = target_as_written(pipeline, stage.syntax.kind, edit.target)
    if pair is None or not isinstance(pair.value, Leaf):
        raise GraphEditRefused(f"What {quoted(edit.stage)} is cannot be read; fix its text first.")
    leaf, in_flow = pair.value, stage.body.is_flow
    if leaf.start == leaf.end:
        at = after_colon(pipeline.text, pair)
        return [Splice(at, at, " " + rewritten(literal, "", in_flow=in_flow, quote=pipeline.style.quote))]
    if leaf.style == "*":
        return [Splice(leaf.start, leaf.end, rewritten(literal, "", in_flow=in_flow, quote=pipeline.style.quote))]
    if pipeline.is_used_elsewhere(leaf):
        raise GraphEditRefused(f"What {quoted(edit.stage)} is stands elsewhere as well, by *{leaf.anchor}.")
    style = leaf.style if leaf.style in ("", '"', "'") else ""
    return [Splice(leaf.content, leaf.end, rewritten(literal, style, in_flow=in_flow, quote=pipeline.style.quote))]


def suit_target(revisions: Revisions, edit: SetTarget) -> None:
    """Gives a stage that has become something else the arguments and the types of that."""
    stage = pipeline_text(revisions.analysis).find(edit.stage)
    if stage.kind is StageKind.MODEL and stage.outputs is not None:
        types = model_outputs(revisions.analysis, edit.target)
        if types is not None:
            revisions.change(_edits_of_outputs(revisions, SetOutputs(edit.stage, types)))
    kind = capability_named(edit.target) if stage.kind is StageKind.CAPABILITY else None
    if kind is None:
        return
    parameters = kind.parameters
    argument_names = {argument.name for argument in stage.arguments}
    changes = [
        SetArgument(edit.stage, name, None) for name in argument_names - {parameter.name for parameter in parameters}
    ]
    if not argument_names & {parameter.name for parameter in parameters if parameter.usual is not None}:
        missing = [parameter for parameter in parameters if parameter.usual is not None]
    else:
        missing = [parameter for parameter in parameters if parameter.is_required]
    changes += [SetArgument(edit.stage, item.name, item.usual) for item in missing if item.name not in argument_names]
    for change in sorted(changes, key=lambda change: change.value is None):
        revisions.change(set_argument(pipeline_text(revisions.analysis), change))
    arguments = pipeline_text(revisions.analysis).find(edit.stage).arguments
    type_ = capability_output(kind, {argument.name: argument.value for argument in arguments})
    if changes and type_ is not None and stage.outputs is not None:
        revisions.change(_edits_of_outputs(revisions, SetOutputs(edit.stage, (type_,))))


def _edits_of_outputs(revisions: Revisions, edit: SetOutputs) -> tuple[Edit, ...]:
    return as_edits(set_outputs(pipeline_text(revisions.analysis), edit), revisions.analysis.source)
