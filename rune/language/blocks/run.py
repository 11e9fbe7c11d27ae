"""What the page needs to run a block beside its text: where it stands in the pipeline, and what comes in."""

from __future__ import annotations

from typing import TypedDict

from rune.language.blocks.analysis import BlockAnalysis
from rune.language.palette import stage_arguments
from rune.runefile.python_blocks import python_file
from rune.runefile.syntax import StageKind, StageSyntax


class BlockInputJson(TypedDict):
    """The wire that an input reads, and what it carries; null where that is not known."""

    stage: str
    index: int
    type: str | None
    dimensions: list[int] | None


class BlockAnswerJson(TypedDict):
    """Where a block in Python runs. `stage` is null where the Runefile does not run it."""

    stage: str | None
    inputs: list[BlockInputJson]
    outputs: int
    settings: dict[str, float]


def block_run(analysis: BlockAnalysis) -> BlockAnswerJson:
    """Where the block runs, and with which settings; the first stage that runs it counts."""
    project, file = analysis.project, analysis.source.file
    signature = analysis.checked.signature
    stage = next((each for each in project.checked.syntax.stages if _runs(each, file)), None)
    outputs = 0 if signature is None else len(signature.outputs)
    if stage is None:
        return {"stage": None, "inputs": [], "outputs": outputs, "settings": {}}
    inputs: list[BlockInputJson] = []
    for each in stage.inputs:
        given = project.checked.types.get(each.stage, ())
        type_ = given[each.index] if each.index < len(given) else None
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
