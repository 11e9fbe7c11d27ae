"""Counts of a project's samples by label, split, group, device and consent. One query counts the samples of each
combination; all other counts are sums of these."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Q, Sum

from forge.core.actors import Actor
from forge.datasets.access import samples_of
from forge.datasets.models import Consent
from forge.datasets.splits.warnings import LabelCounts
from forge.projects.models import Project
from rune.datasets.splits import Split


@dataclass(frozen=True)
class SampleTallyRow:
    """The number of samples with one combination of values. `group` is a primary key; None for samples of nobody."""

    label: str
    split: str
    group: int | None
    device: str
    is_excluded: bool
    consent: UUID
    count: int
    milliseconds: int
    disputed: int
    revision: int
    """The last one at which one of the samples changed."""


@dataclass(frozen=True)
class SampleTally:
    """The counts of a project's samples. Those that are excluded from versions count for `group_keys`, `devices`,
    `revision` and `consent_counts` only."""

    rows: Sequence[SampleTallyRow]

    @property
    def included_rows(self) -> list[SampleTallyRow]:
        """The rows that are not excluded."""
        return [row for row in self.rows if not row.is_excluded]

    @property
    def devices(self) -> list[str]:
        """The names of devices, sorted."""
        return sorted({row.device for row in self.rows} - {""})

    @property
    def group_keys(self) -> frozenset[int]:
        """The primary keys of the groups."""
        return frozenset(row.group for row in self.rows if row.group is not None)

    @property
    def labels(self) -> list[LabelCounts]:
        """The counts of each label, sorted."""
        splits: dict[str, Counter[str]] = defaultdict(Counter)
        groups: dict[str, Counter[str]] = defaultdict(Counter)
        milliseconds = Counter[str]()
        for row in self.included_rows:
            if row.label:
                splits[row.label][row.split] += row.count
                groups[row.label][str(row.group)] += row.count
                milliseconds[row.label] += row.milliseconds
        return [LabelCounts(label, splits[label], groups[label], milliseconds[label]) for label in sorted(splits)]

    @property
    def split_groups(self) -> Mapping[str, int]:
        """The number of groups that the labelled samples of each split come from."""
        groups: dict[str, set[int]] = defaultdict(set)
        for row in self.included_rows:
            if row.label and row.group is not None:
                groups[row.split].add(row.group)
        return {split: len(each) for split, each in groups.items()}

    @property
    def revision(self) -> int:
        """The last revision at which a sample came or changed; 0 without samples."""
        return max((row.revision for row in self.rows), default=0)

    def consent_counts(self, project: Project, soon: datetime) -> ConsentCounts:
        """Returns the samples whose consent ends before a time, or does not cover their split. One query."""
        narrow = Q(ends__lt=soon) | Q(for_tests=False) | Q(for_training=False)
        consents = Consent.objects.filter(narrow, data_set__project=project).in_bulk()
        ends_soon = uncovered_count = 0
        for row in self.rows:
            consent = consents.get(row.consent)
            if consent is None:
                continue
            ends_soon += row.count if consent.ends is not None and consent.ends < soon else 0
            uncovered_count += 0 if consent.covers(Split(row.split)) else row.count
        return ConsentCounts(ends_soon, uncovered_count)


@dataclass(frozen=True)
class ConsentCounts:
    """The samples whose consent calls for something."""

    ends_soon: int
    uncovered_count: int
    """Samples whose consent does not cover their split."""


def tally_of(actor: Actor, project: Project) -> SampleTally:
    """Counts the samples of a project. One query, which the index `samples_by_tally` answers without reading a row.
    Raises `Forbidden` or `NotFound`."""
    plain = samples_of(actor, project).select_related(None).order_by()
    rows = plain.values_list("label", "split", "group_id", "device", "is_excluded", "consent_id").annotate(
        count=Count("*"),
        milliseconds=Sum("milliseconds"),
        disputed=Count("revision", filter=Q(is_disputed=True)),
        revision=Max("revision"),
    )
    return SampleTally([SampleTallyRow(*row) for row in rows])
