"""Alerts as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.core.api.json_types import Date, Timestamp, Uuid, choices
from forge.telemetry.alerts.models import WatchAlert
from forge.telemetry.alerts.sentences import detail_of, query_of, title_of
from rune.assessment.drift.alerts import DriftComparison
from rune.assessment.drift.figures import Aspect


class WatchAlertRowJson(TypedDict):
    """A difference between devices, days or test samples that chance does not explain."""

    id: Uuid
    version: str
    title: Annotated[str, "the alert in a sentence"]
    detail: Annotated[str, "the size of the effect with its range, and what explains it"]
    comparison: Annotated[str, choices("WatchComparison", [each.value for each in DriftComparison])]
    feature: Annotated[str, "`labels`, `confidence`, `run time`, or the name of a feature"]
    aspect: Annotated[str, choices("WatchAspect", [each.value for each in Aspect])]
    label: Annotated[str, "of a share; empty otherwise"]
    query: Annotated[str, "the query for the devices that it is about; empty for all"]
    value: Annotated[
        float,
        "the effect: a share, standard deviations of the reference, or the logarithm of a ratio (of spreads, of times)",
    ]
    low: float
    high: Annotated[float, "the effect is between `low` and `high` in 95 of 100 cases"]
    p: float
    devices: int
    since: Annotated[Date | None, "the day on which it probably began; null of a difference that stands"]
    first_day: Date
    last_day: Date
    opened: Timestamp
    closed: Annotated[Timestamp | None, "when a day did not show it any more"]


class WatchAlertsJson(TypedDict):
    """The alerts of a deployment: the open ones, and those that closed last."""

    judged: Annotated[Date | None, "the newest day that was judged"]
    judged_devices: Annotated[int, "devices that were compared with their own past"]
    skipped_devices: Annotated[int, "devices of which too little is known"]
    alerts: list[WatchAlertRowJson]


def alert_to_json(row: WatchAlert) -> WatchAlertRowJson:
    """Returns an alert of a deployment that the reader may see."""
    return {
        "id": str(row.pk),
        "version": row.watched.version,
        "title": title_of(row),
        "detail": detail_of(row),
        "comparison": row.comparison,
        "feature": row.feature,
        "aspect": row.aspect,
        "label": row.label,
        "query": query_of(row),
        "value": row.value,
        "low": row.low,
        "high": row.high,
        "p": row.p,
        "devices": row.devices,
        "since": row.since.isoformat() if row.since else None,
        "first_day": row.first_day.isoformat(),
        "last_day": row.last_day.isoformat(),
        "opened": row.opened.isoformat(),
        "closed": row.closed.isoformat() if row.closed else None,
    }
