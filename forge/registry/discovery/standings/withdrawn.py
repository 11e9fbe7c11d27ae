"""Standing tables when a rune or a sample is withdrawn: the rune leaves, or the table closes, and says so."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from forge.datasets.hooks import SampleScope
from forge.datasets.models import DataVersion
from forge.datasets.models.samples import SampleSplit
from forge.datasets.versions.contents import entries_of
from forge.registry.models import StandingEntry, StandingTable, Tag
from rune.wording import counted


def end_entries(tag: Tag, reason: str) -> None:
    """Takes the runes of a withdrawn tag out of their tables, in the transaction that withdraws it."""
    if tag.build.artefact is None:
        return
    rune, project = tag.build.artefact.digest, tag.repository.project_id
    StandingEntry.objects.filter(project=project, rune=rune, left=None).update(
        left=timezone.now(), reason=f"It was withdrawn: {reason}"
    )


def close_tables(scope: SampleScope, reason: str) -> Sequence[str]:
    """Closes the tables whose test samples are being deleted: nothing can be measured on all of them any more. The
    figures of before stay."""
    sentences = []
    rows = StandingTable.objects.filter(closed=None, data_version__data_set=scope.data_set)
    for table in rows.select_related("data_version"):
        lost_count = _tests_among(table.data_version, frozenset(scope.numbers))
        if not lost_count:
            continue
        closing = f"{counted(lost_count, 'sample')} of {table.count} {'was' if lost_count == 1 else 'were'} withdrawn."
        StandingTable.objects.filter(pk=table.pk).update(closed=timezone.now(), closing=closing)
        sentences.append(f"The standing table {table.title} takes no more versions.")
    return sentences


def _tests_among(version: DataVersion | None, numbers: frozenset[int]) -> int:
    """Returns how many test samples of a version of the data have these numbers."""
    entries = () if version is None else entries_of(version)
    return sum(each.number in numbers and each.split == SampleSplit.TEST for each in entries)
