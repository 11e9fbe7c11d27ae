"""Labels of recordings: a share for each, and the best one is the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from lab.dataset.dataset import Dataset
from lab.dataset.recording import Recording
from lab.tasks.judging.judged_rune import JudgedRune, RowsOfSplit, SplitJudgement, judge
from lab.tasks.objectives.objective import Objective
from lab.tasks.objectives.shares import ShareObjective
from lab.tasks.scaling import DataScaling
from lab.tasks.task import LabelledRecordings, LearningTask, ModelOutput
from rune.datasets.content.content import Kind
from rune.datasets.learnable import LearnedAnswer
from rune.datasets.splits import Split


@dataclass(frozen=True)
class LabelTask(LearningTask):
    """The task of recipes that give each recording one label."""

    learned_answer: ClassVar[LearnedAnswer] = LearnedAnswer.LABELS
    curve: ClassVar[str] = ShareObjective.curve
    takes_teacher: ClassVar[bool] = True
    takes_start: ClassVar[bool] = True
    is_searched: ClassVar[bool] = True

    def labelled(
        self, recordings: Sequence[Recording], kind: Kind, columns: Sequence[str], recipe: str
    ) -> LabelledRecordings:
        del kind, columns, recipe
        return LabelledRecordings(recordings, sorted({each.label for each in recordings}))

    def objective(self, values: Mapping[str, float]) -> Objective:
        del values
        return ShareObjective()

    def stages(self, values: Mapping[str, float], output: ModelOutput) -> str:
        """The mean of some windows, the best label, and the scores of all."""
        return f"""\
  # The mean of the last windows: single ones flicker.
  steady:
    proc-block: moving_average
    inputs: [{output.scores}]
    outputs:
      - {{type: f32, dimensions: [1, {output.labels}]}}
    args:
      length: {int(values.get("mean-of", 1))}

  best:
    proc-block: top_k
    inputs: [steady]
    outputs:
      - {{type: u32, dimensions: [1]}}
      - {{type: f32, dimensions: [1]}}

{label_answer("best.0")}
  # The scores of all labels, so that the app sees how sure the model is.
  scores:
    out: SERIAL
    inputs: [steady]
"""

    def judge(
        self,
        rune: JudgedRune,
        values: Mapping[str, float],
        scaling: DataScaling,
        dataset: Dataset,
        split: Split,
        rows_of_split: RowsOfSplit,
    ) -> SplitJudgement:
        del values, scaling
        return judge(rune, dataset, split, rows_of_split)


def label_answer(source: str) -> str:
    """Returns the stages that write the label of a class. The stage `source` returns the number of the class."""
    return f"""\
  label:
    proc-block: label
    inputs: [{source}]
    outputs:
      - {{type: utf8, dimensions: [1]}}
    args:
      wordlist: $LABELS

  answer:
    out: SERIAL
    inputs: [label]
"""
