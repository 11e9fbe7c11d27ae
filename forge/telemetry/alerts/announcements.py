"""The events of alerts that open and close, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypedDict

from forge.core.events.announcements import (
    NoticeAnnouncement,
    NoticeDraft,
    NoticeTopic,
    PlaceAddress,
    StoredEvent,
    WebhookAnnouncement,
    WebhookMessage,
)
from forge.core.events.declarations import EventType, StreamKind, declare
from forge.deployments.announcements import DEPLOYMENTS
from forge.telemetry.people import people_of_deployment


class WatchAlertJson(TypedDict):
    """An alert of a deployment."""

    deployment: Annotated[str, "its name, the last word of its address"]
    title: str
    alert: Annotated[str, "its id"]
    text: Annotated[str, "the alert in a sentence"]


class AlertOpenedJson(WatchAlertJson):
    """The devices of a deployment differ in a way that chance does not explain."""


class AlertClosedJson(WatchAlertJson):
    """A day did not show the difference of an alert any more."""


WATCH_TOPIC = NoticeTopic(
    "watch",
    icon="radio",
    messages={"opened": "{title}: {text}", "closed": "{title}, no longer: {text}"},
    values=("text",),
)


def _notice(message: str) -> Callable[[StoredEvent[Any]], NoticeDraft]:
    """Tells the people of the deployment."""

    def draft(event: StoredEvent[Any]) -> NoticeDraft:
        data: WatchAlertJson = event.data
        return NoticeDraft(
            WATCH_TOPIC,
            message,
            title=data["title"],
            subject=f"watch:{data['alert']}",
            path=f"/deployments/{data['deployment']}/watch",
            values={"text": data["text"]},
            participants=people_of_deployment(event.holder, data["deployment"]),
        )

    return draft


def _message(name: str) -> Callable[[StoredEvent[Any], PlaceAddress], WebhookMessage]:
    def message(event: StoredEvent[Any], project: PlaceAddress) -> WebhookMessage:
        url = f"{project.url}/deployments/{event.data['deployment']}/watch"
        return WebhookMessage(name, {**event.data, "url": url})

    return message


ALERT_OPENED = declare(
    EventType(
        "telemetry.alert-opened",
        StreamKind.PROJECT,
        AlertOpenedJson,
        ("deployments",),
        notice=NoticeAnnouncement((WATCH_TOPIC,), _notice("opened")),
        webhook=WebhookAnnouncement(DEPLOYMENTS, ("deployment.alert-opened",), _message("deployment.alert-opened")),
    )
)
ALERT_CLOSED = declare(
    EventType(
        "telemetry.alert-closed",
        StreamKind.PROJECT,
        AlertClosedJson,
        ("deployments",),
        notice=NoticeAnnouncement((WATCH_TOPIC,), _notice("closed")),
        webhook=WebhookAnnouncement(DEPLOYMENTS, ("deployment.alert-closed",), _message("deployment.alert-closed")),
    )
)
