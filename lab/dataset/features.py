"""Computes what a model reads of recordings, by running a rune of the same blocks: no second implementation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lab.dataset.recordings import Recording
from lab.refusal import Reason, Refused
from rune.project.files import FileError
from rune.running.container import read_graph, streamed_requests
from rune.running.evaluation.errors import EvaluationImpossible
from rune.running.evaluation.windows import fed_capability, stream_windows, windows_of
from rune.running.runtime import CompiledRune, LoadedRune, OutputTensor
from rune.running.runtime.errors import InputError, RuneError
from rune.running.runtime.inputs.generated import generated_inputs
from rune.wording import quoted, size_text

Array = np.ndarray[Any, Any]
Read = Callable[[LoadedRune, Sequence[Any]], Array]
"""The values that are read from a run, from the rune and the messages of its outputs."""

MAX_BYTES = 384 << 20
"""Bytes of the features of all windows."""
HOPS = 2
"""Windows of a long sound, a window's length: each begins in the middle of the one before."""


@dataclass(frozen=True)
class FeatureWindows:
    """What a model reads of all recordings. `inputs` is f32 `[windows, ...]`; `recordings` is i32 `[windows]`, the
    place of the recording that each is of. `too_short` are the places of recordings that fill no window."""

    inputs: Array
    recordings: Array
    too_short: Sequence[int]


def windows_of_recordings(
    rune: bytes, recordings: Sequence[Recording], progress: Callable[[int], None]
) -> FeatureWindows:
    """Runs a rune that sends its features as a TENSOR. Calls `progress` with the number of finished recordings.

    Raises `Refused` for a recording on which the rune fails, and for features that are not finite or too many.
    """
    runner = RecordingRunner(rune, _sent_tensor)
    inputs: list[Array] = []
    places: list[int] = []
    too_short: list[int] = []
    size = 0
    for place, recording in enumerate(recordings):
        rows = runner.rows(recording)
        size += sum(row.nbytes for row in rows)
        if size > MAX_BYTES:
            advice = "Learn from fewer recordings, or choose a longer hop."
            raise Refused(Reason.TOO_LARGE, f"The features have more than {size_text(MAX_BYTES)}. {advice}")
        if not all(np.isfinite(row).all() for row in rows):
            raise Refused(Reason.DATA, f"The features of {quoted(recording.name)} are not finite. Remove it.")
        if not rows:
            too_short.append(place)
        inputs += rows
        places += [place] * len(rows)
        progress(place + 1)
    if not inputs:
        raise Refused(Reason.DATA, "Every recording is shorter than a window. Choose a shorter window.")
    return FeatureWindows(np.stack(inputs), np.array(places, np.int32), tuple(too_short))


class RecordingRunner:
    """A rune, compiled once and started anew for each recording, as an evaluation does."""

    def __init__(self, rune: bytes, read: Read) -> None:
        self._compiled = CompiledRune(rune)
        self._read = read
        first = self._compiled.start()
        try:
            self._fed = fed_capability(first.capabilities)
        except EvaluationImpossible as error:
            raise Refused(Reason.DATA, f"The rune cannot read recordings: {error}.") from error
        graph: Mapping[str, Any] = read_graph(rune) or {}
        self._is_stream = any(streamed_requests(graph, [each.kind for each in first.capabilities]))
        first.close()

    def rows(self, recording: Recording) -> list[Array]:
        """Returns the values of each window of a recording, as f32. Raises `Refused`."""
        try:
            return list(self._rows(recording))
        except (FileError, InputError, RuneError) as error:
            raise Refused(Reason.DATA, f"The recording {quoted(recording.name)} cannot be read: {error}.") from error

    def _rows(self, recording: Recording) -> Iterator[Array]:
        windows = (stream_windows if self._is_stream else windows_of)(self._fed, recording.data, HOPS)
        loaded = self._compiled.start()
        try:
            inputs = dict(generated_inputs(loaded.capabilities))
            for data in windows.data:
                inputs[self._fed.id] = data
                messages = loaded.call(inputs)
                if not loaded.is_incomplete:
                    yield self._read(loaded, messages).astype(np.float32)
        finally:
            loaded.close()


def _sent_tensor(_: LoadedRune, messages: Sequence[Any]) -> Array:
    return tensor_array(messages[0].tensors[0])


def tensor_array(tensor: OutputTensor) -> Array:
    """The numbers of a tensor in its shape, without a batch of 1 in front."""
    array = np.array(tensor.elements).reshape(tensor.dimensions)
    return array[0] if array.ndim > 1 and array.shape[0] == 1 else array
