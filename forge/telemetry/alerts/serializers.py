"""Alerts as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.core.api.acts import ActAnswer
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
    openings: Annotated[int, "how many times it opened: one that comes back within 14 days is the same alert"]
    reopened: Annotated[Timestamp | None, "when it came back last"]
    owner: Annotated[PersonJson | None, "who looks after it, and gets its notices"]
    is_snoozed: Annotated[bool, "whether it sends no notices and no webhooks"]
    snoozed_until: Annotated[Date | None, "the day (UTC) on which its snooze ends"]
    snoozed_by: PersonJson | None
    snooze_reason: str
    snooze_ended: Annotated[Date | None, "the day on which its last snooze ended by itself"]


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
        "openings": row.openings,
        "reopened": row.reopened.isoformat() if row.reopened else None,
        "owner": person_to_json(row.owner) if row.owner else None,
        "is_snoozed": row.is_snoozed,
        "snoozed_until": row.snoozed_until.isoformat() if row.snoozed_until else None,
        "snoozed_by": person_to_json(row.snoozed_by) if row.snoozed_by else None,
        "snooze_reason": row.snooze_reason,
        "snooze_ended": row.snooze_ended.isoformat() if row.snooze_ended else None,
    }


ALERT = ActAnswer(alert_to_json)
