"""The values that a rune sends or computes for each window of a recording, as arrays: features."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np

from rune.assessment.evaluation.sample_runner import SampleRunner
from rune.running.runtime import LoadedRune, OutputTensor

Array = np.ndarray[Any, Any]
Read = Callable[[LoadedRune, Sequence[Any]], Array]
"""The values of a run, from the rune and the messages of its outputs."""

HOPS = 2
"""Windows of a long sound, a window's length: each begins in the middle of the one before."""


class RecordedTensors:
    """A rune, compiled once and started anew for each recording, as an evaluation does."""

    def __init__(self, rune: bytes, read: Read, *, ends_in_silence: bool = False) -> None:
        """With `ends_in_silence`, a stream that has filled no window when the recording is over goes on with silence,
        as in an evaluation. Raises `EvaluationImpossible` for a rune to which recordings cannot be given, and
        `RuneError`."""
        self._runner = SampleRunner(rune, hops=HOPS)
        self._read = read
        self._ends_in_silence = ends_in_silence

    def windows(self, data: bytes) -> Iterator[Array]:
        """The values of each window of a recording, as f32. Raises `FileError`, `InputError` and `RuneError`."""
        windows = self._runner.windows(data)
        silences = windows.silences if self._runner.is_stream and self._ends_in_silence else ()
        with self._runner.started() as rune:
            is_filled = False
            for values in self._values(rune, windows.data):
                is_filled = True
                yield values
            if not is_filled:
                yield from islice(self._values(rune, silences), 1)

    def inputs(self, data: bytes) -> Iterable[bytes]:
        """The bytes that the rune reads of a recording, a run after the other, without the silence behind it. Raises
        `FileError` and `InputError`."""
        return self._runner.windows(data).data

    def _values(self, rune: LoadedRune, chunks: Iterable[bytes]) -> Iterator[Array]:
        """The values after each chunk that completes a window."""
        for chunk in chunks:
            messages = self._runner.call(rune, chunk)
            if not rune.is_incomplete:
                yield self._read(rune, messages).astype(np.float32)


def sent_tensor(_: LoadedRune, messages: Sequence[Any]) -> Array:
    """The first tensor of the first message."""
    return tensor_array(messages[0].tensors[0])


def tensor_array(tensor: OutputTensor) -> Array:
    """The numbers of a tensor in its shape, without a batch of 1 in front."""
    array = np.array(tensor.elements).reshape(tensor.dimensions)
    return array[0] if array.ndim > 1 and array.shape[0] == 1 else array
