"""Computes what a model reads of recordings, by running a rune of the same blocks: no second implementation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

import numpy as np

from lab.dataset.recording import Recording
from lab.dataset.windows import FeatureWindows
from lab.refusal import Reason, Refused
from rune.assessment.evaluation.errors import EvaluationImpossible
from rune.assessment.evaluation.recorded_tensors import Array, Read, RecordedTensors, sent_tensor
from rune.compiler.anvil.errors import CompileError
from rune.compiler.building.building import build
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.options import BuildOptions
from rune.project.files import FileError, MemoryFiles
from rune.running.runtime.errors import InputError, InputTooShort, RuneError
from rune.wording import quoted, size_text

MAX_BYTES = 768 << 20
"""Bytes of the features of all windows: 48,000 pictures of 64 by 64 pixels in grey."""


def build_rune(files: MemoryFiles, options: BuildOptions) -> bytes:
    """A rune of features, or a whole one. Raises `Refused` where it cannot be built, as with some backbones."""
    try:
        return build(files, options).rune
    except (BuildFailed, CompileError) as error:
        raise Refused(Reason.NOT_CONVERTED, f"The rune cannot be built: {error}") from error


def windows_of_recordings(
    rune: bytes, recordings: Sequence[Recording], progress: Callable[[int], None], *, ends_in_silence: bool = False
) -> FeatureWindows:
    """Runs a rune that sends its features as a TENSOR. Calls `progress` with the number of finished recordings.
    `ends_in_silence` is that of the recipe.

    Raises `Refused` for a recording on which the rune fails, and for features that are not finite or too many.
    """
    runner = RecordingRunner(rune, sent_tensor, ends_in_silence=ends_in_silence)
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
    return FeatureWindows(_stacked(inputs), np.array(places, np.int32), tuple(too_short))


def _stacked(rows: list[Array]) -> Array:
    """Returns the rows as one array, as `np.stack` does, and empties the list, so that no row is in memory twice."""
    array = np.empty((len(rows), *rows[0].shape), rows[0].dtype)
    for place in reversed(range(len(rows))):
        array[place] = rows.pop()
    return array


class RecordingRunner:
    """The tensors of recordings (`RecordedTensors`), with refusals that name the recording."""

    def __init__(self, rune: bytes, read: Read, *, ends_in_silence: bool = False) -> None:
        try:
            self._tensors = RecordedTensors(rune, read, ends_in_silence=ends_in_silence)
        except EvaluationImpossible as error:
            raise Refused(Reason.DATA, f"The rune cannot read recordings: {error}.") from error

    def rows(self, recording: Recording, most: int | None = None) -> list[Array]:
        """Returns the values of each window of a recording, as f32; with `most`, of so many windows at most. A
        recording that is shorter than one run reads has none. Raises `Refused`."""
        with _refusing(recording):
            try:
                return list(islice(self._tensors.windows(recording.data), most))
            except InputTooShort:
                return []

    def inputs(self, recording: Recording, most: int) -> bytes:
        """Returns the first bytes, `most` of them, that the rune reads of a recording. Raises `Refused`."""
        read = bytearray()
        with _refusing(recording):
            for chunk in self._tensors.inputs(recording.data):
                read += chunk
                if len(read) >= most:
                    break
        return bytes(read[:most])


@contextmanager
def _refusing(recording: Recording) -> Iterator[None]:
    try:
        yield
    except (FileError, InputError, RuneError) as error:
        message = f"The recording {quoted(recording.name)} cannot be read."
        raise Refused(Reason.DATA, message, f"{error}.") from error
