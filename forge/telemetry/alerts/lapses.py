"""Ends what people set on alerts, once its time is over: snoozes on their day, and the ownership of what is past."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.utils import timezone

from forge.core.events.log import append_event
from forge.telemetry.alerts.access import comes_back
from forge.telemetry.alerts.announcements import ALERT_CLOSED, AlertChange, alert_values, changed_event
from forge.telemetry.alerts.models import WatchAlert

LAPSE_EVERY: Final = 900.0
"""Seconds."""


def end_lapsed() -> None:
    """Ends snoozes on their day, then the ownership of alerts that closed and do not come back."""
    end_snoozes()
    WatchAlert.objects.filter(owner__isnull=False).exclude(comes_back(timezone.now())).update(owner=None)


@transaction.atomic
def end_snoozes() -> None:
    """Ends each snooze on its day (UTC). An alert that is still open says so, and one that closed says that."""
    today = timezone.now().date()
    rows = WatchAlert.objects.select_for_update(of=("self",)).filter(snoozed_until__lte=today).order_by("pk")
    for alert in rows.select_related("deployment__project"):
        alert.snooze_ended, alert.snoozed_until = alert.snoozed_until, None
        alert.save(update_fields=["snooze_ended", "snoozed_until"])
        is_open = alert.closed is None
        event = changed_event(alert, AlertChange.SNOOZE_ENDED) if is_open else ALERT_CLOSED(**alert_values(alert))
        append_event(alert.deployment.project.stream, event)
