"""Groups, versions or boards beside each other on a day: the share of each label, and how sure answers were. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from forge.telemetry.watch.label_mix import percent
from forge.telemetry.watch.series import CountedPart, fan_of, labels_of

MOST_LABELS: Final = 5
"""Labels that have a column, the most frequent first."""


@dataclass(frozen=True)
class FleetComparisonRow:
    """A group, a version or a board. `labels` are shares in words, "" of a label that it does not have."""

    title: str
    devices: int
    labels: tuple[str, ...]
    median: str
    milliseconds: str
    memory: str


@dataclass(frozen=True)
class FleetComparison:
    """The rows, the most devices first, and the labels of the columns."""

    labels: tuple[str, ...]
    rows: tuple[FleetComparisonRow, ...]


def fleet_comparison(parts: Mapping[str, Sequence[CountedPart]]) -> FleetComparison:
    """Returns the table of what is compared, by its title."""
    totals: Counter[str] = Counter()
    for some in parts.values():
        totals.update(labels_of(some))
    labels = tuple(label for label, count in totals.most_common(MOST_LABELS) if count)
    rows = [_row(title, some, labels) for title, some in parts.items()]
    return FleetComparison(labels, tuple(sorted(rows, key=lambda row: (-row.devices, row.title))))


def _row(title: str, parts: Sequence[CountedPart], labels: Sequence[str]) -> FleetComparisonRow:
    counts = labels_of(parts)
    total = sum(counts.values())
    fan = fan_of(parts)
    answers = sum(part.counts.answers for part in parts)
    microseconds = sum(part.counts.microseconds for part in parts)
    memory = max((part.counts.memory for part in parts), default=0)
    return FleetComparisonRow(
        title,
        sum(part.devices for part in parts),
        tuple(percent(counts[label] / total) if total and label in counts else "" for label in labels),
        f"{fan[2]:.2f}" if fan else "",
        f"{microseconds / answers / 1000:.1f} ms" if answers and microseconds else "",
        f"{memory / 1024:.1f} MB" if memory else "",
    )
