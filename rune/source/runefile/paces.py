"""Computes in which runs each stage of a pipeline sends something: a window of a stream fills in several. Pure
functions."""

from __future__ import annotations

from collections.abc import Mapping

from rune.blocks.signature import BlockPace
from rune.source.runefile.pipeline import BlockStage, CapabilityStage, OutputStage, Pipeline

_EACH_RUN = BlockPace(1, 1)


def paces_of(pipeline: Pipeline) -> Mapping[str, BlockPace]:
    """Returns the pace of each stage, by its name."""
    paces: dict[str, BlockPace] = {}
    for stage in pipeline.stages:
        inputs = () if isinstance(stage, CapabilityStage) else stage.inputs
        input_paces = [paces.get(port.stage, _EACH_RUN) for port in inputs] or [_EACH_RUN]
        pace = BlockPace(max(each.first for each in input_paces), max(each.every for each in input_paces))
        if isinstance(stage, BlockStage) and stage.block.pace is not None:
            types = tuple(pipeline.type_of(port) for port in stage.inputs)
            pace = stage.block.pace(types, stage.arguments).behind(pace)
        paces[stage.name] = pace
    return paces


def first_answer(pipeline: Pipeline) -> int:
    """Returns the number of the first run, counted from 1, in which an output is sent."""
    paces = paces_of(pipeline)
    return min((paces[stage.name].first for stage in pipeline.stages if isinstance(stage, OutputStage)), default=1)
