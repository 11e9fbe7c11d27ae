"""Filling in the output types that a Runefile leaves out, derived from a model, a block or a capability."""

from __future__ import annotations

from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.graph_edits.kinds import GraphEditRefused
from rune.editing.language.graph_edits.outputs import types_spliced
from rune.editing.language.graph_edits.stage_text import PipelineText, is_null, pipeline_text
from rune.editing.language.yaml.splice import Splice, as_edits
from rune.source.runefile import Edit
from rune.source.runefile.syntax import StageKind, StageSyntax
from rune.tensor import TensorType


def infer_types(analysis: Analysis) -> tuple[Edit, ...]:
    """The edits that write `outputs` into every stage that has none and whose types are known.

    A type that is there stays as it is, right or wrong. Nothing is written into a stage that can only be edited as
    text, or into a file in the old line by line form: `format_text` turns that into YAML.
    """
    try:
        pipeline = pipeline_text(analysis)
    except GraphEditRefused:
        return ()
    splices = [splice for stage in pipeline.syntax.stages for splice in _type_splices(pipeline, stage)]
    return as_edits(splices, analysis.source)


def _type_splices(pipeline: PipelineText, syntax: StageSyntax) -> list[Splice]:
    types = _known_types(pipeline, syntax)
    if types is None:
        return []
    try:
        stage = pipeline.stage(syntax.name.text)
        pair = stage.pair("outputs")
        if pair is not None and not is_null(pair.value):
            return []
        return types_spliced(pipeline, stage, types)
    except GraphEditRefused:
        return []


def _known_types(pipeline: PipelineText, syntax: StageSyntax) -> tuple[TensorType, ...] | None:
    if syntax.kind is StageKind.OUTPUT or syntax.outputs is not None or not syntax.is_sound:
        return None
    types = pipeline.analysis.checked_runefile.types.get(syntax.name.text, ())
    known_types = tuple(type_ for type_ in types if type_ is not None)
    return known_types if known_types and len(known_types) == len(types) else None
