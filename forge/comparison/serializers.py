"""A comparison as JSON, as the API answers it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from forge.comparison.changes import Comparison, FileChange, ModelChange, PipelineChange, StageChange, WireChange
from forge.comparison.sentences import model_sentences, pipeline_sentences, sentences

Json = dict[str, Any]


def comparison_to_json(comparison: Comparison) -> Json:
    """All that differs; `said` is all of it in sentences."""
    pipeline = comparison.pipeline
    return {
        "files": [_file(each) for each in comparison.files],
        "pipeline": None if pipeline is None else _pipeline(pipeline),
        "models": [_model(each) for each in comparison.models],
        "said": list(sentences(comparison)),
    }


def _file(file: FileChange) -> Json:
    return {
        "change": file.change,
        "path": file.path,
        "was": file.was,
        "before": file.before,
        "after": file.after,
        "changed": file.has_other_contents,
    }


def _pipeline(pipeline: PipelineChange) -> Json:
    return {
        "stages": [_stage(each) for each in pipeline.stages],
        "wires": [_wire(each) for each in pipeline.wires],
        "said": list(pipeline_sentences(pipeline)),
        "broken": {"before": pipeline.was_broken, "after": pipeline.is_broken},
    }


def _stage(stage: StageChange) -> Json:
    """`was` is what it was where it is something else now."""
    was = stage.before.detail if stage.before is not None and stage.is_another else None
    return asdict(stage.node) | {"change": stage.change, "was": was}


def _wire(wire: WireChange) -> Json:
    return asdict(wire.wire) | {"change": wire.change}


def _model(model: ModelChange) -> Json:
    return {
        "path": model.path,
        "before": None if model.before is None else model.before.json,
        "after": None if model.after is None else model.after.json,
        "said": list(model_sentences(model)),
    }
