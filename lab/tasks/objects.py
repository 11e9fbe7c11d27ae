"""Objects in pictures, counted on a grid: the threshold of a rune, and how well it counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from lab.dataset.dataset import Dataset
from lab.dataset.marked_pictures import by_object, marked_pictures
from lab.dataset.recording import Recording
from lab.dataset.requirements import require_kind
from lab.dataset.windows import FeatureWindows
from lab.tasks.judging.counting_figures import (
    CountingFigures,
    MiscountedPictureJson,
    PictureCounts,
    Place,
    best_threshold,
    counting_figures,
    counts_by_label,
    matches,
    worst_pictures,
)
from lab.tasks.judging.judged_rune import DraftRune, JudgedRune, RowsOfSplit
from lab.tasks.judging.thresholds import Threshold
from lab.tasks.objectives.cells import CellObjective
from lab.tasks.objectives.objective import Objective
from lab.tasks.scaling import Array, DataScaling
from lab.tasks.task import LabelledRecordings, LearnedWindows, LearningTask, ModelOutput
from rune.datasets.content.content import Kind
from rune.datasets.learnable import LearnedAnswer
from rune.datasets.splits import Split
from rune.port import Port

COUNTS_STAGE = "objects"
"""The stage that counts objects on a grid, whose second output has their positions."""
CELL = 8
"""Pixels of the width and the height of a cell of that grid."""
_FIELDS = 4
"""Numbers of a position: label, x, y, score."""


@dataclass(frozen=True)
class CountJudgement:
    """The judgement of how well a rune counts on so many pictures of a split, and those in which it counts worst."""

    pictures: int
    counting: CountingFigures | None
    worst: Sequence[MiscountedPictureJson] = ()
    answers: Sequence[tuple[int, int, float]] = ()

    def to_json(self, _labels: Sequence[str]) -> dict[str, Any]:
        """The figures; no picture as a whole is right or wrong."""
        return {
            "samples": self.pictures,
            "skipped_samples": 0,
            "accuracy": None,
            "counting": self.counting,
            "worst_counts": self.worst,
        }


@dataclass(frozen=True)
class ObjectTask(LearningTask):
    """Objects are counted on a grid: a network says of each cell whose middle is in it, and learns from positions."""

    learned_answer: ClassVar[LearnedAnswer] = LearnedAnswer.OBJECTS
    comment: ClassVar[str] = "For each cell a score of the background, and one for each label; together they are 1."
    answer_kind: ClassVar[str] = "counts"
    curve: ClassVar[str] = CellObjective.curve

    def labelled(
        self, recordings: Sequence[Recording], kind: Kind, columns: Sequence[str], recipe: str
    ) -> LabelledRecordings:
        """The pictures that somebody marked, each under the label of most of its objects."""
        del columns
        require_kind(recordings, kind, recipe)
        pictures = marked_pictures(recordings, recipe)
        return LabelledRecordings(pictures.recordings, pictures.labels, {}, pictures.labels, pictures.notes)

    def examples(self, recordings: Sequence[Recording]) -> list[tuple[int, Recording]]:
        return by_object(recordings)

    def require_windows(self, dataset: Dataset, windows: FeatureWindows) -> None:
        """A picture always fills its window."""

    def answers(self, dataset: Dataset, learned_windows: LearnedWindows, scaling: DataScaling) -> Array:
        """The positions in each window, f32 [n, most, 3]: the label from 1, x and y, and zeros where a picture has
        fewer objects than another."""
        del scaling
        most = max(len(each.positions or ()) for each in dataset.recordings)
        positions = np.zeros((len(learned_windows.windows.recordings), most, 3), np.float32)
        for row, place in enumerate(learned_windows.windows.recordings):
            for number, (label, x, y) in enumerate(places_of(dataset, place)):
                positions[row, number] = label + 1, x, y
        return positions

    def objective(self, values: Mapping[str, float]) -> Objective:
        return CellObjective(float(values["object-weight"]))

    def blank_answers(self, count: int, shape: Sequence[int]) -> Array:
        del shape
        return np.zeros((count, 1, 3), np.float32)

    def classes(self, labels: int) -> int:
        """The background is one."""
        return labels + 1

    def dimensions(self, shape: Sequence[int], labels: int) -> tuple[int, ...]:
        return (1, shape[0] // CELL, shape[1] // CELL, self.classes(labels))

    def stages(self, values: Mapping[str, float], output: ModelOutput) -> str:
        return f"""\
  # Cells of one label that touch are one object.
  {COUNTS_STAGE}:
    proc-block: count_on_grid
    inputs: [{output.scores}]
    outputs:
      - {{type: u32, dimensions: [{output.labels}]}}
      - {{type: f32, dimensions: [{int(values["positions"])}, 4]}}
    args:
      threshold: {output.threshold.on:.9g}
      most: {int(values["positions"])}
      names: $LABELS

  # How many objects there are of each label, in the order of the labels.
  counts:
    out: SERIAL
    inputs: [{COUNTS_STAGE}.0]

  # The label from 0, x, y and the score of each object; x and y are shares of the width and the height.
  positions:
    out: SERIAL
    inputs: [{COUNTS_STAGE}.1]
