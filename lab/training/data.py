"""The data of a run: recordings divided into splits, and what the model reads of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from lab.child.job import Report
from lab.dataset.dataset import Dataset
from lab.dataset.features import build_rune, windows_of_recordings
from lab.dataset.one_person import by_recording
from lab.dataset.recordings import read_recordings
from lab.dataset.requirements import require_kind, require_recordings, require_splits, unnamed_people, warnings
from lab.dataset.silence import without_silent
from lab.dataset.splitting import divide
from lab.dataset.tables import columns_of, require_usual_numbers
from lab.dataset.windows import FeatureWindows
from lab.recipes.arguments import Values
from lab.recipes.recipe import Recipe, features_runefile
from lab.tasks.scaling import Array, DataScaling
from rune.compiler.building.options import BuildOptions
from rune.datasets.content.content import Kind
from rune.datasets.splits import Split
from rune.project.files import MemoryFiles
from rune.project.runefile import DEFAULT_RUNEFILE
from rune.wording import counted

SPLIT_NUMBERS: Mapping[Split, int] = {Split.TRAIN: 0, Split.VALIDATION: 1, Split.TEST: 2}
"""How splits are numbered in a file of features."""


def read_dataset(source: Path, recipe: Recipe, stored_splits: Mapping[str, Split]) -> Dataset:
    """Reads and divides the data of a recipe. Each label needs recordings to learn from and for validation. Raises
    `Refused` and `OSError`."""
    task = recipe.task
    read = read_recordings(source, needs_labels=task.has_labels)
    recordings = sorted(read.items, key=lambda each: each.name)
    columns: Sequence[str] = ()
    if recipe.kind is Kind.TABLE:
        require_kind(recordings, recipe.kind, recipe.name)
        columns = columns_of(recordings)
        require_usual_numbers(recordings, columns)
    labelled = task.labelled(recordings, recipe.kind, columns, recipe.name)
    needed_labels, omission_notes = labelled.needed_labels, _first_notes(read.omissions, "Left out: ", "left out")
    row_notes = _first_notes(read.row_notes, "", "with a note on its rows")
    audible = without_silent(labelled.recordings, needed_labels)
    of_one = by_recording(audible.recordings)
    # Windows are learned in this order, so it is that of data with the same digest: names are no part of it.
    recordings = sorted(of_one.recordings, key=lambda each: (each.digest, each.label, each.name))
    items = task.examples(recordings)
    left_out = [*omission_notes, *audible.notes]
    require_recordings([each for _, each in items], recipe.kind, recipe.name, needed_labels, left_out)
    splits = divide(recordings, stored_splits)
    own_splits = [splits.of_recordings[place] for place, _ in items]
    require_splits([each for _, each in items], own_splits, needed_labels, left_out)
    notes = [
        *omission_notes,
        *row_notes,
        *labelled.notes,
        *splits.notes,
        *audible.notes,
        *warnings(recordings),
        *(of_one.notes or unnamed_people(recordings)),
        *task.missing_notes(recordings),
    ]
    return Dataset(
        recordings,
        splits.of_recordings,
        labelled.labels,
        splits.stored_splits,
        notes,
        labelled.classes,
        needed_labels,
        columns,
    )


def compute_windows(
    dataset: Dataset, recipe: Recipe, values: Values, report: Report, scaling: DataScaling | None = None
) -> FeatureWindows:
    """Computes the model's input for all recordings with a rune of the recipe's blocks; without a scaling, what the
    scaling of a recipe is measured of. Raises `Refused`."""
    report(0.0, "Building the features")
    files = MemoryFiles({DEFAULT_RUNEFILE: features_runefile(recipe, values, scaling).encode(), **recipe.files})
    rune = build_rune(files, BuildOptions("features"))
    count = len(dataset.recordings)
    return windows_of_recordings(
        rune,
        dataset.recordings,
        lambda number: report(number / count, f"Computing features, {number} of {count}"),
        ends_in_silence=recipe.ends_in_silence,
    )


def save_features(target: Path, dataset: Dataset, windows: FeatureWindows, answers: Array) -> None:
    """Writes a file of features: `inputs` f32 [n, ...], the answers of the task as `labels`, `splits` and
    `recordings` i32 [n], as `.npz`."""
    splits = np.array([SPLIT_NUMBERS[split] for split in dataset.splits], np.int32)
    with target.open("wb") as file:
        np.savez(
            file,
            inputs=windows.inputs,
            labels=answers,
            splits=splits[windows.recordings],
            recordings=windows.recordings,
        )


def _first_notes(sentences: Sequence[str], before: str, rest: str) -> Sequence[str]:
    """Returns the first of many sentences about files, and one that counts the others."""
    notes = [f"{before}{each}" for each in sentences[:3]]
    more = len(sentences) - len(notes)
    return [*notes, f"{counted(more, 'further file')} {rest}."] if more > 0 else notes
