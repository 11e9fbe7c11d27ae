"""The inputs that a rune reads as streams."""

from __future__ import annotations

from collections.abc import Sequence

from rune.running.container import ContainerError, read_graph, streamed_requests
from rune.running.runtime import RequestedCapability


def streamed_capabilities(data: bytes, capabilities: Sequence[RequestedCapability]) -> list[RequestedCapability]:
    """The capabilities that the rune reads as streams."""
    try:
        graph = read_graph(data) or {}
    except ContainerError:
        return []  # a rune runs without a graph, and says nothing of streams then
    are_streams = streamed_requests(graph, [request.kind for request in capabilities])
    return [request for request, is_stream in zip(capabilities, are_streams, strict=True) if is_stream]
