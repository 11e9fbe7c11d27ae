"""The files that a rune reads as streams: which of its capabilities take one, and what was given for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rune.cli.failure import CommandFailed, causes_of
from rune.cli.given_inputs import GivenInputs
from rune.container import ContainerError, read_graph, streamed_requests
from rune.runtime import CapabilityRequest
from rune.runtime.errors import InputFile
from rune.runtime.files import Notice, decoded_file, file_of
from rune.runtime.stream_files import StreamFile, stream_file


def given_streams(
    data: bytes, capabilities: Sequence[CapabilityRequest], inputs: GivenInputs, notice: Notice
) -> Mapping[int, StreamFile]:
    """The streams by the capabilities' ids, of those that a file was given for; ends the command where one cannot be
    read."""
    try:
        graph = read_graph(data) or {}
    except ContainerError:
        return {}  # a rune runs without a graph, and says nothing of streams then
    streamed = streamed_requests(graph, [request.kind for request in capabilities])
    wanted = [request for request, is_stream in zip(capabilities, streamed, strict=True) if is_stream]
    return {request.id: _stream(request, inputs, notice) for request in wanted if inputs.count(request.kind)}


def _stream(request: CapabilityRequest, inputs: GivenInputs, notice: Notice) -> StreamFile:
    try:
        path = file_of(request, inputs.files)
        return decoded_file(path, lambda data: stream_file(request, data, lambda text: notice(f"{path.name}: {text}")))
    except InputFile as error:
        message, *causes = causes_of(error)
        raise CommandFailed(f'Unable to load the "{request.kind.name}" input: {message}', tuple(causes)) from error
