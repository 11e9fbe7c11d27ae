"""The contents of a version of a data set, as bytes whose digest names the version. Pure functions."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from sys import intern
from typing import Any

from rune.datasets.positions import ObjectPositionJson
from rune.datasets.splits import Split
from rune.wording import listed

FORMAT = "hammer-forge-data-set/1"


@dataclass(frozen=True, slots=True)
class Entry:
    """A sample as a version has it. A reader of a version learns no name of a person: a group is a number.

    A version may have 100,000: `entry_of` makes those that are read, and they share their words.
    """

    number: int
    """The number of the sample in its data set; no other sample ever gets it."""
    digest: str
    kind: str
    label: str
    split: str
    group: int | None
    milliseconds: int
    events: Sequence[Mapping[str, Any]] | None = None
    """The marked places of a long recording (`forge.datasets.models.samples.Sample.events`)."""
    positions: Sequence[ObjectPositionJson] | None = None
    """The positions of objects in a picture; None where nobody marked it."""


_FIELDS = tuple(field.name for field in fields(Entry))
_PART = 1_000
"""Entries that are JSON at a time."""


@dataclass(frozen=True)
class Figures:
    """The figures of a version."""

    samples: int
    groups: int
    milliseconds: int
    labels: Mapping[str, int]
    splits: Mapping[str, int]


@dataclass(frozen=True)
class LabelChange:
    """A sample that has another label in a later version."""

    number: int
    before: str
    after: str


@dataclass(frozen=True)
class VersionComparison:
    """The difference between two versions, by the numbers of the samples."""

    added_numbers: Sequence[int]
    excluded_numbers: Sequence[int]
    """The numbers that only the first version has, and that are still stored."""
    deleted_numbers: Sequence[int]
    """The numbers that only the first version has, and whose bytes were deleted."""
    label_changes: Sequence[LabelChange]
    new_groups: int
    untested_labels: Sequence[str]
    """The labels that have test samples in the first version alone."""


def entry_of(number: int, digest: str, kind: str, label: str, split: str, *rest: Any, **marks: Any) -> Entry:
    """Returns an entry of the values of its fields, as a database or JSON has them. Equal words are one object."""
    return Entry(number, digest, intern(kind), intern(label), intern(split), *rest, **marks)


def manifest_bytes(entries: Iterable[Entry]) -> bytes:
    """Returns the canonical form of a version: the same samples give the same bytes, in whichever order they come."""
    rows = sorted(entries, key=lambda each: each.number)
    # A version may have 100,000 samples: as JSON they are in memory a part at a time, and their text once.
    parts = (_compact([_row(each) for each in rows[start : start + _PART]]) for start in range(0, len(rows), _PART))
    text = io.BytesIO()
    text.write(f'{{"format":{_compact(FORMAT)},"samples":['.encode())
    for index, part in enumerate(parts):
        text.write(f"{',' if index else ''}{part[1:-1]}".encode())
    text.write(b"]}")
    return text.getvalue()


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _row(entry: Entry) -> dict[str, Any]:
    """An entry as JSON. One without marks is as it was before there were any, so that versions keep their digests."""
    # `asdict`, which copies every value, takes most of the time of saving a version.
    row = {name: getattr(entry, name) for name in _FIELDS}
    for name in ("events", "positions"):
        if row[name] is None:
            del row[name]
    return row


def read_manifest(data: bytes) -> Sequence[Entry]:
    """Returns the samples of a version that `manifest_bytes` wrote, in the order of their numbers."""
    text = data.decode()
    del data  # 20 MB of 100,000 samples, which need not stay beside the entries
    return tuple(json.loads(text, object_hook=_entry_or_row)["samples"])


def _entry_or_row(row: dict[str, Any]) -> Any:
    """Makes an entry of each sample as soon as it is read: all of them as JSON would take most of the memory."""
    return entry_of(**row) if "digest" in row else row


def labels_in(entries: Iterable[Entry]) -> tuple[str, ...]:
    """Returns the labels of samples and of the marked places in them, sorted."""
    labels = {label for each in entries for label in (each.label, *(str(mark["label"]) for mark in each.events or ()))}
    return tuple(sorted(labels - {""}))


def figures_of(entries: Collection[Entry]) -> Figures:
    """Counts what is in a version."""
    return Figures(
        samples=len(entries),
        groups=len({each.group for each in entries if each.group is not None}),
        milliseconds=sum(each.milliseconds for each in entries),
        labels=dict(sorted(Counter(each.label for each in entries).items())),
        splits=dict(sorted(Counter(each.split for each in entries).items())),
    )


def compare(before: Collection[Entry], after: Collection[Entry], tombstones: Collection[int]) -> VersionComparison:
    """Compares two versions. `tombstones` has the numbers of samples whose bytes were deleted since."""
    earlier, later = ({each.number: each for each in entries} for entries in (before, after))
    missing = sorted(earlier.keys() - later.keys())
    return VersionComparison(
        added_numbers=sorted(later.keys() - earlier.keys()),
        excluded_numbers=[number for number in missing if number not in tombstones],
        deleted_numbers=[number for number in missing if number in tombstones],
        label_changes=[
            LabelChange(number, earlier[number].label, later[number].label)
            for number in sorted(earlier.keys() & later.keys())
            if earlier[number].label != later[number].label
        ],
        new_groups=len(_groups(after) - _groups(before)),
        untested_labels=sorted(_tested_labels(before) - _tested_labels(after)),
    )


def _tested_labels(entries: Collection[Entry]) -> set[str]:
    return {each.label for each in entries if each.split == Split.TEST}


def _groups(entries: Collection[Entry]) -> set[int]:
    return {each.group for each in entries if each.group is not None}


def sentences_of(comparison: VersionComparison) -> list[str]:
    """Returns what changed as short phrases, most important first; none where nothing did."""
    added_count, people, untested_count = (
        len(comparison.added_numbers),
        comparison.new_groups,
        len(comparison.untested_labels),
    )
    phrases = [
        (
            untested_count,
            f"{'label' if untested_count == 1 else 'labels'} {listed(comparison.untested_labels)} no longer tested",
        ),
        (added_count, f"{_count(added_count, 'sample')} added"),
        (people, f"{_count(people, 'group')} added"),
        (len(comparison.label_changes), f"{_count(len(comparison.label_changes), 'label')} corrected"),
        (len(comparison.excluded_numbers), f"{_count(len(comparison.excluded_numbers), 'sample')} left out"),
        (len(comparison.deleted_numbers), f"{_count(len(comparison.deleted_numbers), 'sample')} deleted"),
    ]
    return [phrase for count, phrase in phrases if count]


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
