"""The files that a rune reads as streams, by capability."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rune.running.runs.streamed import streamed_capabilities
from rune.running.runtime import RequestedCapability
from rune.running.runtime.errors import InputFile
from rune.running.runtime.inputs.files import decoded_file, file_of
from rune.running.runtime.inputs.readers import Notice, StreamFile, is_recorded_over_time, stream_file
from rune.tools.cli.failure import CommandFailed, causes_of
from rune.tools.cli.running.input_options import InputOptions


def streams_from_options(
    data: bytes, capabilities: Sequence[RequestedCapability], inputs: InputOptions, notice: Notice
) -> Mapping[int, StreamFile]:
    """The streams with a file, by the capabilities' ids. Ends the command where one cannot be read."""
    return _streams(streamed_capabilities(data, capabilities), inputs, notice)


def recordings(
    capabilities: Sequence[RequestedCapability], inputs: InputOptions, notice: Notice
) -> Mapping[int, StreamFile]:
    """The sound and motion files as streams, whether the rune reads streams or not; without those that a single run
    reads whole."""
    return _streams(list(filter(is_recorded_over_time, capabilities)), inputs, notice)


def unread(streams: Mapping[int, StreamFile]) -> Iterator[str]:
    """A sentence for each recording of which one run reads the beginning only."""
    for stream in streams.values():
        if stream.runs > 1:
            part = f"the first of {stream.runs}" if stream.seconds is None else f"the first {stream.seconds:g} s"
            runs = len(stream.data) / stream.chunk
            whole = "parts" if stream.seconds is None else f"of {round(runs * stream.seconds, 3):g} s"
            rest = "" if runs == stream.runs else ", but for a rest that is too short for a run"
            yield f"{stream.name}: a run reads {part} {whole}. With --to-end all of it is read, run by run{rest}."


def _streams(requests: Sequence[RequestedCapability], inputs: InputOptions, notice: Notice) -> Mapping[int, StreamFile]:
    return {request.id: _stream(request, inputs, notice) for request in requests if inputs.count(request.kind)}


def _stream(request: RequestedCapability, inputs: InputOptions, notice: Notice) -> StreamFile:
    try:
        path = file_of(request, inputs.files)
        return decoded_file(path, lambda data: stream_file(request, path.name, data, notice))
    except InputFile as error:
        message, *causes = causes_of(error)
        raise CommandFailed(f'Unable to load the "{request.kind.name}" input: {message}', tuple(causes)) from error
