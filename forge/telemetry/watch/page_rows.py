"""The counts of web pages and apps beside those of devices: two rows, which are never added. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from forge.telemetry.watch.label_mix import percent
from forge.telemetry.watch.series import CountedPart, fan_of, labels_of

MOST_LABELS: Final = 6
"""Labels that have a column, the most frequent first."""


@dataclass(frozen=True)
class PageRow:
    """The counts of pages or of devices. `labels` are shares in words, "" of a label that is not among them."""

    title: str
    answers: int
    labels: tuple[str, ...]
    median: str


@dataclass(frozen=True)
class PageRows:
    """The rows, web pages first, the labels of the columns, and how many documents of pages there are."""

    labels: tuple[str, ...]
    rows: tuple[PageRow, ...]
    reports: int


def page_rows(pages: Sequence[CountedPart], reports: int, devices: Sequence[CountedPart]) -> PageRows | None:
    """Returns the table of what pages counted in `reports` documents; None where they sent none."""
    if not pages:
        return None
    totals: Counter[str] = Counter(labels_of(pages))
    totals.update(labels_of(devices))
    labels = tuple(label for label, count in totals.most_common(MOST_LABELS) if count)
    rows = [_row("Web pages and apps", pages, labels)]
    rows += [_row("Devices", devices, labels)] if devices else []
    return PageRows(labels, tuple(rows), reports)


def _row(title: str, parts: Sequence[CountedPart], labels: Sequence[str]) -> PageRow:
    counts = labels_of(parts)
    total = sum(counts.values())
    fan = fan_of(parts)
    return PageRow(
        title,
        sum(part.counts.answers for part in parts),
        tuple(percent(counts[label] / total) if total and label in counts else "" for label in labels),
        f"{fan[2]:.2f}" if fan else "",
    )
