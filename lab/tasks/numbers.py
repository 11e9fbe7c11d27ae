"""A number for each window: how far a rune's answers are off, beside those that need no learning."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from lab.dataset.dataset import Dataset
from lab.dataset.recording import Recording
from lab.dataset.tables import require_rows, rows_of, with_splits_in_time
from lab.dataset.windows import FeatureWindows
from lab.tasks.fits import LabelFit, NumberFit
from lab.tasks.judging.judged_rune import JudgedRune, RowsOfSplit
from lab.tasks.judging.number_errors import NumberErrorJson, RecordingErrors, number_error
from lab.tasks.objectives.objective import Objective
from lab.tasks.objectives.squares import SquareObjective
from lab.tasks.scaling import Array, DataScaling, LearnedNumbers
from lab.tasks.task import LabelledRecordings, LearnedWindows, LearningTask, ModelOutput
from rune.datasets.content.content import Kind
from rune.datasets.learnable import LearnedAnswer
from rune.datasets.splits import Split

NUMBER_STAGE = "number"
"""The stage that gives the answer."""


@dataclass(frozen=True)
class NumberJudgement:
    """The errors of a rune's numbers on so many recordings of a split; `silent` ones have no window with a target."""

    recordings: int
    silent: int
    error: NumberErrorJson | None
    answers: Sequence[tuple[int, int, float]] = ()

    def to_json(self, _labels: Sequence[str]) -> dict[str, Any]:
        """The errors; nothing of it is right or wrong."""
        return {"samples": self.recordings, "skipped_samples": self.silent, "accuracy": None, "error": self.error}


def number_stages(_values: Mapping[str, float], output: ModelOutput) -> str:
    """The stages behind a model that answers with a number: in the unit of the data, and sent."""
    return f"""\
  # In the unit of the column that was learned.
  {NUMBER_STAGE}:
    proc-block: scale
    inputs: [{output.scores}]
    outputs:
      - {{type: f32, dimensions: [{", ".join(map(str, output.dimensions))}]}}
    args:
      factor: {output.scaling.spread:.9g}
      offset: {output.scaling.centre:.9g}

  answer:
    out: SERIAL
    inputs: [{NUMBER_STAGE}]
"""


@dataclass(frozen=True)
class NumberTask(LearningTask):
    """The number of a column of a table.

    `numbers` gives it for each window of a recording in order, from the values and the rows of its table,
    `[rows, columns]`; the last windows may have none. `usual` gives for each of them the answer that needs no learning,
    and the difference is learned; without it, that answer is the mean of the train split. `baseline` is its name.
    `answer` gives the stages behind the model; one of them is `NUMBER_STAGE`, and the last are outputs. `place` is that
    of the target's column, and `is_read` says whether the rune reads that column too. `rows` says how many rows the
    shortest table has of which something is learned.
    """

    learned_answer: ClassVar[LearnedAnswer] = LearnedAnswer.NUMBER
    comment: ClassVar[str] = "How far the answer is from the usual one, in parts of the spread."
    answer_kind: ClassVar[str] = "number"
    curve: ClassVar[str] = SquareObjective.curve
    has_labels: ClassVar[bool] = False

    numbers: Callable[[Mapping[str, float], Array], Array]
    answer: Callable[[Mapping[str, float], ModelOutput], str] = number_stages
    baseline: str = "the mean of the train split"
    usual: Callable[[Mapping[str, float], Array], Array] | None = None
    place: int = -1
    is_read: bool = False
    rows: Callable[[Mapping[str, float]], int] = lambda _values: 1

    def labelled(
        self, recordings: Sequence[Recording], kind: Kind, columns: Sequence[str], recipe: str
    ) -> LabelledRecordings:
        """The name of the column that is learned stands for all labels."""
        del kind, recipe
        name = columns[self.place]
        tables = with_splits_in_time([replace(each, label=name) for each in recordings])
        classes = dict.fromkeys(sorted({each.label for each in recordings}), name)
        return LabelledRecordings(tables.recordings, [name], classes, [name], tables.notes)

    def label_names(self, count: int) -> Sequence[str]:
        del count
        return ("number",)

    def columns_read(self, names: Sequence[str]) -> list[str]:
        own = list(names)
        if not self.is_read:
            own.pop(self.place)
        return own

    def require_data(self, dataset: Dataset, values: Mapping[str, float], recipe: str) -> None:
        require_rows(dataset.recordings, dataset.splits, self.rows(values), recipe)

    def learned_windows(self, dataset: Dataset, values: Mapping[str, float], windows: FeatureWindows) -> LearnedWindows:
        """The windows that have a number, and the numbers."""
        parts: list[Array] = []
        usual: list[Array] = []
        has_number = np.zeros(len(windows.recordings), bool)
        for place in np.unique(windows.recordings):
            rows = rows_of(dataset.recordings[place])
            own = self.numbers(values, rows)
            has_number[np.flatnonzero(windows.recordings == place)[: len(own)]] = True
            parts.append(own)
            if self.usual is not None:
                usual.append(self.usual(values, rows)[: len(own)])
        numbers = LearnedNumbers(np.concatenate(parts), np.concatenate(usual) if usual else None)
        return LearnedWindows(windows.at(has_number), numbers)

    def answers(self, dataset: Dataset, learned_windows: LearnedWindows, scaling: DataScaling) -> Array:
        del dataset
        assert learned_windows.numbers is not None  # noqa: S101 (`learned_windows` has them)
        return learned_windows.numbers.scaled(scaling)

    def objective(self, values: Mapping[str, float]) -> Objective:
        del values
        return SquareObjective()

    def blank_answers(self, count: int, shape: Sequence[int]) -> Array:
        del shape
        return np.zeros(count, np.float32)

    def fit(self, values: Mapping[str, float], recordings: Any) -> LabelFit:
        del values, recordings
        return NumberFit()

    def stages(self, values: Mapping[str, float], output: ModelOutput) -> str:
        return self.answer(values, output)

    def judge(
        self,
        rune: JudgedRune,
        values: Mapping[str, float],
        scaling: DataScaling,
        dataset: Dataset,
        split: Split,
        rows_of_split: RowsOfSplit,
    ) -> NumberJudgement:
        """Measures how far the numbers are off, beside answers that need no learning."""
        silent = 0
        errors: list[RecordingErrors] = []
        for _, recording, rows in rows_of_split(replace(rune, scores_stage=NUMBER_STAGE), dataset, split):
            table = rows_of(recording)
            expected = self.numbers(values, table)[: len(rows)]
            if not len(expected):
                silent += 1
                continue
            usual = self._without_learning(values, table, scaling)[: len(expected)]
            answers = np.array([float(np.ravel(row)[0]) for row in rows[: len(expected)]])
            errors.append(RecordingErrors(np.abs(answers - expected), np.abs(usual - expected)))
        return NumberJudgement(len(errors), silent, number_error(errors, self.baseline))

    def _without_learning(self, values: Mapping[str, float], rows: Array, scaling: DataScaling) -> Array:
        """The answers that need no learning, one for each that is learned."""
        numbers = self.numbers(values, rows)
        if self.usual is None:
            return np.full(len(numbers), scaling.centre)
        return self.usual(values, rows)[: len(numbers)]


LAST_COLUMN = NumberTask(lambda _values, rows: rows[:, -1])
"""The value of the last column in the row that is read."""
