"""Weaknesses of the splits of a data set, in sentences. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

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
    def people(self) -> list[str]:
        """The groups but for recordings of things, which are of nobody."""
        return sorted(group for group in self.groups if group != str(None))

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
    of_people = f", from {len(least.people)} of {groups} people or devices" if groups else ""
    return Shortage(least.label, f"{max(1, round(least.total * 100 / total))} % of the samples{of_people}.")


def split_warnings(labels: Sequence[LabelCounts]) -> list[str]:
    """Returns sentences on labels that a split lacks, and on those that come mostly from one group. Labels with one
    cause are in one sentence, and a label of one group gets none about its splits, which follow from that."""
    by_person = _by(labels, _only_person)
    sentences = []
    for (missing, are_things), group in _by(by_person.get("", ()), _missing_splits_and_kind).items():
        if missing:
            advice = "Add more of them." if are_things else "Collect from more people."
            has = "has" if len(group) == 1 else "have"
            sentences.append(f"{_names(group)} {has} no samples for {missing}. {advice}")
    for person, group in by_person.items():
        if person:
            sentences.append(_sentence_on_one_person(group, are_all=len(group) == len(labels) > 1))
    return sentences + [_lopsided(each) for each in sorted(labels, key=lambda one: one.label) if _is_lopsided(each)]


Key = TypeVar("Key", str, tuple[str, bool])


def _by(labels: Sequence[LabelCounts], key_of: Callable[[LabelCounts], Key]) -> Mapping[Key, Sequence[LabelCounts]]:
    """Returns the labels by a key, sorted."""
    groups: dict[Key, list[LabelCounts]] = {}
    for each in sorted(labels, key=lambda one: one.label):
        groups.setdefault(key_of(each), []).append(each)
    return groups


def _only_person(counts: LabelCounts) -> str:
    """Returns the group that all samples of a label come from, "" where there are several, or one sample."""
    is_one = counts.total > 1 and len(counts.groups) == len(counts.people) == 1
    return counts.people[0] if is_one else ""


def _missing_splits_and_kind(counts: LabelCounts) -> tuple[str, bool]:
    """Returns the splits that a label lacks, in words, and whether it is of things alone."""
    return _missing_splits([counts]), not counts.people


def _missing_splits(labels: Sequence[LabelCounts]) -> str:
    missing = [split.value for split in Split if not any(each.splits.get(split) for each in labels)]
    return _joined_words(missing) if missing else ""


def _sentence_on_one_person(labels: Sequence[LabelCounts], *, are_all: bool) -> str:
    subject = "All samples" if are_all else f"All samples of {_names(labels)}"
    missing = _missing_splits(labels)
    consequence = f", so there are none for {missing}" if missing else ""
    return f"{subject} come from one person or device{consequence}. Collect from more people."


def _names(labels: Sequence[LabelCounts]) -> str:
    return _joined_words([each.label for each in labels])


def _is_lopsided(counts: LabelCounts) -> bool:
    largest = max((counts.groups[group] for group in counts.people), default=0)
    return len(counts.groups) > 1 and largest > LARGEST_SHARE * counts.total


def _lopsided(counts: LabelCounts) -> str:
    share = round(max(counts.groups[group] for group in counts.people) * 100 / counts.total)
    people = "1 person or device" if len(counts.people) == 1 else f"{len(counts.people)} people or devices"
    return f"{counts.label}: {people}, {share} % of the samples from one of them."


def _joined_words(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
