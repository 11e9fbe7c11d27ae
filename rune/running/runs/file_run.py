"""Running a rune on one input: a file, of which a stream is read to its end, or generated input."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypedDict

from rune.running.runs.outputs import element_json, stages_of
from rune.running.runs.streamed import streamed_capabilities
from rune.running.runtime import InputSource, OutputMessage, RequestedCapability, Runtime
from rune.running.runtime.errors import InputFile
from rune.running.runtime.inputs.generator import generated_inputs
from rune.running.runtime.inputs.readers import Notice, input_of_bytes, stream_file

MOST_ANSWERS: Final = 50
"""Outputs that are kept, the last."""
MOST_ELEMENTS: Final = 64
"""Elements of an output that are kept, the first."""
MOST_RUNS: Final = 10_000
"""Runs on one file."""
MOST_NOTICES: Final = 10

Report = Callable[[int], None]
"""Is called with the number of runs so far, now and then."""
_REPORT_EVERY: Final = 100


class SentTensorJson(TypedDict):
    """A tensor that a run sends: its stage, type and first elements. `seconds` is where its input ends in a stream."""

    stage: str
    type: str
    dimensions: list[int]
    elements: list[int | float | str | None]
    seconds: float | None


class FileRunJson(TypedDict):
    """The last outputs, the number of runs, their median time in milliseconds, and what was done to the file."""

    outputs: list[SentTensorJson]
    runs: int
    milliseconds: float
    notices: list[str]


@dataclass(frozen=True)
class InputBytes:
    """A file that a rune reads. `is_table` says that it is rows of numbers, which other inputs do not read."""

    name: str
    data: bytes
    is_table: bool = False


def run_on_file(data: bytes, file: InputBytes | None, report: Report) -> FileRunJson:
    """Runs a rune on a file, which is what each input that reads files gets, or without one on generated input until it
    sends something. Raises `RuneError`, and what `report` raises."""
    rune = Runtime.load(data)
    notices: dict[str, None] = {}

    def note(text: str) -> None:
        notices[text] = None

    stages, times, outputs = stages_of(data, rune.outputs), list[float](), list[SentTensorJson]()
    for seconds, sources in _inputs(data, rune.capabilities, file, note):
        messages = rune.call(sources)
        times.append(rune.milliseconds)
        outputs = [*outputs, *_sent(messages, stages, seconds)][-MOST_ANSWERS:]
        if len(times) % _REPORT_EVERY == 0:
            report(len(times))
        if len(times) == MOST_RUNS or (file is None and outputs):
            break
    return {
        "outputs": outputs,
        "runs": len(times),
        "milliseconds": round(statistics.median(times), 4) if times else 0.0,
        "notices": list(notices)[:MOST_NOTICES],
    }


def _inputs(
    data: bytes, capabilities: Sequence[RequestedCapability], file: InputBytes | None, note: Notice
) -> Iterator[tuple[float | None, Mapping[int, InputSource]]]:
    """Yields the input of each run, and where it ends in a stream."""
    streams = streamed_capabilities(data, capabilities)
    default_inputs = generated_inputs(capabilities)
    if file is None:
        while True:
            yield None, default_inputs
            if not streams:
                return
    readable = [each for each in capabilities if not each.kind.is_random and (each.kind.columns or not file.is_table)]
    if not readable:
        what = "rows of numbers" if file.is_table else "file"
        raise InputFile(f"this rune reads no {what}")
    if streams and streams[0] in readable:
        stream = stream_file(streams[0], file.name, file.data, note)
        for number, chunk in enumerate(stream.chunks(), start=1):
            seconds = None if stream.seconds is None else round(number * stream.seconds, 6)
            yield seconds, {**default_inputs, streams[0].id: chunk}
        return
    inputs = {each.id: input_of_bytes(each, file.data, note) for each in readable}
    yield None, {**default_inputs, **inputs}


def _sent(
    messages: Sequence[OutputMessage], stages: Mapping[int, str], seconds: float | None
) -> Iterator[SentTensorJson]:
    """Yields the tensors of a run; of two messages to one output the later counts."""
    for channel, message in {each.channel: each for each in messages}.items():
        for tensor in message.tensors:
            yield {
                "stage": stages.get(channel, str(channel)),
                "type": tensor.element.value,
                "dimensions": list(tensor.dimensions),
                "elements": [element_json(tensor.element, each) for each in tensor.elements[:MOST_ELEMENTS]],
                "seconds": seconds,
            }
