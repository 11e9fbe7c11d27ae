"""Counts of a data set's samples by label, split, group and device. One query counts the samples of each combination;
all other counts are sums of these."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from forge.datasets.models import SampleQuerySet
from forge.datasets.splits.warnings import LabelCounts


@dataclass(frozen=True)
class SampleTallyRow:
    """The number of samples with one combination of values. `group` is a primary key; None for samples of nobody."""

    label: str
    split: str
    group: int | None
    device: str
    left_out: bool
    count: int
    milliseconds: int
    disputed: int


@dataclass(frozen=True)
class SampleTally:
    """The counts of a data set. Samples that are left out of versions count for `group_keys` and `devices` only."""

    rows: Sequence[SampleTallyRow]

    @property
    def included(self) -> list[SampleTallyRow]:
        """The rows that are not left out."""
        return [row for row in self.rows if not row.left_out]

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
        for row in self.included:
            if row.label:
                splits[row.label][row.split] += row.count
                groups[row.label][str(row.group)] += row.count
                milliseconds[row.label] += row.milliseconds
        return [LabelCounts(label, splits[label], groups[label], milliseconds[label]) for label in sorted(splits)]

    @property
    def split_groups(self) -> Mapping[str, int]:
        """The number of groups that the labelled samples of each split come from."""
        groups: dict[str, set[int]] = defaultdict(set)
        for row in self.included:
            if row.label and row.group is not None:
                groups[row.split].add(row.group)
        return {split: len(each) for split, each in groups.items()}


def tally_of(samples: SampleQuerySet) -> SampleTally:
    """Counts samples. One query."""
    plain = samples.select_related(None).order_by()
    rows = plain.values_list("label", "split", "group_id", "device", "left_out").annotate(
        count=Count("pk"), milliseconds=Sum("milliseconds"), disputed=Count("pk", filter=Q(is_disputed=True))
    )
    return SampleTally([SampleTallyRow(*row) for row in rows])
