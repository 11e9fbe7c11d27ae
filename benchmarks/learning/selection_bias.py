"""The selection bias of a search: by how much the best of 200 trials looks better than it is.

Candidates are drawn by chance from the space of the motion recipe, and trained to the end on the recordings of some
people. Each is judged on those of two others, by which the best is chosen, and on those of three more, whom a search
never reads. The mean difference of all trials is that between the people; what the best trial has beyond it, it has
because it was chosen.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.figure import CannotMeasure, table
from benchmarks.learning.windows import LENGTH, SPLITS, TEST_PEOPLE, exercise_recordings, windows_of, write_series
from benchmarks.peers import answer_of
from lab.dataset.dataset import Dataset
from lab.recipes.arguments import read_arguments
from lab.recipes.catalogue import recipe_of
from lab.search.space import Space, space_of
from lab.training.data import compute_windows, read_dataset
from lab.training.settings import ENVIRONMENT
from rune.datasets.splits import Split

_SCRIPT = Path(__file__).with_name("many_trials.py")
TRIALS = 200
WINDOWS = ("75", "100", "125", "150")
"""Rows of a window that are tried."""
VALIDATION_PEOPLE = (6, 7)
ARGUMENTS = {"hop": 75, "scale": 1.0, "epochs": 12, "patience": 12}
_SECONDS = 3_600.0
_SEED = 1
_BEST = 10


@dataclass(frozen=True)
class JudgedTrial:
    """The share of recordings that a network answers right on the split that it is chosen by, and on that which a
    search does not read."""

    validation: float
    test: float

    @property
    def difference(self) -> float:
        """The accuracy on the validation split, by which trials are chosen, less that on the test split."""
        return self.validation - self.test


def measure() -> str:
    if not ENVIRONMENT.is_ready:
        raise CannotMeasure(f"the environment {ENVIRONMENT.name} is not prepared; run make lab")
    with TemporaryDirectory() as name:
        folder = Path(name)
        recipe = recipe_of("motion")
        dataset = read_dataset(write_people(folder, folder / "samples"), recipe, {})
        space = space_of(recipe, {"window": WINDOWS, "average": ("1",)}, "int8")
        values_of_trials = random_values(space, TRIALS)
        windows = space.arguments["window"]
        files = [folder / f"{window}.npz" for window in windows]
        for window, path in zip(windows, files, strict=True):
            save_windows(dataset, {"window": window}, path)
        candidates = [
            {
                "arguments": read_arguments(recipe.arguments, {**ARGUMENTS, **values}, recipe.name),
                "windows": windows.index(values["window"]),
            }
            for values in values_of_trials
        ]
        (folder / "candidates.json").write_text(json.dumps(candidates), encoding="utf-8")
        paths = (folder / "candidates.json", *files)
        answer = answer_of(ENVIRONMENT.python, _SCRIPT, folder, *paths, seconds=_SECONDS)
    return _text([JudgedTrial(*shares) for shares in answer], dataset)


def random_values(space: Space, count: int) -> Sequence[Mapping[str, Any]]:
    """Returns so many candidates of a space, all different, and the same each time."""
    random = np.random.default_rng(_SEED)
    candidates: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    while len(candidates) < count:
        values = {name: choices[int(random.integers(len(choices)))] for name, choices in space.arguments.items()}
        candidates[tuple(values.values())] = values
    return list(candidates.values())


def write_people(cache: Path, folder: Path) -> Path:
    """Writes three seconds of an exercise at a time, without overlap, into a folder for each split: each person is in
    one of them."""
    recordings, names = exercise_recordings(cache)
    for number, each in enumerate(recordings):
        split = "test" if each.person in TEST_PEOPLE else "validation" if each.person in VALIDATION_PEOPLE else "train"
        for place, rows in enumerate(windows_of(each.rows, LENGTH)):
            write_series(folder / split / names[each.label] / f"{number:03}-{place:03}.csv", rows)
    return folder


def save_windows(dataset: Dataset, arguments: Mapping[str, object], path: Path) -> None:
    """Writes the features of all recordings, as the blocks of the recipe compute them."""
    recipe = recipe_of("motion")
    values = read_arguments(recipe.arguments, {**ARGUMENTS, **arguments}, recipe.name)
    windows = compute_windows(dataset, recipe, values, lambda _share, _text: None)
    labels = [dataset.labels.index(dataset.recordings[place].label) for place in windows.recordings]
    splits = [SPLITS.index(dataset.splits[place].value) for place in windows.recordings]
    np.savez(path, inputs=windows.inputs, labels=labels, splits=splits, recordings=windows.recordings)


def _text(trials: Sequence[JudgedTrial], dataset: Dataset) -> str:
    counts = {split: sum(dataset.counts()[split.value].values()) for split in Split}
    ranked_trials = sorted(trials, key=lambda each: each.validation, reverse=True)
    usual = statistics.mean(each.difference for each in trials)
    rows = [
        _row("the best on the validation split", ranked_trials[:1], usual),
        _row(f"the {_BEST} best there, in the mean", ranked_trials[:_BEST], usual),
        _row("all, in the mean", trials, usual),
    ]
    bias_of_ten = statistics.mean(each.difference for each in ranked_trials[:_BEST]) - usual
    best, spread = ranked_trials[0].difference - usual, statistics.stdev(each.difference for each in trials)
    return (
        f"{len(trials)} networks of the motion recipe, drawn by chance from its space, all of which read every row, "
        f"and trained for {ARGUMENTS['epochs']} epochs each; none is stopped early, and there is no limit. Three "
        f"seconds of an exercise at a time: {counts[Split.TRAIN]:,} of five people to learn from, "
        f"{counts[Split.VALIDATION]:,} of two others by which trials are chosen, and {counts[Split.TEST]:,} of three "
        "more, whom a search does not read. The share that the networks answer right, in floats.\n\n"
        + table(["trials", "validation split", "test split", "difference", "beyond that of all"], rows)
        + f"\n\nThe mean difference of all trials is that between the people; its standard deviation over trials is "
        f"{100 * spread:.1f} points. The best of {len(trials)} trials has {100 * best:+.1f} points beyond that, "
        f"and the {_BEST} best have {100 * bias_of_ten:+.1f}: that is the selection bias of these trials."
    )


def _row(name: str, trials: Sequence[JudgedTrial], usual: float) -> tuple[str, ...]:
    validation = statistics.mean(each.validation for each in trials)
    test = statistics.mean(each.test for each in trials)
    shares = [f"{100 * share:.1f} %" for share in (validation, test)]
    return name, *shares, f"{100 * (validation - test):+.1f} points", f"{100 * (validation - test - usual):+.1f} points"
