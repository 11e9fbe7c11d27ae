"""The inputs of a verification: files of the project that fit its capabilities, then generated input."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rune.assessment.verify.inputs import generated_tensor
from rune.project.files import ProjectFiles
from rune.running.runtime.host.imports import RequestedCapability
from rune.running.runtime.inputs.generator import generated_inputs
from rune.running.runtime.inputs.recordings import RequiredInput, recordings_for
from rune.source.runefile.paces import paces_of
from rune.source.runefile.pipeline import BlockStage, CapabilityStage, Pipeline

MOST_WAITED: Final = 1024
"""Runs that a verification waits for a block to change."""
_NUMBER: Final = re.compile(r"(?<![\w.])[0-9]{1,4}(?![\w.])")
"""An integer of at most four digits in C."""


@dataclass(frozen=True)
class InputSet:
    """The bytes for each capability, in the pipeline's order. `is_from_file` when a file gave at least one of them."""

    data: tuple[bytes, ...]
    is_from_file: bool = False


def capabilities_of(pipeline: Pipeline) -> tuple[CapabilityStage, ...]:
    """The inputs of a pipeline, in its order."""
    return tuple(stage for stage in pipeline.stages if isinstance(stage, CapabilityStage))


def runs_for(pipeline: Pipeline, count: int, *, is_proven: bool = False) -> int:
    """Returns how many runs it takes until each output was sent so often; more than that where a stream must first
    fill a window, or a block remembers earlier runs and may change after a number of them. `is_proven` where the
    project is known to build the very bytes of the rune."""
    paces = paces_of(pipeline)
    runs = count
    for stage in pipeline.stages:
        pace = paces[stage.name]
        extra_runs = _runs_to_wait(pipeline, stage, is_proven) if isinstance(stage, BlockStage) else 0
        runs = max(runs, pace.first + pace.every * (extra_runs + count - 1))
    return runs


def _runs_to_wait(pipeline: Pipeline, stage: BlockStage, is_proven: bool) -> int:
    """Runs after which a block that remembers has passed every number that it may compare a count of runs with: its
    arguments, the lengths of what it keeps, and the numbers in its own C; numbers beyond `MOST_WAITED` are passed over.
    A block of a project may count in fractions, or compare with what it computes from its numbers: unless the bytes
    prove the rune, it is given all runs that a verification waits.
    """
    if not stage.state:
        return 0
    is_of_the_catalogue = stage.block.header is not None or stage.block.source is not None
    if not is_of_the_catalogue and not is_proven:
        return MOST_WAITED
    code = stage.block.code(tuple(pipeline.type_of(port) for port in stage.inputs), stage.arguments)
    text = "" if code.header is None else code.header.text
    numbers = [
        *(round(each) for each in stage.arguments.values() if isinstance(each, int | float) and math.isfinite(each)),
        *(length for each in stage.state for length in each.type.dimensions),
        *map(int, _NUMBER.findall(text)),
    ]
    return max((each + 1 for each in numbers if 0 < each <= MOST_WAITED), default=0)


def input_sets(
    stages: Sequence[CapabilityStage], files: Sequence[Sequence[bytes]], count: int, seed: int
) -> Iterator[InputSet]:
    """`count` sets: those from files first, then something plausible, then noise, zeros and extremes.

    `files` are the samples of each capability. One that has fewer than another gets generated input beside them.
    """
    recorded_count = max(map(len, files), default=0)
    for number in range(count):
        data = tuple(
            samples[number]
            if number < len(samples)
            else _generated_input(stage, number - recorded_count, seed + position)
            for position, (stage, samples) in enumerate(zip(stages, files, strict=True))
        )
        yield InputSet(data, number < recorded_count)


def _generated_input(stage: CapabilityStage, number: int, seed: int) -> bytes:
    if number <= 0:
        request = RequestedCapability(0, stage.kind, dict(stage.parameters))
        source = generated_inputs([request])[0]
        return source(stage.output.size) if callable(source) else source
    return generated_tensor(stage.output, number - 1, seed)


def own_samples(files: ProjectFiles, stages: Sequence[CapabilityStage]) -> tuple[tuple[bytes, ...], ...]:
    """Returns for each capability what the project's files of its kind become: the first that fit, in the order of
    paths."""
    return recordings_for(files, [RequiredInput(stage.kind, stage.parameters, stage.output) for stage in stages])
