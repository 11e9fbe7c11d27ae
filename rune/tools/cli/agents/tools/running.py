"""Running a build on an input file, a labelled sample or generated input."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import Field

from rune.running.runtime import InputSource, LoadedRune, OutputMessage, RequestedCapability, Runtime
from rune.running.runtime.inputs.generator import generated_inputs
from rune.running.runtime.inputs.readers import input_of_bytes, stream_file
from rune.tools.cli.agents.tools.building import BuildNumber
from rune.tools.cli.agents.tools.evaluating import open_samples, sample_numbers
from rune.tools.cli.agents.tools.reading import ProjectPlace
from rune.tools.cli.agents.workspace import FolderCall
from rune.tools.cli.running.stream_files import streamed_capabilities
from rune.tools.cli.terminal.results import results_json, stages_of
from rune.tools.mcp.declarations import ToolAnswer, ToolArguments, tool
from rune.tools.mcp.server import ToolRefused
from rune.wording import counted

MOST_ANSWERS: Final = 50
"""Runs whose outputs one call gives, the last."""
MOST_ELEMENTS: Final = 64
"""Elements of an output that one call gives, the first."""
MOST_RUNS: Final = 10_000
"""Runs of one call."""


class RunBuild(ToolArguments):
    """A build of this session, and its input: a file, a sample by its number, or neither for generated input."""

    project: str = ProjectPlace
    build: int = BuildNumber
    file: str = Field(description="a recording or picture below the folder that you work in", default="")
    samples: str = Field(description="labelled samples, of which `sample` names one", default="")
    sample: int = Field(description="the number of a sample, as an evaluation names it", ge=0, default=0)


class RunOutput(ToolAnswer):
    """A tensor that a run sends: its stage, type and first elements. `seconds` is where its input ends in a stream."""

    stage: str
    type: str
    dimensions: list[int]
    elements: list[int | float | str | None]
    seconds: float | None


class RunResults(ToolAnswer):
    """The last outputs of all runs, the number of runs, and their median time on this machine. A first run takes longer
    than the others: a build has the median of many."""

    outputs: list[RunOutput]
    runs: int
    milliseconds: float
    notices: list[str]


@dataclass(frozen=True)
class _InputFile:
    """The bytes of an input file."""

    name: str
    data: bytes


@tool("run_build", "Run a build")
def run_build(call: FolderCall, arguments: RunBuild) -> RunResults:
    """Runs a build on a file of the folder, on a labelled sample by its number, or on generated input. A rune that
    takes a stream reads the file to its end; any other reads its beginning. Input without a file is generated."""
    _, data = call.workspace.rune_of(arguments.build)
    file = _input_file(call, arguments)
    rune = Runtime.load(data)
    notices: list[str] = []
    streams = streamed_capabilities(data, rune.capabilities)
    stages = stages_of(data, rune.outputs)
    outputs: list[RunOutput] = []
    times: list[float] = []
    for seconds, sources in _inputs(rune, streams, file, notices):
        messages = rune.call(sources)
        times.append(rune.milliseconds)
        outputs += _outputs(messages, stages, seconds)
        if len(times) % 100 == 0:
            call.report(0.5, counted(len(times), "run"))
        if len(times) == MOST_RUNS or (file is None and outputs):
            break
    return RunResults(
        outputs=outputs[-MOST_ANSWERS:],
        runs=len(times),
        milliseconds=round(statistics.median(times), 4) if times else 0.0,
        notices=list(dict.fromkeys(notices)),
    )


def _input_file(call: FolderCall, arguments: RunBuild) -> _InputFile | None:
    workspace = call.workspace
    if arguments.file:
        place = workspace.folder(arguments.file)
        parent = place.parent.relative_to(workspace.root).as_posix()
        return _InputFile(place.name, workspace.project(parent).own_files.read(place.name))
    if not arguments.sample:
        return None
    with open_samples(workspace, arguments.samples) as samples:
        numbers = sample_numbers(samples)
        sample = next((each for each in samples if numbers[each.name] == arguments.sample), None)
        if sample is None:
            raise ToolRefused("not-found", f"There is no sample {arguments.sample}; there are {len(samples)}.")
        return _InputFile(sample.name, sample.read())


def _inputs(
    rune: LoadedRune, streams: Sequence[RequestedCapability], file: _InputFile | None, notices: list[str]
) -> Iterator[tuple[float | None, Mapping[int, InputSource]]]:
    """Yields the input of each run, and where it ends in a stream. A file is what each input that can be read from
    files gets."""
    default_inputs = generated_inputs(rune.capabilities)
    readable = [each for each in rune.capabilities if not each.kind.is_random]
    if file is None:
        while True:
            yield None, default_inputs
            if not streams:
                return
    if not readable:
        raise ToolRefused("invalid", "This rune reads no file. Leave `file` out.")
    if streams:
        stream = stream_file(streams[0], file.name, file.data, notices.append)
        for number, chunk in enumerate(stream.chunks(), start=1):
            seconds = None if stream.seconds is None else round(number * stream.seconds, 6)
            yield seconds, {**default_inputs, streams[0].id: chunk}
        return
    inputs = {each.id: input_of_bytes(each, file.data, notices.append) for each in readable}
    yield None, {**default_inputs, **inputs}


def _outputs(
    messages: Sequence[OutputMessage], stages: Mapping[int, str], seconds: float | None
) -> Iterator[RunOutput]:
    for channel, tensors in results_json(messages, stages).items():
        for tensor in tensors if isinstance(tensors, list) else []:
            yield RunOutput(
                stage=str(tensor.get("stage", channel)),
                type=str(tensor.get("element-type") or tensor.get("element_type")),
                dimensions=tensor["dimensions"],
                elements=tensor["elements"][:MOST_ELEMENTS],
                seconds=seconds,
            )
