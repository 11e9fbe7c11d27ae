"""The inputs of a verification: files of the project that fit its capabilities, then generated input."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rune.compiler.blocks.signature import Pace
from rune.compiler.verify.inputs import generated_tensor
from rune.project.files import ProjectFiles
from rune.running.runtime.generated import generated_inputs
from rune.running.runtime.host import CapabilityRequest
from rune.running.runtime.recordings import Wanted, recordings_for
from rune.source.runefile.pipeline import BlockStage, CapabilityStage, Pipeline


@dataclass(frozen=True)
class InputSet:
    """The bytes for each capability, in the pipeline's order. `is_from_file` when a file gave at least one of them."""

    data: tuple[bytes, ...]
    is_from_file: bool = False


def capabilities_of(pipeline: Pipeline) -> tuple[CapabilityStage, ...]:
    """The inputs of a pipeline, in its order."""
    return tuple(stage for stage in pipeline.stages if isinstance(stage, CapabilityStage))


def runs_for(pipeline: Pipeline, count: int) -> int:
    """How many runs it takes until each output was sent so often; more than that where a stream must first fill a
    window."""
    paces: dict[str, Pace] = {}
    for stage in pipeline.stages:
        inputs = () if isinstance(stage, CapabilityStage) else stage.inputs
        read = [paces[port.stage] for port in inputs]
        before = Pace(max((pace.first for pace in read), default=1), max((pace.every for pace in read), default=1))
        if isinstance(stage, BlockStage) and stage.block.pace is not None:
            types = tuple(pipeline.type_of(port) for port in stage.inputs)
            before = stage.block.pace(types, stage.arguments).behind(before)
        paces[stage.name] = before
    return max((pace.first + pace.every * (count - 1) for pace in paces.values()), default=count)


def input_sets(
    stages: Sequence[CapabilityStage], files: Sequence[Sequence[bytes]], count: int, seed: int
) -> Iterator[InputSet]:
    """`count` sets: those from files first, then something plausible, then noise, zeros and extremes.

    `files` are the samples of each capability. One that has fewer than another gets generated input beside them.
    """
    recorded = max(map(len, files), default=0)
    for number in range(count):
        data = tuple(
            samples[number] if number < len(samples) else _generated(stage, number - recorded, seed + position)
            for position, (stage, samples) in enumerate(zip(stages, files, strict=True))
        )
        yield InputSet(data, number < recorded)


def _generated(stage: CapabilityStage, number: int, seed: int) -> bytes:
    if number <= 0:
        request = CapabilityRequest(0, stage.kind, dict(stage.parameters))
        source = generated_inputs([request])[0]
        return source(stage.output.size) if callable(source) else source
    return generated_tensor(stage.output, number - 1, seed)


def own_samples(files: ProjectFiles, stages: Sequence[CapabilityStage]) -> tuple[tuple[bytes, ...], ...]:
    """For each capability what the project's files of its kind become: the first that fit, in the order of paths."""
    return recordings_for(files, [Wanted(stage.kind, stage.parameters, stage.output) for stage in stages])
