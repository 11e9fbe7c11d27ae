"""A comparison as JSON, as the API answers it."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict, cast

from forge.comparison.changes import (
    Change,
    Comparison,
    FileChange,
    ModelChange,
    PipelineChange,
    StageChange,
    WireChange,
)
from forge.comparison.sentences import model_sentences, pipeline_sentences, sentences
from forge.comparison.snapshots import ModelFacts
from rune.compiler.anvil.memory.map import MemoryMapJson
from rune.model.tflite.describe import ModelDescriptionJson
from rune.model.tflite.layers import QuantisationJson
from rune.source.runefile.to_json import OutlineNodeJson, OutlineWireJson, node_to_json, wire_to_json


class FileStateJson(TypedDict):
    """A file's contents: what names them, and their size in bytes."""

    digest: str
    size: int


class FileChangeJson(TypedDict):
    """A file that differs. `path` is its later path, or the one that it had; `old_path` its earlier one, null for a new
    file. `has_other_contents` says whether they differ: a file may only be renamed."""

    change: Literal["added", "removed", "changed", "renamed"]
    path: str
    old_path: str | None
    before: FileStateJson | None
    after: FileStateJson | None
    has_other_contents: bool


class StageChangeJson(OutlineNodeJson):
    """The change of a stage. `old_detail` is the earlier one of a stage that was another one."""

    change: Change
    old_detail: str | None


class WireChangeJson(OutlineWireJson):
    """The change of a wire; a changed one carries another type."""

    change: Change


class BrokenPipelinesJson(TypedDict):
    """Says which Runefile is broken, so that only a part of its pipeline is compared."""

    before: bool
    after: bool


class PipelineChangeJson(TypedDict):
    """All stages and wires of both sides."""

    stages: list[StageChangeJson]
    wires: list[WireChangeJson]
    sentences: list[str]
    broken: BrokenPipelinesJson


class ModelMemoryJson(TypedDict):
    """Bytes that a model needs. `arena` is what is laid out for it alone, null where the host runs it; `live` the most
    that tensors between operators have at one time. `map` is not there where it was described by an older toolchain."""

    runs: Literal["compiled", "host"]
    arena: int | None
    constants: int | None
    live: int
    map: NotRequired[MemoryMapJson | None]


class DescribedModelJson(ModelDescriptionJson):
    """The description of a model."""

    quantisation: QuantisationJson
    memory: ModelMemoryJson


class RefusedModelJson(TypedDict):
    """The reason why nothing is known of a model: it cannot be read."""

    refusal: str


class ModelChangeJson(TypedDict):
    """A model whose file differs, with what each side knows of it."""

    path: str
    before: DescribedModelJson | RefusedModelJson | None
    after: DescribedModelJson | RefusedModelJson | None
    sentences: list[str]


class ComparisonJson(TypedDict):
    """The differences between two states of a project; `sentences` is all of them in sentences."""

    files: list[FileChangeJson]
    pipeline: PipelineChangeJson | None
    models: list[ModelChangeJson]
    sentences: list[str]


def comparison_to_json(comparison: Comparison) -> ComparisonJson:
    """All that differs; `sentences` is all of it in sentences."""
    pipeline = comparison.pipeline
    return {
        "files": [_file(each) for each in comparison.files],
        "pipeline": None if pipeline is None else _pipeline(pipeline),
        "models": [_model(each) for each in comparison.models],
        "sentences": list(sentences(comparison)),
    }


def _file(file: FileChange) -> FileChangeJson:
    return {
        "change": file.change,
        "path": file.path,
        "old_path": file.old_path,
        "before": cast("FileStateJson | None", file.before),
        "after": cast("FileStateJson | None", file.after),
        "has_other_contents": file.has_other_contents,
    }


def _pipeline(pipeline: PipelineChange) -> PipelineChangeJson:
    return {
        "stages": [_stage(each) for each in pipeline.stages],
        "wires": [_wire(each) for each in pipeline.wires],
        "sentences": list(pipeline_sentences(pipeline)),
        "broken": {"before": pipeline.was_broken, "after": pipeline.is_broken},
    }


def _stage(stage: StageChange) -> StageChangeJson:
    old_detail = stage.before.detail if stage.before is not None and stage.is_another else None
    return {**node_to_json(stage.node), "change": stage.change, "old_detail": old_detail}


def _wire(wire: WireChange) -> WireChangeJson:
    return {**wire_to_json(wire.wire), "change": wire.change}


def _model(model: ModelChange) -> ModelChangeJson:
    return {
        "path": model.path,
        "before": _facts(model.before),
        "after": _facts(model.after),
        "sentences": list(model_sentences(model)),
    }


def _facts(facts: ModelFacts | None) -> DescribedModelJson | RefusedModelJson | None:
    return None if facts is None else cast("DescribedModelJson | RefusedModelJson", facts.json)