"""

    def finished(self, draft: DraftRune) -> tuple[JudgedRune, Sequence[str]]:
        """Where the values have no threshold, it is the one with the greatest F1 of the quantised rune on the
        validation split."""
        threshold = float(draft.values["threshold"])
        notes: Sequence[str] = ()
        if not threshold:
            threshold = _best_threshold(draft)
            notes = (f"The threshold is {threshold:g}: the F1 of objects on the validation split is greatest with it.",)
        counts = replace(draft.rune(Port(COUNTS_STAGE, 0)), beside=Port(COUNTS_STAGE, 1))
        return draft.with_threshold(counts, Threshold(threshold, threshold, 0)), notes

    def judge(
        self,
        rune: JudgedRune,
        values: Mapping[str, float],
        scaling: DataScaling,
        dataset: Dataset,
        split: Split,
        rows_of_split: RowsOfSplit,
    ) -> CountJudgement:
        """Compares counts and positions with those that were marked."""
        del scaling
        return judge_counts(rune, values, dataset, split, rows_of_split)

    def augmented_inputs(self, augment: Callable[..., Any], inputs: Array, random: np.random.Generator) -> Array:
        """Objects move with the pictures, and there are none."""
        changed: Array = augment(inputs, np.zeros((len(inputs), 0, 3), np.float32), random)[0]
        return changed


def _best_threshold(draft: DraftRune) -> float:
    rows = draft.rows_of_split(draft.rune(), draft.dataset, Split.VALIDATION)
    read = [(place, grids[0]) for place, _, grids in rows]
    return best_threshold([grid for _, grid in read], [places_of(draft.dataset, place) for place, _ in read])


def places_of(dataset: Dataset, place: int) -> list[Place]:
    """The objects of the picture at a place: the place of the label, x and y."""
    positions = dataset.recordings[place].positions or ()
    return [(dataset.labels.index(each.label), each.x, each.y) for each in positions]


def judge_counts(
    judged_rune: JudgedRune, values: Mapping[str, float], dataset: Dataset, split: Split, rows_of_split: RowsOfSplit
) -> CountJudgement:
    """Builds a rune, and compares its counts and positions with what was marked in the pictures of a split. Raises
    `Refused`."""
    labels = len(dataset.labels)
    cells = int(values["size"]) // CELL
    of_train = [
        counts_by_label(places_of(dataset, place), labels)
        for place, own in enumerate(dataset.splits)
        if own is Split.TRAIN
    ]
    usual = np.median(of_train, axis=0).astype(np.int64)
    pictures: list[PictureCounts] = []
    for place, recording, rows in rows_of_split(judged_rune, dataset, split):
        counts, numbers = rows[0][:labels].astype(np.int64), rows[0][labels:].reshape(-1, _FIELDS)
        rune_places: list[Place] = [(int(label), float(x), float(y)) for label, x, y, _ in numbers]
        marked_places = places_of(dataset, place)
        pictures.append(
            PictureCounts(
                place,
                counts_by_label(marked_places, labels),
                counts,
                counts_by_label(rune_places, labels),
                matches(marked_places, rune_places, (cells, cells), labels),
                usual,
                recording.group,
            )
        )
    threshold = judged_rune.threshold or 0.0
    figures = counting_figures(pictures, dataset.labels, threshold)
    return CountJudgement(len(pictures), figures, worst_pictures(pictures, dataset.labels))
