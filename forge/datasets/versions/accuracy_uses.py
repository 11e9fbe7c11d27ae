"""The uses of test samples to compute accuracy. Each choice by it makes it say less about new people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from forge.core.hooks import Hook
from forge.datasets.models import DataSet
from rune.wording import counted, listed


@dataclass(frozen=True)
class AccuracyUse:
    """The builds or training runs whose accuracy was computed on the test samples of one version."""

    noun: str
    """The noun for one of them: `build`, `training run`."""
    version: UUID
    count: int
    last: datetime


accuracy_uses: Hook[[DataSet], Sequence[AccuracyUse]] = Hook()
"""Returns what was tested on the versions of a data set, a row for each version."""


@dataclass(frozen=True)
class AccuracyCount:
    """The number of times that accuracy was computed, by what, and when last."""

    times: int = 0
    sentence: str = ""
    """`Accuracy was computed on them 31 times, for 28 builds and 3 training runs.`; "" where it never was."""
    last: datetime | None = None


def count_accuracy(data_set: DataSet | None, version: UUID | None = None) -> AccuracyCount:
    """Counts for one version of a data set, or for all of them."""
    if data_set is None:
        return AccuracyCount()
    rows = [row for group in accuracy_uses.call(data_set) for row in group]
    return count_of(row for row in rows if version in (None, row.version))


def count_of(rows: Iterable[AccuracyUse]) -> AccuracyCount:
    """Adds rows up."""
    counts: dict[str, int] = {}
    last: datetime | None = None
    for row in rows:
        counts[row.noun] = counts.get(row.noun, 0) + row.count
        last = row.last if last is None else max(last, row.last)
    times = sum(counts.values())
    if not times:
        return AccuracyCount()
    users = listed([counted(count, noun) for noun, count in sorted(counts.items())])
    often = "once" if times == 1 else f"{times:,} times"
    return AccuracyCount(times, f"Accuracy was computed on them {often}, for {users}.", last)
