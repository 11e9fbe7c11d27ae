"""How often the trained rune is right, or how far it is off: the finished rune runs on recordings that it did not learn
from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lab.dataset.features import RecordingRunner
from lab.dataset.recordings import Recording
from lab.dataset.tables import rows_of
from lab.recipes.arguments import Values
from lab.recipes.numbers import Array, DataScaling, NumberTarget
from lab.training.data import Dataset, build_rune
from lab.training.judging.numbers import NumberErrorJson, RecordingErrors, number_error
from rune.assessment.evaluation.intervals import wilson
from rune.assessment.evaluation.recorded_tensors import tensor_array
from rune.compiler.building.options import BuildOptions
from rune.datasets.splits import Split
from rune.port import Port
from rune.project.files import MemoryFiles
from rune.project.runefile import DEFAULT_RUNEFILE
from rune.running.runtime import LoadedRune


@dataclass(frozen=True)
class SplitJudgement:
    """The answers for the recordings of one split. `confusion[right][answer]` counts them, by places of labels; a
    recording's answer is the label with the highest mean score of its windows. `silent` ones fill no window.
    `answers` has the place of each recording, its answer's, and how sure that is, from 0 to 1."""

    confusion: Sequence[Sequence[int]]
    silent: int
    answers: Sequence[tuple[int, int, float]] = ()

    def to_json(self, labels: Sequence[str]) -> dict[str, Any]:
        """Shares with their 95 % intervals, by label and together."""
        right = sum(row[place] for place, row in enumerate(self.confusion))
        count = sum(map(sum, self.confusion))
        return {
            "samples": count,
            "skipped_samples": self.silent,
            "accuracy": _share(right, count),
            "labels": {
                label: {"samples": sum(row), "recall": _share(row[place], sum(row))}
                for place, (label, row) in enumerate(zip(labels, self.confusion, strict=True))
            },
            "confusion": [list(row) for row in self.confusion],
        }


@dataclass(frozen=True)
class NumberJudgement:
    """How far a rune's numbers are off on so many recordings of a split; `silent` ones have no window with a target."""

    recordings: int
    silent: int
    error: NumberErrorJson | None
    answers: Sequence[tuple[int, int, float]] = ()

    def to_json(self, _labels: Sequence[str]) -> dict[str, Any]:
        """The errors; nothing of it is right or wrong."""
        return {"samples": self.recordings, "skipped_samples": self.silent, "accuracy": None, "error": self.error}


@dataclass(frozen=True)
class JudgedRune:
    """A rune to be judged: its Runefile and the files that it names, and the stage whose scores answer. With a
    `threshold`, the answer is the second label from that score on, and the first below it."""

    runefile: str
    files: Mapping[str, bytes]
    scores_stage: str
    threshold: float | None = None
    scores_place: int = 0
    """Says which output of the stage has the scores."""
    beside: Port | None = None
    """A further output, whose numbers follow those of the scores in one row."""
    ends_in_silence: bool = False
    """That of the recipe."""

    def answer(self, mean: Any) -> tuple[int, float]:
        """The place of the answer's label for the mean scores of a recording, and how sure it is, from 0 to 1."""
        if self.threshold is None:
            place = int(np.argmax(mean))
            return place, float(mean[place])
        apart = float(np.ravel(mean)[0]) - self.threshold
        size = max(abs(self.threshold), 1e-9)
        return int(apart >= 0), 0.5 + 0.5 * abs(apart) / (abs(apart) + size)


def judge(
    judged_rune: JudgedRune, dataset: Dataset, split: Split, report: Callable[[float, str], None]
) -> SplitJudgement:
    """Builds a rune and runs it on the recordings of a split. Raises `Refused`."""
    confusion = np.zeros((len(dataset.labels), len(dataset.labels)), np.int64)
    silent = 0
    answers: list[tuple[int, int, float]] = []
    for place, recording, rows in rows_of_split(judged_rune, dataset, split, report):
        if rows:
            answer, sureness = judged_rune.answer(np.mean(rows, axis=0))
            confusion[dataset.labels.index(recording.label), answer] += 1
            answers.append((place, answer, round(sureness, 3)))
        else:
            silent += 1
    return SplitJudgement(confusion.tolist(), silent, answers)


