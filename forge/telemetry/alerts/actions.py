"""Giving an alert an owner, snoozing it and waking it. Whether it is open is decided by evidence alone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from rest_framework.fields import CharField, DateField, IntegerField, UUIDField

from forge.accounts.models import User
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.api.acts import act
from forge.core.api.states import SETS
from forge.core.audit.entries import write_entry
from forge.core.errors import Invalid, PersonNeeded
from forge.core.events.log import append_event
from forge.core.reasons import LONGEST_REASON, checked_reason
from forge.deployments.models import Deployment
from forge.deployments.place import DEPLOYMENT, DEPLOYMENT_OF_PEOPLE
from forge.telemetry.alerts.access import lock_alert
from forge.telemetry.alerts.announcements import ALERT_CLOSED, AlertChange, alert_values, changed_event
from forge.telemetry.alerts.errors import AlertClosed
from forge.telemetry.alerts.models import WatchAlert
from forge.telemetry.alerts.people import find_owner
from forge.telemetry.alerts.sentences import title_of
from forge.telemetry.alerts.serializers import ALERT

MAX_SNOOZE_DAYS: Final = 90
_MISSING: Final = "Enter why nobody needs to hear of it, in ten characters or more."
_ALERT: Final = "telemetry/alerts/<uuid:alert_id>/"


@act(
    "PUT",
    DEPLOYMENT_OF_PEOPLE,
    f"{_ALERT}owner",
    "watch_alerts_give",
    verb=Verb.DEPLOY,
    state=SETS,
    answer=ALERT,
    raises=(Invalid, PersonNeeded),
)
@transaction.atomic
def give_alert(
    actor: Actor,
    deployment: Deployment,
    alert_id: UUID,
    person: Annotated[UUID, UUIDField(help_text="somebody who can read the project")],
) -> WatchAlert:
    """Makes a person the owner of an alert, who gets its notices from now on. The person stops being the owner when
    they cannot read the project any more. A token gives none: what it gave would outlive it."""
    alert = lock_alert(deployment, alert_id)
    owner = find_owner(deployment.project, person)
    if alert.owner_id != owner.pk:
        _set_owner(alert, owner)
        _record(actor, "alert.give", alert, AlertChange.OWNER, owner=str(owner))
    return alert


@act("DELETE", DEPLOYMENT, f"{_ALERT}owner", "watch_alerts_drop", verb=Verb.DEPLOY, state=SETS, answer=ALERT)
@transaction.atomic
def drop_alert(actor: Actor, deployment: Deployment, alert_id: UUID) -> WatchAlert:
    """Leaves an alert without an owner."""
    alert = lock_alert(deployment, alert_id)
    if alert.owner_id is not None:
        _set_owner(alert, None)
        _record(actor, "alert.drop", alert, AlertChange.OWNER)
    return alert


@act(
    "PUT",
    DEPLOYMENT,
    f"{_ALERT}snooze",
    "watch_alerts_snooze",
    verb=Verb.DEPLOY,
    state=SETS,
    answer=ALERT,
    raises=(AlertClosed, Invalid),
)
@transaction.atomic
def snooze_alert(
    actor: Actor,
    deployment: Deployment,
    alert_id: UUID,
    reason: Annotated[str, CharField(max_length=LONGEST_REASON)],
    days: Annotated[int | None, IntegerField(min_value=1, max_value=MAX_SNOOZE_DAYS)] = None,
    until: Annotated[date | None, DateField(help_text="the day (UTC) on which it ends, in place of `days`")] = None,
) -> WatchAlert:
    """Snoozes an open alert: nobody gets a notice or a webhook about its subject before the day on which the snooze
    ends, also when it closes and opens again meanwhile."""
    today = timezone.now().date()
    day = _snooze_end(today, days, until)
    reason = checked_reason(reason, missing=_MISSING)
    alert = lock_alert(deployment, alert_id)
    if alert.closed is not None:
        raise AlertClosed("This alert has closed, and sends nothing.")
    alert.snoozed_until, alert.snoozed_by, alert.snooze_reason = day, actor.person, reason
    alert.snooze_ended = None
    alert.save(update_fields=["snoozed_until", "snoozed_by", "snooze_reason", "snooze_ended"])
    _record(actor, "alert.snooze", alert, AlertChange.SNOOZED, until=day.isoformat(), reason=reason)
    return alert


@act("DELETE", DEPLOYMENT, f"{_ALERT}snooze", "watch_alerts_wake", verb=Verb.DEPLOY, state=SETS, answer=ALERT)
@transaction.atomic
def wake_alert(actor: Actor, deployment: Deployment, alert_id: UUID) -> WatchAlert:
    """Ends the snooze of an alert at once. One that closed meanwhile says so now."""
    alert = lock_alert(deployment, alert_id)
    if alert.snoozed_until is not None:
        alert.snoozed_until, alert.snoozed_by, alert.snooze_reason = None, None, ""
        alert.save(update_fields=["snoozed_until", "snoozed_by", "snooze_reason"])
        _record(actor, "alert.wake", alert, AlertChange.WOKEN)
        if alert.closed is not None:
            append_event(deployment.project.stream, ALERT_CLOSED(**alert_values(alert)))
    return alert


def _set_owner(alert: WatchAlert, owner: User | None) -> None:
    alert.owner = owner
    alert.save(update_fields=["owner"])


def _record(actor: Actor, action: str, alert: WatchAlert, change: AlertChange, **more: str) -> None:
    """Writes the audit entry and the event of a change of an alert."""
    project = alert.deployment.project
    about = {"deployment": alert.deployment.title, "alert": title_of(alert)}
    write_entry(actor, action, project.stream, project.place, **about, **more)
    append_event(project.stream, changed_event(alert, change), actor)


def _snooze_end(today: date, days: int | None, until: date | None) -> date:
    """Returns the day on which a snooze ends. Raises `Invalid`."""
    if (days is None) == (until is None):
        raise _wrong_end("Send either `days` or `until`.")
    day = until or today + timedelta(days=days or 0)
    if not today < day <= today + timedelta(days=MAX_SNOOZE_DAYS):
        raise _wrong_end(f"Choose a day from tomorrow to {MAX_SNOOZE_DAYS} days ahead.")
    return day


def _wrong_end(message: str) -> Invalid:
    return Invalid(message, errors={"until": [message]})
