"""Weaknesses of the splits of a data set, in sentences. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rune.datasets.splits import Split

LARGEST_SHARE = 0.6
"""A group with a larger share of a label's samples than this is named."""


@dataclass(frozen=True)
class LabelCounts:
    """The samples of one label: by split, and by group."""

    label: str
    splits: Mapping[str, int]
    groups: Mapping[str, int]
    milliseconds: int = 0

    @property
    def total(self) -> int:
        return sum(self.splits.values())


SHORT = 0.5
"""A label with less than this share of what each would have, if all had equally many, is short."""


@dataclass(frozen=True)
class Shortage:
    """The label of which there is too little, and that in words."""

    label: str
    sentence: str


def shortage_of(labels: Sequence[LabelCounts], groups: int) -> Shortage | None:
    """Returns the label that needs recordings most, or None where all have enough. `groups` are all people and
    devices."""
    total = sum(each.total for each in labels)
    if len(labels) < 2 or not total:
        return None
    least = min(labels, key=lambda each: (each.total, each.label))
    if least.total >= SHORT * total / len(labels):
        return None
    people = sum(group != str(None) for group in least.groups)
    of_people = f", from {people} of {groups} people or devices" if groups else ""
    return Shortage(least.label, f"{max(1, round(least.total * 100 / total))} % of the samples{of_people}.")


def split_warnings(labels: Sequence[LabelCounts]) -> list[str]:
    """Returns a sentence for each label that a split lacks, and for each that comes mostly from one group."""
    sentences = []
    for each in sorted(labels, key=lambda one: one.label):
        missing = [split.value for split in Split if not each.splits.get(split)]
        if missing:
            sentences.append(f"{each.label} has no samples for {_joined_words(missing)}. Collect it from more people.")
        largest = max(each.groups.values(), default=0)
        if each.total > 1 and len(each.groups) == 1:
            sentences.append(f"All samples of {each.label} come from one person or device.")
        elif each.total > 1 and largest > LARGEST_SHARE * each.total:
            share = round(largest * 100 / each.total)
            sentences.append(
                f"{each.label}: {len(each.groups)} people or devices, {share} % of the samples from one of them."
            )
    return sentences


def _joined_words(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
