"""Reading what versions consist of, with a tombstone for each sample whose bytes were deleted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from forge.core.blobs.store import read_blob
from forge.datasets.models import DataSet, DataVersion, Sample
from forge.datasets.sample_uses import SampleUse
from forge.datasets.versions.manifest import Entry, VersionComparison, compare, entry_of, read_manifest

VERSIONS_SEARCHED = 50
"""The newest versions of a data set, in which one sample is looked for: the contents of each are read for it."""

_COLUMNS = (
    "number",
    "digest",
    "kind",
    "label",
    "split",
    "group__number",
    "milliseconds",
    "events",
    "positions",
)
"""The columns of a sample, in the order of the fields of `Entry`."""


def current_entries(data_set: DataSet, use: SampleUse = SampleUse.VERSION) -> Sequence[Entry]:
    """The samples that a version would have that is saved now; or those that another use may have now."""
    rows = Sample.objects.for_use(use).included().filter(data_set=data_set).order_by("number")
    return [entry_of(*row) for row in rows.values_list(*_COLUMNS).iterator()]


def entries_of(version: DataVersion) -> Sequence[Entry]:
    """The samples of a version, in the order of their numbers, also those whose bytes were deleted since."""
    return read_manifest(read_blob(version.digest))


def deleted_numbers(data_set_id: UUID) -> Collection[int]:
    """The numbers of the samples of a data set whose bytes were deleted."""
    deleted_samples = Sample.objects.filter(data_set=data_set_id, removed__isnull=False)
    return frozenset(deleted_samples.values_list("number", flat=True))


def compare_versions(before: DataVersion, after: DataVersion) -> VersionComparison:
    """Returns the difference between two versions of a data set."""
    return compare(entries_of(before), entries_of(after), deleted_numbers(after.data_set_id))


@dataclass(frozen=True)
class VersionsOfSample:
    """The newest versions of a data set that have one sample."""

    numbers: Sequence[int]
    """Lowest first."""
    searched_count: int | None
    """How many of the newest versions were read; None if these are all."""


def versions_with(sample: Sample, versions: QuerySet[DataVersion]) -> VersionsOfSample:
    """Looks for a sample in the newest `VERSIONS_SEARCHED` of its data set's versions, which come newest first."""
    needle, newest = sample.digest.encode("ascii"), list(versions[: VERSIONS_SEARCHED + 1])
    searched_versions = newest[:VERSIONS_SEARCHED]
    numbers = sorted(version.number for version in searched_versions if needle in read_blob(version.digest))
    return VersionsOfSample(numbers, len(searched_versions) if len(newest) > len(searched_versions) else None)
