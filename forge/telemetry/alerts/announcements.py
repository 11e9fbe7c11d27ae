"""The events of alerts that open, close, or get an owner or a snooze, and what becomes of them. Nobody gets a notice or
a webhook of a snoozed alert."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, TypedDict
from uuid import UUID

from forge.core.api.json_types import Date, Uuid, choices
from forge.core.audit.messages import AuditSentences, AuditTopic
from forge.core.events.announcements import (
    NoticeAnnouncement,
    NoticeDraft,
    NoticeTopic,
    PlaceAddress,
    StoredEvent,
    WebhookAnnouncement,
    WebhookMessage,
)
from forge.core.events.declarations import EventType, NewEvent, StreamKind, declare
from forge.deployments.announcements import DEPLOYMENTS
from forge.telemetry.alerts.models import WatchAlert
from forge.telemetry.alerts.sentences import title_of
from forge.telemetry.people import people_of_deployment


class AlertChange(StrEnum):
    """A change of an alert that is no evidence."""

    OWNER = "owner"
    SNOOZED = "snoozed"
    WOKEN = "woken"
    SNOOZE_ENDED = "snooze-ended"


class WatchAlertJson(TypedDict):
    """An alert of a deployment."""

    deployment: Annotated[str, "its name, the last word of its address"]
    title: str
    alert: Annotated[str, "its id"]
    text: Annotated[str, "the alert in a sentence"]
    owner: Annotated[Uuid | None, "the person who looks after it"]
    is_snoozed: Annotated[bool, "whether it sends no notices and no webhooks"]


class AlertOpenedJson(WatchAlertJson):
    """The devices of a deployment differ in a way that chance does not explain."""

    is_reopened: Annotated[bool, "whether it closed before, and came back"]


class AlertClosedJson(WatchAlertJson):
    """A day did not show the difference of an alert any more, or the snooze ended during which that was so."""


class AlertChangedJson(WatchAlertJson):
    """An alert of a deployment has another owner, or its snooze began or ended."""

    change: Annotated[str, choices("WatchAlertChange", [each.value for each in AlertChange])]
    snoozed_until: Annotated[Date | None, "the day (UTC) on which its snooze ends"]


def alert_values(alert: WatchAlert) -> dict[str, Any]:
    """Returns the values that the events of an alert have in common."""
    return {
        "deployment": alert.deployment.name,
        "title": alert.deployment.title,
        "alert": str(alert.pk),
        "text": title_of(alert),
        "owner": None if alert.owner_id is None else str(alert.owner_id),
        "is_snoozed": alert.is_snoozed,
    }


WATCH_TOPIC = NoticeTopic(
    "watch",
    icon="radio",
    messages={
        "opened": "{title}: {text}",
        "reopened": "{title}, again: {text}",
        "closed": "{title}, no longer: {text}",
        "given": "{who} gave you an alert of {title}: {text}",
        "snoozed": "{who} snoozed your alert of {title}: {text}",
        "woken": "{who} ended the snooze of your alert of {title}: {text}",
        "snooze-ended": "{title}, still so after its snooze: {text}",
    },
    values=("text",),
)


def _draft(event: StoredEvent[Any], message: str, **people: Any) -> NoticeDraft:
    data: WatchAlertJson = event.data
    return NoticeDraft(
        WATCH_TOPIC,
        message,
        title=data["title"],
        subject=f"watch:{data['alert']}",
        path=f"/deployments/{data['deployment']}/watch",
        values={"text": data["text"]},
        **people,
    )


def _owner_of(event: StoredEvent[Any]) -> frozenset[UUID]:
    owner = event.data["owner"]
    return frozenset() if owner is None else frozenset({UUID(owner)})


def _people_of(event: StoredEvent[Any]) -> frozenset[UUID]:
    """The people of the deployment, and the owner of the alert."""
    return people_of_deployment(event.holder, event.data["deployment"]) | _owner_of(event)


def _opened(event: StoredEvent[AlertOpenedJson]) -> NoticeDraft | None:
    if event.data["is_snoozed"]:
        return None
    if not event.data["is_reopened"]:
        return _draft(event, "opened", participants=_people_of(event))
    # The others know that somebody looks after it. The owner's last notice says that it closed.
    owner = _owner_of(event)
    return _draft(event, "reopened", participants=owner or _people_of(event), is_for_watchers=not owner)


def _closed(event: StoredEvent[AlertClosedJson]) -> NoticeDraft | None:
    return None if event.data["is_snoozed"] else _draft(event, "closed", participants=_people_of(event))


def _changed(event: StoredEvent[AlertChangedJson]) -> NoticeDraft | None:
    """Tells the owner of what others did with the alert, and everybody that it is still so after its snooze."""
    match AlertChange(event.data["change"]):
        case AlertChange.OWNER:
            return _draft(event, "given", addressees=_owner_of(event), is_for_watchers=False)
        case AlertChange.SNOOZE_ENDED:
            return _draft(event, "snooze-ended", participants=_people_of(event))
        case change:
            return _draft(event, change, participants=_owner_of(event), is_for_watchers=False)


def _message(name: str) -> Callable[[StoredEvent[Any], PlaceAddress], WebhookMessage | None]:
    def message(event: StoredEvent[Any], project: PlaceAddress) -> WebhookMessage | None:
        if event.data["is_snoozed"]:
            return None
        url = f"{project.url}/deployments/{event.data['deployment']}/watch"
        return WebhookMessage(name, {**event.data, "url": url})

    return message


ALERT_OPENED = declare(
    EventType(
        "telemetry.alert-opened",
        StreamKind.PROJECT,
        AlertOpenedJson,
        ("deployments",),
        notice=NoticeAnnouncement((WATCH_TOPIC,), _opened),
        webhook=WebhookAnnouncement(DEPLOYMENTS, ("deployment.alert-opened",), _message("deployment.alert-opened")),
    )
)
ALERT_CLOSED = declare(
    EventType(
        "telemetry.alert-closed",
        StreamKind.PROJECT,
        AlertClosedJson,
        ("deployments",),
        notice=NoticeAnnouncement((WATCH_TOPIC,), _closed),
        webhook=WebhookAnnouncement(DEPLOYMENTS, ("deployment.alert-closed",), _message("deployment.alert-closed")),
    )
)
ALERT_CHANGED = declare(
    EventType(
        "telemetry.alert-changed",
        StreamKind.PROJECT,
        AlertChangedJson,
        ("deployments",),
        audit=AuditSentences(
            AuditTopic.PUBLISHING,
            {
                "alert.give": "gave the alert “{alert}” of {deployment} of {project} to {owner}",
                "alert.drop": "left the alert “{alert}” of {deployment} of {project} without an owner",
                "alert.snooze": "snoozed the alert “{alert}” of {deployment} of {project} until {until}: {reason}",
                "alert.wake": "ended the snooze of the alert “{alert}” of {deployment} of {project}",
            },
        ),
        notice=NoticeAnnouncement((WATCH_TOPIC,), _changed),
    )
)


def changed_event(alert: WatchAlert, change: AlertChange) -> NewEvent:
    """Returns the event of a change of an alert."""
    until = alert.snoozed_until.isoformat() if alert.snoozed_until else None
    return ALERT_CHANGED(**alert_values(alert), change=change.value, snoozed_until=until)
