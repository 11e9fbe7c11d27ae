"""Tries what a model's input may be on recordings: what the model reads, and how often each way is right."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rune.assessment.evaluation.answers import ScoredLabel
from rune.assessment.evaluation.errors import EvaluationImpossible
from rune.assessment.evaluation.evaluating import EvaluationEffort, answer_each
from rune.assessment.evaluation.labelled import LabelledSample, same_label
from rune.assessment.evaluation.model_inputs import CompiledFront, FrontImpossible
from rune.assessment.evaluation.recorded_tensors import Array
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.compiler.building.building import build
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.options import BuildOptions
from rune.model.tflite import ModelSignature, ModelTensor
from rune.project.files import FileError, ProjectFiles, normal_path
from rune.running.runtime.errors import RuneError
from rune.source.runefile.model_inputs.front import model_fronts
from rune.tensor import ElementType

MAX_SCORES = 3
"""Scores of an answer that are shown."""
_RUNEFILE = "input-trial.yml"
_COLUMNS, _ROWS = 64, 40
"""The most cells of a drawing."""
_LEVELS = 255
_RANGES = {ElementType.I8: (-128, 127), ElementType.U8: (0, 255), ElementType.I16: (-32_768, 32_767)}


@dataclass(frozen=True)
class TrialVariant:
    """One way to compute the input: its name, its Runefile, and how many frames of how many numbers it gives."""

    key: str
    runefile: str
    grid: tuple[int, int] | None = None


@dataclass(frozen=True)
class ReadInput:
    """The numbers that a model reads of a recording: their range, the share that a quantised input cannot store,
    and a drawing from 0 to 255, frames across and bands upwards; one row for numbers in a row."""

    low: float
    high: float
    mean: float
    clipped: float
    drawing: Sequence[Sequence[int]]


@dataclass(frozen=True)
class TriedInput:
    """The result of one way to compute the input.

    `right` of `judged` recordings with a label were answered with it. `refusal` says why nothing could be tried.
    """

    key: str
    answer: str = ""
    scores: Mapping[str, float] | None = None
    right: int = 0
    judged: int = 0
    read: ReadInput | None = None
    note: str = ""
    refusal: str = ""

    def to_json(self) -> dict[str, Any]:
        read = self.read
        return {
            "key": self.key,
            "answer": self.answer,
            "scores": dict(self.scores or {}),
            "right": self.right,
            "judged": self.judged,
            "note": self.note,
            "refusal": self.refusal,
            "read": None
            if read is None
            else {
                "low": read.low,
                "high": read.high,
                "mean": read.mean,
                "clipped": read.clipped,
                "drawing": [list(row) for row in read.drawing],
            },
        }


def try_inputs(
    files: ProjectFiles,
    signature: ModelSignature,
    variants: Sequence[TrialVariant],
    samples: Sequence[LabelledSample],
    seconds: float,
) -> Iterator[TriedInput]:
    """Builds each Runefile and runs it on the recordings, until the time is over; one that is not reached is left out.

    What the model reads, and its answer, are those of the first recording.
    """
    end = time.monotonic() + seconds
    for variant in variants:
        remaining = end - time.monotonic()
        if remaining <= 0:
            return
        yield _trial_of(_WithRunefile(files, variant.runefile.encode()), signature, variant, samples, remaining)


def _trial_of(
    files: _WithRunefile,
    signature: ModelSignature,
    variant: TrialVariant,
    samples: Sequence[LabelledSample],
    seconds: float,
) -> TriedInput:
    key = variant.key
    try:
        rune = build(files, BuildOptions("trial", runefile=_RUNEFILE)).rune
        answers = dict(answer_each(rune, samples, effort=EvaluationEffort(seconds=seconds)))
    except BuildFailed as error:
        reasons = "; ".join(each.message for each in error.diagnostics[:3]) or str(error)
        return TriedInput(key, refusal=f"It cannot be built: {reasons}.")
    except (EvaluationImpossible, RuneError) as error:
        return TriedInput(key, refusal=f"It cannot be tried: {error}.")
    model_reading, note = _read(files, signature, samples[0], variant.grid)
    first = answers.get(samples[0].name, "It was not reached in the time for a trial.")
    if isinstance(first, str):
        return TriedInput(key, read=model_reading, refusal=f"{samples[0].name}: {first}")
    judged_samples = [each for each in samples if each.label and isinstance(answers.get(each.name), ScoredLabel)]
    right = [each for each in judged_samples if _label(answers[each.name]) == same_label(each.label)]
    scores = sorted(first.scores.items(), key=lambda pair: -pair[1])[:MAX_SCORES]
    rounded_scores = {label: round(float(score), 4) for label, score in scores}
    return TriedInput(key, first.label, rounded_scores, len(right), len(judged_samples), model_reading, note)


def _label(answer: ScoredLabel | str) -> str:
    return same_label(answer.label) if isinstance(answer, ScoredLabel) else ""


def _read(
    files: _WithRunefile, signature: ModelSignature, sample: LabelledSample, grid: tuple[int, int] | None
) -> tuple[ReadInput | None, str]:
    """The numbers of the first window of a recording; None with the reason where they cannot be told."""
    fronts = model_fronts(files, PUBLISHED_BLOCKS, runefile=_RUNEFILE, signatures=lambda _: signature)
    if len(signature.inputs) != 1 or not fronts:
        return None, "What is read of it is drawn for models with one input."
    tensor = signature.inputs[0]
    try:
        windows = CompiledFront(files, fronts[0], tensor.type.dimensions).of(sample.read(), 1)
    except (FrontImpossible, FileError, OSError) as error:
        return None, str(error)
    return (_read_input(windows[0], tensor, grid), "") if windows else (None, "The recording fills no window.")


def _read_input(values: Array, tensor: ModelTensor, grid: tuple[int, int] | None) -> ReadInput:
    clipped_share = 0.0
    if tensor.type.element in _RANGES and tensor.scale is not None:
        low, high = ((each - (tensor.zero_point or 0)) * tensor.scale for each in _RANGES[tensor.type.element])
        half = tensor.scale / 2
        clipped_share = float(np.mean((values < low - half) | (values > high + half)))
    return ReadInput(
        round(float(values.min()), 4),
        round(float(values.max()), 4),
        round(float(values.mean()), 4),
        round(clipped_share, 4),
        _drawing(values.reshape(grid) if grid is not None and len(_inner(values)) == 1 else values),
    )


def _drawing(values: Array) -> list[list[int]]:
    """The numbers as levels: of a picture its brightness, of features frames across and bands upwards."""
    inner = values.reshape(_inner(values) or [1])
    if inner.ndim >= 3:
        inner = inner.mean(axis=int(np.argmin(inner.shape)))
        table = inner.reshape(inner.shape[0], -1)
    elif inner.ndim == 2:
        is_square = values.ndim == 4 and inner.shape[0] == inner.shape[1]
        table = inner if is_square else inner.T[::-1]
    else:
        table = inner.reshape(1, -1)
    small = _smaller(_smaller(table, _ROWS).T, _COLUMNS).T
    low, high = float(small.min()), float(small.max())
    levels = (small - low) / (high - low or 1) * _LEVELS
    return [[int(each) for each in row] for row in np.rint(levels)]


def _inner(values: Array) -> list[int]:
    return [size for size in values.shape if size != 1]


def _smaller(table: Array, most: int) -> Array:
    """Reduces a table to so many rows at most: means of neighbours."""
    if table.shape[0] <= most:
        return table
    parts = np.array_split(np.arange(table.shape[0]), most)
    return np.stack([table[part].mean(axis=0) for part in parts])


class _WithRunefile:
    """The files of a project, and the Runefile that is tried."""

    def __init__(self, files: ProjectFiles, runefile: bytes) -> None:
        self._files, self._runefile = files, runefile

    def read(self, path: str) -> bytes:
        return self._runefile if normal_path(path) == _RUNEFILE else self._files.read(path)

    def paths(self) -> tuple[str, ...]:
        return (*self._files.paths(), _RUNEFILE)
