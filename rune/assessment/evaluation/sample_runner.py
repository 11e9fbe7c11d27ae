"""Runs a rune on samples: compiled once and started for each, so that no state is carried from one to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from rune.assessment.evaluation.streams import Listening
from rune.assessment.evaluation.windows import Windows, fed_capability, stream_windows, windows_of
from rune.running.container import read_graph, streamed_requests
from rune.running.runtime import CompiledRune, Limits, LoadedRune, OutputMessage
from rune.running.runtime.inputs.generator import generated_inputs

NO_RESOURCES: Final[Mapping[str, bytes]] = {}


class SampleRunner:
    """A rune to whose one input samples are given; random numbers are made up."""

    def __init__(
        self,
        data: bytes,
        limits: Limits | None = None,
        resources: Mapping[str, bytes] = NO_RESOURCES,
        hops: int = Listening.hops,
    ) -> None:
        """`hops` are the windows of a long sound that begin within the length of one. Raises `EvaluationImpossible` for
        a rune without one such input, and `RuneError`."""
        self._compiled_rune, self._resources, self._hops = CompiledRune(data, limits or Limits()), resources, hops
        with self.started() as first:
            self.outputs = first.outputs
            self._fed_capability = fed_capability(first.capabilities)
            self.is_stream = any(streamed_requests(read_graph(data) or {}, [each.kind for each in first.capabilities]))

    @contextmanager
    def started(self) -> Iterator[LoadedRune]:
        """Yields the rune as it is before its first run. Raises `RuneError`."""
        rune = self._compiled_rune.start(resources=self._resources)
        try:
            yield rune
        finally:
            rune.close()

    def windows(self, data: bytes) -> Windows:
        """Returns the windows of a file. Raises `FileError` and `InputError`."""
        return (stream_windows if self.is_stream else windows_of)(self._fed_capability, data, self._hops)

    def call(self, rune: LoadedRune, window: bytes) -> Sequence[OutputMessage]:
        """Runs a started rune on a window. Raises `RuneError`."""
        return rune.call({**generated_inputs(rune.capabilities), self._fed_capability.id: window})

    def runs(self, data: bytes) -> Iterator[LoadedRune]:
        """Yields the rune after each run on a file. Raises `FileError` and `RuneError`."""
        windows = self.windows(data)
        with self.started() as rune:
            for window in windows.data:
                self.call(rune, window)
                yield rune
