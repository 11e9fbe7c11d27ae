"""Anomalies: a score that is larger the less normal a window is, and an alarm above a threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from lab.dataset.dataset import Dataset
from lab.dataset.recording import Recording
from lab.dataset.requirements import refuse
from lab.dataset.windows import FeatureWindows
from lab.tasks.fits import AnomalyFit, LabelFit
from lab.tasks.judging.judged_rune import DraftRune, JudgedRune, normal_scores
from lab.tasks.judging.thresholds import few_windows_note, threshold_of
from lab.tasks.labels import LabelTask, label_answer
from lab.tasks.objectives.objective import Objective
from lab.tasks.objectives.squares import SquareObjective
from lab.tasks.scaling import Array, DataScaling
from lab.tasks.task import LabelledRecordings, LearnedWindows, ModelOutput
from rune.datasets.content.content import Kind
from rune.datasets.learnable import ANOMALY, NORMAL, LearnedAnswer, normal_problem
from rune.datasets.splits import Split
from rune.port import Port

DISTANCE_STAGE = "distance"
"""The stage that says how far a network's output is from its input."""


@dataclass(frozen=True)
class AnomalyTask(LabelTask):
    """Normal recordings and others are two labels. An estimator learns a score from normal ones."""

    learned_answer: ClassVar[LearnedAnswer] = LearnedAnswer.NORMAL
    takes_teacher: ClassVar[bool] = False
    takes_start: ClassVar[bool] = False
    is_searched: ClassVar[bool] = False

    def labelled(
        self, recordings: Sequence[Recording], kind: Kind, columns: Sequence[str], recipe: str
    ) -> LabelledRecordings:
        del kind, columns
        return normal_and_others(recordings, recipe)

    def missing_notes(self, recordings: Sequence[Recording]) -> Sequence[str]:
        if len({each.label for each in recordings}) != 1:
            return ()
        return ("There are no recordings of anomalies, so how many of them are recognised is not known.",)

    def label_names(self, count: int) -> Sequence[str]:
        del count
        return NORMAL, ANOMALY

    def fit(self, values: Mapping[str, float], recordings: Any) -> LabelFit:
        return AnomalyFit(values, recordings)

    def stages(self, values: Mapping[str, float], output: ModelOutput) -> str:
        return _alarm_stages(values, output, f"{output.scores}.0")


@dataclass(frozen=True)
class ReconstructionTask(AnomalyTask):
    """A network draws normal windows again. How far off it is tells anomalies."""

    comment: ClassVar[str] = "The features as the model draws them again."
    curve: ClassVar[str] = SquareObjective.curve

    def learned_windows(self, dataset: Dataset, values: Mapping[str, float], windows: FeatureWindows) -> LearnedWindows:
        """The windows of normal recordings alone."""
        del values
        is_normal = np.array([each.label == dataset.labels[0] for each in dataset.recordings])[windows.recordings]
        return LearnedWindows(windows.at(is_normal))

    def answers(self, dataset: Dataset, learned_windows: LearnedWindows, scaling: DataScaling) -> Array:
        """The inputs themselves."""
        del dataset, scaling
        return learned_windows.windows.inputs

    def objective(self, values: Mapping[str, float]) -> Objective:
        del values
        return SquareObjective()

    def blank_answers(self, count: int, shape: Sequence[int]) -> Array:
        return np.zeros((count, *shape), np.float32)

    def dimensions(self, shape: Sequence[int], labels: int) -> tuple[int, ...]:
        del labels
        return (1, shape[-1])

    def stages(self, values: Mapping[str, float], output: ModelOutput) -> str:
        distance = f"""\
  # How far they are apart: what the model has never seen, it cannot draw again.
  {DISTANCE_STAGE}:
    proc-block: mse
    inputs: [{output.source}, {output.scores}]
    outputs:
      - {{type: f32, dimensions: [1]}}
"""
        return f"{distance}\n{_alarm_stages(values, output, DISTANCE_STAGE)}"

    def finished(self, draft: DraftRune) -> tuple[JudgedRune, Sequence[str]]:
        """The threshold is measured on the scores of the quantised rune itself."""
        unset = draft.rune(Port(DISTANCE_STAGE, 0))
        threshold = threshold_of(
            normal_scores(unset, draft.dataset, Split.VALIDATION, draft.rows_of_split), draft.values
        )
        return draft.with_threshold(unset, threshold), few_windows_note(threshold.windows, draft.values)


def normal_and_others(recordings: Sequence[Recording], recipe: str) -> LabelledRecordings:
    """Recordings with the label of normal ones, or `ANOMALY`, which the data need not have. With one label only, all
    are normal; of several, those of the label `normal`. Raises `Refused`."""
    labels = sorted({each.label for each in recordings})
    refuse(normal_problem(labels, recipe))
    normal = labels[0] if len(labels) == 1 else NORMAL
    classes = {label: label if label == normal else ANOMALY for label in labels}
    own = [replace(each, label=classes[each.label]) for each in recordings]
    return LabelledRecordings(own, (normal, ANOMALY), classes, (normal,))


def _alarm_stages(values: Mapping[str, float], output: ModelOutput, source: str) -> str:
    """The stages behind a stage whose score is larger the less normal a window is: their last are outputs."""
    return f"""\
  # The mean of the last windows: single ones flicker.
  steady:
    proc-block: moving_average
    inputs: [{source}]
    outputs:
      - {{type: f32, dimensions: [1]}}
    args:
      length: {int(values["mean-of"])}

  # Above `on`, at most {values["false-alarms"]:.3g} of the normal windows lie that were not learned.
  alarm:
    proc-block: hysteresis
    inputs: [steady]
    outputs:
      - {{type: u8, dimensions: [1]}}
    args:
      on: {output.threshold.on:.9g}
      off: {output.threshold.off:.9g}

{label_answer("alarm")}
  # How far from normal it is, for the app.
  score:
    out: SERIAL
    inputs: [steady]
"""
