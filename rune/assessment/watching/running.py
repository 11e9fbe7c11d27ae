"""Runs a rune on samples, as an evaluation does: each sample on a fresh rune, a long one window by window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rune.assessment.evaluation.labelled import LabelledSample
from rune.assessment.evaluation.streams import Listening
from rune.assessment.evaluation.windows import fed_capability, stream_windows, windows_of
from rune.running.container import read_rune, streamed_requests
from rune.running.runtime import CompiledRune, Limits, LoadedRune
from rune.running.runtime.inputs.generator import generated_inputs

_NO_RESOURCES: Mapping[str, bytes] = {}


class SampleRunner:
    """A rune that is compiled once and started for each sample."""

    def __init__(self, data: bytes, limits: Limits, resources: Mapping[str, bytes] = _NO_RESOURCES) -> None:
        """Raises `EvaluationImpossible` for a rune without one input, and `RuneError`."""
        self._rune = CompiledRune(data, limits)
        self._resources = resources
        first = self._start()
        self._fed = fed_capability(first.capabilities)
        graph = read_rune(data).graph or {}
        self._is_stream = any(streamed_requests(graph, [request.kind for request in first.capabilities]))
        first.close()

    def runs(self, sample: LabelledSample) -> Iterator[LoadedRune]:
        """Yields the rune after each run on a sample. Raises `FileError`, `OSError` and `RuneError`."""
        read = stream_windows if self._is_stream else windows_of
        windows = read(self._fed, sample.read(), Listening().hops)
        rune = self._start()
        try:
            for window in windows.data:
                rune.call({**generated_inputs(rune.capabilities), self._fed.id: window})
                yield rune
        finally:
            rune.close()

    def _start(self) -> LoadedRune:
        return self._rune.start(resources=self._resources)
