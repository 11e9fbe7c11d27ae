"""Reading alerts. The callers have found the deployment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from forge.deployments.models import Deployment
from forge.telemetry.alerts.models import WatchAlert
from forge.telemetry.intake.models import WatchedRune

MOST_CLOSED: Final = 20
"""Closed alerts that are listed."""


def open_alerts(deployment: Deployment) -> Sequence[WatchAlert]:
    """Returns the open alerts, the surest first."""
    rows = WatchAlert.objects.filter(deployment=deployment, closed=None)
    return list(rows.select_related("watched").order_by("p", "opened"))


def closed_alerts(deployment: Deployment) -> Sequence[WatchAlert]:
    """Returns the alerts that closed last, the newest first."""
    rows = WatchAlert.objects.filter(deployment=deployment, closed__isnull=False)
    return list(rows.select_related("watched").order_by("-closed")[:MOST_CLOSED])


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
