"""Reports of apps with @hotg-ai/forge about themselves, as counts by day, event and browser.

A report says more: an identifier of the device, the browser's full name, error messages. None of it is read here.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from forge.deployments.models import Deployment
from forge.deployments.serving.pending_counts import PendingCounts
from forge.telemetry.app_reports.models import AppReportsOfDay

MAX_BYTES = 256 * 1024
"""The greatest number of bytes of a report. A larger one is dropped."""
MAX_METRICS = 1000
"""The most metrics that are read of a report."""
EVENTS = frozenset(
    f"{subject}/{outcome}"
    for subject in ("forge/fetch", "rune/load", "rune/predict")
    for outcome in ("started", "succeeded", "failed")
)
OTHER_BROWSER = "other"
BROWSERS = frozenset(
    {"Chrome", "Mozilla Firefox", "Safari", "Opera", "MS IE", "MS Edge", "Edge (chromium based)", OTHER_BROWSER}
)
"""The names that the package uses."""

ReportKey = tuple[UUID, str, str]
"""A deployment, an event and a browser."""

counter: PendingCounts[ReportKey] = PendingCounts()
"""This process's."""


def events_of(body: bytes) -> Counter[tuple[str, str]]:
    """Returns how often each event and browser is in a report. Anything unknown or malformed counts nothing."""
    try:
        report = json.loads(body)
    except (ValueError, RecursionError):
        return Counter()
    if not isinstance(report, dict):
        return Counter()
    browser = report.get("deviceTypeId")
    counted_browser = browser if isinstance(browser, str) and browser in BROWSERS else OTHER_BROWSER
    return Counter((event, counted_browser) for event in _types(report))


def write_app_reports(reports: PendingCounts[ReportKey] = counter) -> None:
    """Adds the counts to the rows of the days."""
    reports.write(_store)


def _types(report: Mapping[str, Any]) -> Iterable[str]:
    metrics = report.get("metrics")
    for metric in metrics[:MAX_METRICS] if isinstance(metrics, list) else ():
        kind = metric.get("type") if isinstance(metric, dict) else None
        if isinstance(kind, str) and kind in EVENTS:
            yield kind


@transaction.atomic
def _store(counts: Counter[tuple[ReportKey, date]]) -> None:
    there = set(Deployment.objects.filter(pk__in={key[0] for key, _ in counts}).values_list("pk", flat=True))
    for ((deployment, event, browser), day), count in sorted(counts.items(), key=str):
        if deployment not in there:
            continue
        row, _ = AppReportsOfDay.objects.get_or_create(deployment_id=deployment, day=day, event=event, browser=browser)
        AppReportsOfDay.objects.filter(pk=row.pk).update(count=F("count") + count)
