"""The data with which the page runs a block beside its text: its place in the pipeline, and its inputs."""

from __future__ import annotations

from typing import TypedDict

from rune.blocks.shared_path import parse_shared_path
from rune.editing.language.blocks.analysis import BlockAnalysis
from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.graph_edits.palette import stage_arguments
from rune.pyblock.checking.block import read_file
from rune.source.runefile.blocks.python_blocks import AvailableBlocks, python_file
from rune.source.runefile.blocks.shared import SharedBlock
from rune.source.runefile.syntax import StageKind, StageSyntax


class BlockInputJson(TypedDict):
    """The wire that an input reads, and what it carries; null where that is not known."""

    stage: str
    index: int
    type: str | None
    dimensions: list[int] | None


class BlockAnswerJson(TypedDict):
    """The stage in which a block in Python runs. `stage` is null where the Runefile does not run it."""

    stage: str | None
    inputs: list[BlockInputJson]
    outputs: int
    settings: dict[str, float]


class StageBlockJson(BlockAnswerJson):
    """The block of another project that a stage runs: its `path` there, what messages call its `file`, and its text."""

    path: str
    file: str
    text: str


def block_run(analysis: BlockAnalysis) -> BlockAnswerJson:
    """Returns where the block runs, and with which settings; the first stage that runs it counts."""
    project, file = analysis.project, analysis.source.file
    signature = analysis.checked_file.signature
    stage = next((each for each in project.checked_runefile.syntax.stages if _runs(each, file)), None)
    outputs = 0 if signature is None else len(signature.outputs)
    if stage is None:
        return {"stage": None, "inputs": [], "outputs": outputs, "settings": {}}
    return _run_of(project, stage, outputs)


def stage_block(analysis: Analysis, stage_name: str) -> StageBlockJson | None:
    """Returns how a stage runs a block of another project, and its text; None for a stage that runs none that is
    here."""
    stage = next((each for each in analysis.checked_runefile.syntax.stages if each.name.text == stage_name), None)
    block = None if stage is None else shared_block_of(analysis, stage)
    if stage is None or block is None:
        return None
    signature = read_file(block.path.file, block.source).signature
    outputs = 0 if signature is None else len(signature.outputs)
    # Python identifies a module by its file name; the path names the project.
    file = f"{block.path.block.name}.py"
    return {**_run_of(analysis, stage, outputs), "path": str(block.path), "file": file, "text": block.source}


def shared_block_of(analysis: Analysis, stage: StageSyntax) -> SharedBlock | None:
    """The block of another project that a stage runs; None where it runs none, or one that is not here."""
    path = parse_shared_path(stage.target.text.strip())
    if stage.kind is not StageKind.BLOCK or path is None or not isinstance(analysis.blocks, AvailableBlocks):
        return None
    return analysis.blocks.shared_blocks.find(path)


def _run_of(project: Analysis, stage: StageSyntax, outputs: int) -> BlockAnswerJson:
    inputs: list[BlockInputJson] = []
    for each in stage.inputs:
        stage_types = project.checked_runefile.types.get(each.stage, ())
        type_ = stage_types[each.index] if each.index < len(stage_types) else None
        inputs.append(
            {
                "stage": each.stage,
                "index": each.index,
                "type": None if type_ is None else type_.element.value,
                "dimensions": None if type_ is None else list(type_.dimensions),
            }
        )
    settings = {
        each.field.name: each.value
        for each in stage_arguments(project, stage.name.text)
        if isinstance(each.value, int | float) and not isinstance(each.value, bool)
    }
    return {"stage": stage.name.text, "inputs": inputs, "outputs": outputs, "settings": settings}


def _runs(stage: StageSyntax, file: str) -> bool:
    return stage.kind is StageKind.BLOCK and python_file(stage.target.text) == file