def normal_scores(
    judged_rune: JudgedRune, dataset: Dataset, split: Split, report: Callable[[float, str], None]
) -> Sequence[Array]:
    """The scores of windows, f64 `[windows]`, of the recordings with the first label in a split. Raises `Refused`."""
    return [
        np.array([float(np.ravel(row)[0]) for row in rows])
        for _, recording, rows in rows_of_split(judged_rune, dataset, split, report)
        if rows and recording.label == dataset.labels[0]
    ]


@dataclass(frozen=True)
class JudgedNumbers:
    """The target of a recipe that answers with a number, with the values and the scaling of a run."""

    target: NumberTarget
    values: Values
    scaling: DataScaling


def judge_numbers(
    judged_rune: JudgedRune,
    numbers: JudgedNumbers,
    dataset: Dataset,
    split: Split,
    report: Callable[[float, str], None],
) -> NumberJudgement:
    """How far the numbers of a rune are off on a split, beside answers that need no learning. Raises `Refused`."""
    silent = 0
    errors: list[RecordingErrors] = []
    for _, recording, rows in rows_of_split(judged_rune, dataset, split, report):
        table = rows_of(recording)
        expected = numbers.target.numbers(numbers.values, table)[: len(rows)]
        if not len(expected):
            silent += 1
            continue
        usual = numbers.target.without_learning(numbers.values, table, numbers.scaling)[: len(expected)]
        answers = np.array([float(np.ravel(row)[0]) for row in rows[: len(expected)]])
        errors.append(RecordingErrors(np.abs(answers - expected), np.abs(usual - expected)))
    return NumberJudgement(len(errors), silent, number_error(errors, numbers.target.baseline))


def rows_of_split(
    judged_rune: JudgedRune,
    dataset: Dataset,
    split: Split,
    report: Callable[[float, str], None],
) -> Iterator[tuple[int, Recording, list[Array]]]:
    """Builds a rune, runs it on the recordings of a split, and gives the place of each with the values of the stage.
    Raises `Refused`."""
    ports = _watched_ports(judged_rune)

    def read(loaded_rune: LoadedRune, _messages: Sequence[Any]) -> Array:
        arrays = [tensor_array(loaded_rune.watched[each].tensors[0]) for each in ports]
        return arrays[0] if judged_rune.beside is None else np.concatenate([np.ravel(each) for each in arrays])

    runner = RecordingRunner(built_rune(judged_rune), read, ends_in_silence=judged_rune.ends_in_silence)
    places = [place for place, own in enumerate(dataset.splits) if own is split]
    for number, place in enumerate(places, start=1):
        recording = dataset.recordings[place]
        yield place, recording, runner.rows(recording)
        report(number / len(places), f"Running the rune on the {split.value} split, {number} of {len(places)}")


def built_rune(judged_rune: JudgedRune) -> bytes:
    """Builds the rune that answers on recordings; it sends its scores beside its outputs. Raises `Refused`."""
    files = MemoryFiles({DEFAULT_RUNEFILE: judged_rune.runefile.encode(), **judged_rune.files})
    return build_rune(files, BuildOptions("trained", watched=_watched_ports(judged_rune)))


def _watched_ports(judged_rune: JudgedRune) -> tuple[Port, ...]:
    port = Port(judged_rune.scores_stage, judged_rune.scores_place)
    return (port,) if judged_rune.beside is None else (port, judged_rune.beside)


def _share(right: int, count: int) -> list[float] | None:
    """The share and its 95 % interval, or None of nothing."""
    if not count:
        return None
    share = wilson(right, count)
    return [round(share.value, 4), round(share.low, 4), round(share.high, 4)]
