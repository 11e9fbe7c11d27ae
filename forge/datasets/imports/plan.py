"""The splits that the recordings of an import get, for the import itself and for its preview.

It decides by the functions that store a sample, so the preview says what will be.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypedDict

from django.db.models import Count

from forge.compute.errors import MalformedAnswer
from forge.compute.pool.data_answers import DataDescriptionJson
from forge.datasets.models import Group, Sample
from forge.datasets.models.imports import DataImport
from forge.datasets.models.samples import SampleSource
from forge.datasets.samples.actions.store import SampleOrigin, split_of_group
from rune.datasets.splits import Split

_SPLITS = ("", *(split.value for split in Split))


@dataclass(frozen=True)
class RecordingRun:
    """Recordings that follow each other and agree in what the archive says of them."""

    label: str
    group: str
    split: Split | None
    count: int


class SplitPlanJson(TypedDict):
    """The number of recordings in each split.

    `by_bytes` have neither a person nor a split in the archive: their bytes decide. `uncovered_count` are left out:
    their person is in a split that the consent does not cover.
    """

    splits: dict[str, int]
    by_bytes: int
    uncovered_count: int
    moved_count: int
    """Recordings that get another split than the archive says, because their person is in it."""


def origin_of(row: DataImport, group: str, wanted_split: Split | None, device: str = "") -> SampleOrigin:
    """Returns whom a recording of an import is of. Where the archive names no person but a split, and the import names
    nobody either, it is of nobody, so that the archive's split holds: all of one person are in one split."""
    is_of_nobody = not group and (row.alone or (wanted_split is not None and not row.group))
    return SampleOrigin(group or row.group, is_of_nobody, device or row.device, SampleSource.IMPORT)


def split_plan(row: DataImport, runs: Iterable[RecordingRun]) -> SplitPlanJson:
    """Returns the splits that recordings will have which are added in this order, as the data is now."""
    consent = row.consent
    splits = _group_splits(row)
    counts = _counts(row)
    planned: Counter[str] = Counter()
    by_bytes = uncovered_count = moved_count = 0
    for run in runs:
        origin = origin_of(row, run.group, run.split)
        label, wanted_split = run.label, run.split
        if origin.alone:
            split = wanted_split if wanted_split is not None and consent.covers(wanted_split) else None
        else:
            if origin.pseudonym not in splits:
                splits[origin.pseudonym] = split_of_group(consent, label, wanted_split, lambda: counts)
            split = splits[origin.pseudonym]
        if split is None:
            by_bytes += run.count
        elif not consent.covers(split):
            uncovered_count += run.count
        else:
            planned[split.value] += run.count
            counts[split][label] += run.count
            moved_count += run.count if wanted_split not in (None, split) else 0
    return {
        "splits": dict(sorted(planned.items())),
        "by_bytes": by_bytes,
        "uncovered_count": uncovered_count,
        "moved_count": moved_count,
    }


def runs_of(description: DataDescriptionJson) -> Iterator[RecordingRun]:
    """Yields the recordings of a description. Raises `MalformedAnswer`."""
    words = description["words"]
    for numbers in description["runs"]:
        if len(numbers) != 4 or not all(0 <= place < len(words) for place in numbers[:3]) or numbers[3] < 1:
            raise MalformedAnswer("The process that reads archives described invalid recordings.")
        label, group, split = (words[place] for place in numbers[:3])
        if split not in _SPLITS:
            raise MalformedAnswer("The process that reads archives described an invalid split.")
        yield RecordingRun(label, group, Split(split) if split else None, numbers[3])


def _group_splits(row: DataImport) -> dict[str, Split]:
    """The splits of groups by pseudonym; "" for the person who agreed."""
    groups = Group.objects.filter(data_set=row.data_set_id)
    splits = {each.pseudonym: Split(each.split) for each in groups.exclude(pseudonym="")}
    own = groups.filter(person=row.consent.person_id).first() if row.consent.person_id else None
    return splits | ({"": Split(own.split)} if own is not None else {})


def _counts(row: DataImport) -> Mapping[Split, Counter[str]]:
    """The numbers of samples by split and label."""
    counts: dict[Split, Counter[str]] = defaultdict(Counter)
    stored_samples = Sample.objects.available().filter(data_set=row.data_set_id).order_by()
    for split, label, count in stored_samples.values_list("split", "label").annotate(count=Count("pk")):
        counts[Split(split)][label] = count
    return counts
