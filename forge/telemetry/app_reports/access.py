"""Reading what apps and web pages reported. The callers have found the deployments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Sum

from forge.deployments.models import Deployment
from forge.telemetry.app_reports.models import AppReportsOfDay, PageCountsOfDay
from forge.telemetry.intake.models import WatchedRune
from forge.telemetry.totals.sums import counts_of, from_bytes
from rune.watch.counts import Counts


@dataclass(frozen=True)
class PageDay:
    """The counts of web pages and apps about a rune on a day, in `reports` documents that nobody signed."""

    watched: WatchedRune
    day: date
    reports: int
    counts: Counts


def reports_since(deployment: Deployment, day: date) -> Sequence[Mapping[str, Any]]:
    """Returns the reports of clients of @hotg-ai/forge from a day on: `event`, `browser` and `count`, the most frequent
    first."""
    rows = AppReportsOfDay.objects.filter(deployment=deployment, day__gte=day).order_by().values("event", "browser")
    return list(rows.annotate(count=Sum("count")).order_by("-count", "event", "browser"))


def page_days_of(deployment: Deployment, first: date, last: date, version: str = "") -> Sequence[PageDay]:
    """Returns what web pages and apps of a deployment counted from a day to another one, the newest day first; of a
    version, or of all."""
    rows = PageCountsOfDay.objects.filter(watched__deployment=deployment, day__gte=first, day__lte=last)
    if version:
        rows = rows.filter(watched__version=version)
    return [
        PageDay(row.watched, row.day, row.reports, counts_of(from_bytes(row.sums), row.watched.layout))
        for row in rows.select_related("watched").order_by("-day", "watched")
    ]
