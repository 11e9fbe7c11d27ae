"""Recordings with their splits, from which a run learns. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from lab.dataset.recording import Recording, data_digest
from lab.dataset.requirements import require_splits
from lab.dataset.windows import FeatureWindows
from rune.datasets.splits import Split
from rune.wording import counted, listed


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
        """Returns how many people or devices a split has."""
        of_split = zip(self.recordings, self.splits, strict=True)
        return len({each.group for each, own in of_split if own is split and each.group})


def with_sounds(dataset: Dataset, sounds: Dataset) -> Dataset:
    """Recordings, and behind them the sounds that are made of them."""
    recordings, splits = [*dataset.recordings, *sounds.recordings], [*dataset.splits, *sounds.splits]
    return replace(dataset, recordings=recordings, splits=splits)


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
