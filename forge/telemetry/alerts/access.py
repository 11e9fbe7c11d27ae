"""Reading alerts. The callers have found the deployment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from forge.deployments.models import Deployment
from forge.telemetry.alerts.errors import AlertNotFound
from forge.telemetry.alerts.models import WatchAlert
from forge.telemetry.intake.models import WatchedRune

MOST_CLOSED: Final = 20
"""Closed alerts that are listed."""
REOPENS_WITHIN: Final = timedelta(days=14)
"""The time after it closed in which an alert that comes back is the same one. What stands is judged once a week, and
a change that lasts becomes the past: without this, one difference is another alert each week."""
_PARTS: Final = ("watched", "owner", "snoozed_by")


def open_alerts(deployment: Deployment) -> Sequence[WatchAlert]:
    """Returns the open alerts, the surest first. Snoozed ones are among them."""
    rows = WatchAlert.objects.filter(deployment=deployment, closed=None)
    return list(rows.select_related(*_PARTS).order_by("p", "opened"))


def awake_alerts(deployment: Deployment) -> int:
    """Returns how many alerts are open and not snoozed."""
    is_awake = Q(snoozed_until=None) | Q(snoozed_until__lte=timezone.now().date())
    return WatchAlert.objects.filter(is_awake, deployment=deployment, closed=None).count()


def comes_back(now: datetime) -> Q:
    """Returns the condition of the alerts that are open, or would be the same ones if they opened again."""
    return Q(closed=None) | Q(closed__gte=now - REOPENS_WITHIN) | Q(snoozed_until__gt=now.date())


def closed_alerts(deployment: Deployment) -> Sequence[WatchAlert]:
    """Returns the alerts that closed last, the newest first."""
    rows = WatchAlert.objects.filter(deployment=deployment, closed__isnull=False)
    return list(rows.select_related(*_PARTS).order_by("-closed")[:MOST_CLOSED])


def lock_alert(deployment: Deployment, alert_id: UUID) -> WatchAlert:
    """Locks an alert of a deployment. Raises `AlertNotFound`."""
    rows = WatchAlert.objects.select_for_update(of=("self",)).filter(deployment=deployment)
    alert = rows.select_related("deployment__project__organisation", *_PARTS).filter(pk=alert_id).first()
    if alert is None:
        raise AlertNotFound(f"{deployment.title} has no such alert.")
    return alert


@dataclass(frozen=True)
class LastJudgement:
    """The newest day that was judged, and of how many devices that could not be said anything."""

    day: date
    judged_devices: int
    skipped_devices: int


def last_judgement(deployment: Deployment) -> LastJudgement | None:
    """Returns the newest judgement of a deployment, of all its runes; None before the first."""
    runes = list(WatchedRune.objects.filter(deployment=deployment, judged__isnull=False))
    day = max((rune.judged for rune in runes if rune.judged), default=None)
    if day is None:
        return None
    newest = [rune for rune in runes if rune.judged == day]
    return LastJudgement(day, sum(rune.judged_devices for rune in newest), sum(rune.skipped_devices for rune in newest))
