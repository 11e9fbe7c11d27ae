"""The data of a run: recordings divided into splits, and what the model reads of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from lab.child.job import Report
from lab.dataset.anomalies import normal_and_others
from lab.dataset.features import FeatureWindows, windows_of_recordings
from lab.dataset.marked_pictures import by_object, marked_pictures
from lab.dataset.one_person import by_recording
from lab.dataset.recordings import Recording, data_digest, read_recordings
from lab.dataset.requirements import require_kind, require_recordings, require_splits, unnamed_people, warnings
from lab.dataset.silence import without_silent
from lab.dataset.splitting import divide
from lab.dataset.tables import columns_of, require_usual_numbers, rows_of, with_splits_in_time
from lab.recipes.arguments import Values
from lab.recipes.numbers import Array, DataScaling, scaling_of
from lab.recipes.recipe import Recipe, features_runefile
from lab.refusal import Reason, Refused
from lab.training.one_word import generated_recordings, word_and_others
from rune.compiler.anvil.errors import CompileError
from rune.compiler.building.building import build
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.options import BuildOptions
from rune.datasets.content.content import Kind
from rune.datasets.learnable import OTHER
from rune.datasets.splits import Split
from rune.project.files import MemoryFiles
from rune.project.runefile import DEFAULT_RUNEFILE
from rune.wording import counted, listed

SPLIT_NUMBERS: Mapping[Split, int] = {Split.TRAIN: 0, Split.VALIDATION: 1, Split.TEST: 2}
"""How splits are numbered in a file of features."""


@dataclass(frozen=True)
class Dataset:
    """Recordings with labels and splits, in the order of their bytes. `stored_splits` are those to be stored beside the
    model, `notes` sentences about what is left out or weak."""

    recordings: Sequence[Recording]
    splits: Sequence[Split]
    labels: Sequence[str]
    stored_splits: Mapping[str, Split]
    notes: Sequence[str]
    classes: Mapping[str, str] = field(default_factory=dict)
    """The label that stands for each label of the data, where they are not the same."""
    needed_labels: Sequence[str] | None = None
    """The labels without which nothing is learned; None for all."""
    columns: Sequence[str] = ()
    """The names of the columns of tables."""

    @property
    def digest(self) -> str:
        return data_digest(self.recordings, [split.value for split in self.splits])

    def counts(self) -> dict[str, dict[str, int]]:
        """Numbers of recordings by split and label."""
        counts = Counter((split, each.label) for each, split in zip(self.recordings, self.splits, strict=True))
        # A picture without an object is not of a label that is learned.
        labels = [*self.labels, *sorted({each.label for each in self.recordings} - set(self.labels))]
        return {split.value: {label: counts[split, label] for label in labels} for split in Split}

    def of(self, split: Split) -> Sequence[Recording]:
        """The recordings of a split."""
        return [each for each, own in zip(self.recordings, self.splits, strict=True) if own is split]

    def without(self, split: Split) -> Dataset:
        """The recordings of the other splits: runs and searches never read the test split."""
        return self._at([place for place, own in enumerate(self.splits) if own is not split])

    def only(self, split: Split) -> Dataset:
        """The recordings of one split, as a data set of their own."""
        return self._at([place for place, own in enumerate(self.splits) if own is split])

    def _at(self, places: Sequence[int]) -> Dataset:
        recordings, splits = [self.recordings[each] for each in places], [self.splits[each] for each in places]
        return replace(self, recordings=recordings, splits=splits)

    def groups(self, split: Split) -> int:
        """How many people or devices a split has."""
        of_split = zip(self.recordings, self.splits, strict=True)
        return len({each.group for each, own in of_split if own is split and each.group})


def read_dataset(source: Path, recipe: Recipe, stored_splits: Mapping[str, Split]) -> Dataset:
    """Reads and divides the data of a recipe. Each label needs recordings to learn from and for validation. Raises
    `Refused` and `OSError`."""
    read = read_recordings(source, needs_labels=recipe.target is None)
    recordings = sorted(read.items, key=lambda each: each.name)
    classes: Mapping[str, str] = {}
    labels: Sequence[str] = sorted({each.label for each in recordings})
    needed_labels: Sequence[str] | None = None
    columns: Sequence[str] = ()
    notes = [*_omission_notes(read.omissions)]
    if recipe.kind is Kind.TABLE:
        require_kind(recordings, recipe.kind, recipe.name)
        columns = columns_of(recordings)
        require_usual_numbers(recordings, columns)
    if recipe.target is not None:
        # The name of the column that is learned stands for all labels.
        name = columns[recipe.target.place]
        classes = dict.fromkeys(labels, name)
        tables = with_splits_in_time([replace(each, label=name) for each in recordings])
        recordings, labels, needed_labels = list(tables.recordings), [name], [name]
        notes += tables.notes
    if recipe.learns_anomalies:
        of_normal = normal_and_others(recordings, recipe.name)
        recordings, labels, classes = list(of_normal.recordings), of_normal.labels, of_normal.classes
        needed_labels = labels[:1]
    if recipe.learns_word:
        require_kind(recordings, recipe.kind, recipe.name)
        of_word = word_and_others(recordings, recipe.name)
        recordings, labels, classes = list(of_word.recordings), of_word.labels, of_word.classes
        needed_labels = labels[1:]
    if recipe.counts:
        require_kind(recordings, recipe.kind, recipe.name)
        of_objects = marked_pictures(recordings, recipe.name)
        recordings, labels, needed_labels = list(of_objects.recordings), of_objects.labels, of_objects.labels
        notes += of_objects.notes
    audible = without_silent(recordings, needed_labels)
    of_one = by_recording(audible.recordings)
    # Windows are learned in this order, so it is that of data with the same digest: names are no part of it.
    recordings = sorted(of_one.recordings, key=lambda each: (each.digest, each.label, each.name))
    items = by_object(recordings) if recipe.counts else list(enumerate(recordings))
    left_out = [*_omission_notes(read.omissions), *audible.notes]
    require_recordings([each for _, each in items], recipe.kind, recipe.name, needed_labels, left_out)
    splits = divide(recordings, stored_splits)
    own_splits = [splits.of_recordings[place] for place, _ in items]
    require_splits([each for _, each in items], own_splits, needed_labels, left_out)
    notes += [
        *splits.notes,
        *audible.notes,
        *warnings(recordings),
        *(of_one.notes or unnamed_people(recordings)),
    ]
    if recipe.learns_anomalies and len({each.label for each in recordings}) == 1:
        notes.append("There are no recordings of anomalies, so how many of them are recognised is not known.")
    if recipe.learns_word and len({each.label for each in recordings}) == 1:
        notes.append(
            f"There are no recordings labelled {OTHER}, so how often other words are taken for it is not known."
        )
    return Dataset(
        recordings, splits.of_recordings, labels, splits.stored_splits, notes, classes, needed_labels, columns
    )


def generated_dataset(dataset: Dataset, recipe: Recipe, values: Values, seed: int) -> Dataset:
    """The sounds that are made of recordings of a word, in the splits of these; nothing for other recipes."""
    sounds: list[tuple[Recording, Split]] = []
    if recipe.learns_word:
        sounds = list(generated_recordings(dataset.recordings, dataset.splits, dataset.labels, values, seed))
    return replace(dataset, recordings=[each for each, _ in sounds], splits=[split for _, split in sounds])


def with_sounds(dataset: Dataset, sounds: Dataset) -> Dataset:
    """Recordings, and behind them the sounds that are made of them."""
    recordings, splits = [*dataset.recordings, *sounds.recordings], [*dataset.splits, *sounds.splits]
    return replace(dataset, recordings=recordings, splits=splits)


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


def build_rune(files: MemoryFiles, options: BuildOptions) -> bytes:
    """A rune of features, or a whole one. Raises `Refused` where it cannot be built, as with some backbones."""
    try:
        return build(files, options).rune
    except (BuildFailed, CompileError) as error:
        raise Refused(Reason.NOT_CONVERTED, f"The rune cannot be built: {error}") from error


@dataclass(frozen=True)
class LearnedNumbers:
    """The numbers to be learned, one for each window, and the answers that need no learning where there are such,
    f64 [n]."""

    numbers: Array
    usual: Array | None

    def scaled(self, scaling: DataScaling) -> Array:
        """Returns the numbers as a network learns them, f32 [n]: 0 is the answer that needs no learning."""
        offsets = scaling.centre if self.usual is None else self.usual
        scaled: Array = ((self.numbers - offsets) / scaling.spread).astype(np.float32)
        return scaled


def with_numbers(
    dataset: Dataset, recipe: Recipe, values: Values, windows: FeatureWindows
) -> tuple[FeatureWindows, LearnedNumbers | None]:
    """The windows of which something is to be learned, and what; all of them for a recipe of labels."""
    if recipe.target is None:
        return windows, None
    parts: list[Array] = []
    usual: list[Array] = []
    has_number = np.zeros(len(windows.recordings), bool)
    for place in np.unique(windows.recordings):
        rows = rows_of(dataset.recordings[place])
        own = recipe.target.numbers(values, rows)
        has_number[np.flatnonzero(windows.recordings == place)[: len(own)]] = True
        parts.append(own)
        if recipe.target.usual is not None:
            usual.append(recipe.target.usual(values, rows)[: len(own)])
    numbers = LearnedNumbers(np.concatenate(parts), np.concatenate(usual) if usual else None)
    return replace(windows, inputs=windows.inputs[has_number], recordings=windows.recordings[has_number]), numbers


def places_of(dataset: Dataset, place: int) -> list[tuple[int, float, float]]:
    """The objects of the picture at a place: the place of the label, x and y."""
    positions = dataset.recordings[place].positions or ()
    return [(dataset.labels.index(each.label), each.x, each.y) for each in positions]


def learned_positions(dataset: Dataset, windows: FeatureWindows) -> Array:
    """The positions in each window as a network learns them, f32 [n, most, 3]: the label from 1, x and y, and zeros
    where a picture has fewer objects than another."""
    most = max(len(each.positions or ()) for each in dataset.recordings)
    positions = np.zeros((len(windows.recordings), most, 3), np.float32)
    for row, place in enumerate(windows.recordings):
        for number, (label, x, y) in enumerate(places_of(dataset, place)):
            positions[row, number] = label + 1, x, y
    return positions


def learned_windows(dataset: Dataset, recipe: Recipe, windows: FeatureWindows) -> FeatureWindows:
    """The windows of normal recordings alone, for a network that draws its input again; else all of them."""
    if not recipe.reconstructs:
        return windows
    is_normal = np.array([each.label == dataset.labels[0] for each in dataset.recordings])[windows.recordings]
    return replace(windows, inputs=windows.inputs[is_normal], recordings=windows.recordings[is_normal])


def measured_scaling(dataset: Dataset, windows: FeatureWindows, numbers: LearnedNumbers | None) -> DataScaling:
    """The scaling of the train split. Raises `Refused` where there is nothing to learn."""
    is_learned = np.array([split is Split.TRAIN for split in dataset.splits])[windows.recordings]
    own = None
    if numbers is not None:
        own = (numbers.numbers if numbers.usual is None else numbers.numbers - numbers.usual)[is_learned]
    has_usual = numbers is not None and numbers.usual is not None
    return scaling_of(windows.inputs[is_learned], own, has_usual=has_usual)


def save_features(target: Path, dataset: Dataset, windows: FeatureWindows, numbers: Array | None = None) -> None:
    """Writes a file of features: `inputs` f32 [n, ...], `labels` and `splits` i32 [n], `recordings` i32 [n], as `.npz`.
    With `numbers`, f32 [n] or [n, ...], they are the labels."""
    if numbers is None:
        labels = np.array([dataset.labels.index(each.label) for each in dataset.recordings], np.int32)
        numbers = labels[windows.recordings]
    splits = np.array([SPLIT_NUMBERS[split] for split in dataset.splits], np.int32)
    arrays: dict[str, Any] = {
        "inputs": windows.inputs,
        "labels": numbers,
        "splits": splits[windows.recordings],
        "recordings": windows.recordings,
    }
    with target.open("wb") as file:
        np.savez(file, **arrays)


def require_windows(dataset: Dataset, windows: FeatureWindows) -> None:
    """Raises `Refused` where a label has no recording that fills a window in one of the splits."""
    places = sorted(set(windows.recordings.tolist()))
    require_splits(
        [dataset.recordings[each] for each in places],
        [dataset.splits[each] for each in places],
        # Not the labels of these recordings: one whose recordings are all too short is not among them.
        dataset.labels if dataset.needed_labels is None else dataset.needed_labels,
        short_note(dataset, windows),
    )


def short_note(dataset: Dataset, windows: FeatureWindows) -> Sequence[str]:
    """A sentence about recordings that fill no window, if there are any."""
    if not windows.too_short:
        return ()
    labels = sorted({dataset.recordings[each].label for each in windows.too_short})
    count = len(windows.too_short)
    verb = "is shorter than a window and is" if count == 1 else "are shorter than a window and are"
    return (f"{counted(count, 'recording')} of {listed(labels)} {verb} left out.",)


def _omission_notes(omissions: Sequence[str]) -> Sequence[str]:
    notes = [f"Left out: {each}" for each in omissions[:3]]
    more = len(omissions) - len(notes)
    return [*notes, f"{counted(more, 'further file')} left out."] if more > 0 else notes
