"""The alerts on the page Watch: open, snoozed and closed ones, and what the reader may do with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.utils import timezone

from forge.accounts.models import User
from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.deployments.models import Deployment
from forge.telemetry.alerts.access import REOPENS_WITHIN, closed_alerts, last_judgement, open_alerts
from forge.telemetry.alerts.actions import MAX_SNOOZE_DAYS
from forge.telemetry.alerts.models import WatchAlert
from forge.telemetry.alerts.people import possible_owners
from forge.telemetry.alerts.sentences import detail_of, query_of, title_of
from rune.assessment.drift.judging import DEFAULTS
from rune.statistics.not_judged import MIN_PAST_DAYS

SNOOZE_DAYS: Final = (1, 7, 30)
"""The days that buttons offer."""


@dataclass(frozen=True)
class AlertLine:
    """An alert as the page shows it; `devices_url` is the list of the devices that it is about."""

    row: WatchAlert
    title: str
    detail: str
    devices_url: str
    address: str
    """The address of its forms."""
    recipients: Sequence[User] = ()
    """The people to whom the reader may give it."""

    @staticmethod
    def of(row: WatchAlert, deployment: Deployment, people: Iterable[User] = ()) -> AlertLine:
        """Returns an alert in words; `people` may own it."""
        query = query_of(row)
        devices = f"{deployment.project.organisation.get_absolute_url()}/devices"
        devices_url = f"{devices}?{urlencode({'q': query})}" if query else ""
        address = f"{deployment.get_absolute_url()}/watch/{row.pk}"
        recipients = [each for each in people if each.pk != row.owner_id]
        return AlertLine(row, title_of(row), detail_of(row), devices_url, address, recipients)


def alerts_context(actor: Actor, deployment: Deployment) -> dict[str, Any]:
    """Returns what the page shows of the alerts of a deployment that the caller has found."""
    today = timezone.now().date()
    rows = open_alerts(deployment)
    may_change = can(actor, Verb.DEPLOY, deployment.project)
    people = possible_owners(deployment.project) if rows and may_change else ()
    others = [each for each in people if each.pk != actor.pk]
    lines = [AlertLine.of(each, deployment, others) for each in rows]
    return {
        "alerts": [each for each in lines if not each.row.is_snoozed_on(today)],
        "snoozed_alerts": [each for each in lines if each.row.is_snoozed_on(today)],
        "closed_alerts": [AlertLine.of(each, deployment) for each in closed_alerts(deployment)],
        "may_change_alerts": may_change,
        "first_snooze_day": today + timedelta(days=1),
        "last_snooze_day": today + timedelta(days=MAX_SNOOZE_DAYS),
        "reopens_days": REOPENS_WITHIN.days,
        "judgement": last_judgement(deployment),
        "past_days": MIN_PAST_DAYS,
        "recent_days": DEFAULTS.windows[-1],
        "needed_days": MIN_PAST_DAYS + DEFAULTS.windows[-1],
    }
