"""The counts of a deployment by day, over versions with other bins: shares of labels, and how sure answers were.

Pure. Counts of two runes are not added bin by bin: labels are added by name, and quantiles are those of the mixture.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from rune.statistics.mixtures import Binned, mixture_quantile
from rune.watch.counts import Counts
from rune.watch.layout import WatchLayout

FAN_SHARES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
"""The quantiles of the fan of confidence."""


@dataclass(frozen=True)
class CountedPart:
    """The counts of one rune: of a day and of some devices."""

    version: str
    layout: WatchLayout
    devices: int
    counts: Counts


@dataclass(frozen=True)
class WatchedDay:
    """A day. `fan` are the quantiles `FAN_SHARES` of confidence, 0 to 1; None of a day without a score."""

    day: date
    devices: int
    answers: int
    labels: Mapping[str, int]
    fan: tuple[float, ...] | None
    milliseconds: float | None
    """The mean time of a run; None of a day without answers."""
    memory: int
    """The highest memory in KiB; 0 where nobody measured it."""
    restarts: int

    @property
    def labelled(self) -> int:
        """Answers that are a label."""
        return sum(self.labels.values())

    def share(self, label: str) -> float:
        """Returns the part of the answers that are a label, 0 to 1."""
        return self.labels.get(label, 0) / self.labelled if self.labelled else 0.0


def days_of(parts: Mapping[date, Sequence[CountedPart]], first: date, last: date) -> tuple[WatchedDay, ...]:
    """Returns each day from the first to the last one, also those of which nothing is known."""
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return tuple(day_of(day, parts.get(day, ())) for day in days)


def day_of(day: date, parts: Sequence[CountedPart]) -> WatchedDay:
    """Returns the sum of what runes counted on a day."""
    answers = sum(part.counts.answers for part in parts)
    microseconds = sum(part.counts.microseconds for part in parts)
    return WatchedDay(
        day,
        sum(part.devices for part in parts),
        answers,
        labels_of(parts),
        fan_of(parts),
        microseconds / answers / 1000 if answers and microseconds else None,
        max((part.counts.memory for part in parts), default=0),
        sum(part.counts.restarts for part in parts),
    )


def labels_of(parts: Iterable[CountedPart]) -> Mapping[str, int]:
    """Returns how many answers each label was, by its name."""
    labels: Counter[str] = Counter()
    for part in parts:
        if part.layout.labels is not None:
            labels.update(dict(zip(part.layout.labels.names, part.counts.labels, strict=True)))
    return labels


def fan_of(parts: Iterable[CountedPart]) -> tuple[float, ...] | None:
    """Returns the quantiles of confidence; None where nothing was scored."""
    scores = [
        Binned(
            (0.0, *(min(max(edge, 0.0), 1.0) for edge in part.layout.confidence.shares), 1.0), part.counts.confidence
        )
        for part in parts
        if part.layout.confidence is not None and any(part.counts.confidence)
    ]
    return tuple(mixture_quantile(scores, share) for share in FAN_SHARES) if scores else None
