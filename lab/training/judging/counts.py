"""The rune of a recipe that counts objects: its threshold, chosen on the validation split, and how well it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lab.child.job import Report
from lab.recipes.alarm import Threshold
from lab.recipes.arguments import Values
from lab.recipes.recipe import CELL, COUNTS_STAGE, Recipe, scores_stage, whole_runefile
from lab.training.data import Dataset, places_of
from lab.training.judging.judge import JudgedRune, rows_of_split
from lab.training.judging.objects import (
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
from rune.datasets.splits import Split
from rune.port import Port

_FIELDS = 4
"""Numbers of a position: label, x, y, score."""


@dataclass(frozen=True)
class CountJudgement:
    """How well a rune counts on so many pictures of a split, and those in which it counts worst."""

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


def counting_rune(
    recipe: Recipe, values: Values, path: str, model: bytes, dataset: Dataset, report: Report
) -> tuple[JudgedRune, Sequence[str]]:
    """The rune around a model at `path`, and a sentence about its threshold. Where the values have none, it is the one
    with the greatest F1 of the quantised rune on the validation split. Raises `Refused`."""

    def runefile(threshold: float) -> str:
        return whole_runefile(recipe, values, path, model, dataset.labels, threshold=Threshold(threshold, threshold, 0))

    rune_threshold = float(values["threshold"])
    notes: Sequence[str] = ()
    if not rune_threshold:
        unset = JudgedRune(runefile(0.5), {path: model}, scores_stage(model))
        read = [(place, rows[0]) for place, _, rows in rows_of_split(unset, dataset, Split.VALIDATION, report)]
        marked_places = [places_of(dataset, place) for place, _ in read]
        rune_threshold = best_threshold([grid for _, grid in read], marked_places)
        notes = (
            f"The threshold is {rune_threshold:g}: the F1 of objects on the validation split is greatest with it.",
        )
    judged_rune = JudgedRune(
        runefile(rune_threshold), {path: model}, COUNTS_STAGE, rune_threshold, beside=Port(COUNTS_STAGE, 1)
    )
    return judged_rune, notes


def judge_counts(
    judged_rune: JudgedRune, values: Values, dataset: Dataset, split: Split, report: Report
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
    for place, recording, rows in rows_of_split(judged_rune, dataset, split, report):
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
