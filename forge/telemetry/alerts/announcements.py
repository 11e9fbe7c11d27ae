"""The events of alerts that open and close, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypedDict

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
    """An alert of a deployment opened, or closed."""

    deployment: Annotated[str, "its name, the last word of its address"]
    title: str
    alert: Annotated[str, "its id"]
    text: Annotated[str, "the alert in a sentence"]


WATCH_TOPIC = NoticeTopic(
    "watch",
    icon="radio",
    messages={"opened": "{title}: {text}", "closed": "{title}, no longer: {text}"},
    values=("text",),
)


def _notice(message: str) -> Callable[[StoredEvent[WatchAlertJson]], NoticeDraft]:
    """Tells the people of the deployment."""

    def draft(event: StoredEvent[WatchAlertJson]) -> NoticeDraft:
        data = event.data
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


def _message(name: str) -> Callable[[StoredEvent[WatchAlertJson], PlaceAddress], WebhookMessage]:
    def message(event: StoredEvent[WatchAlertJson], project: PlaceAddress) -> WebhookMessage:
        url = f"{project.url}/deployments/{event.data['deployment']}/watch"
        return WebhookMessage(name, {**event.data, "url": url})

    return message


ALERT_OPENED = declare(
    EventType(
        "telemetry.alert-opened",
        StreamKind.PROJECT,
        WatchAlertJson,
        ("deployments",),
        notice=NoticeAnnouncement((WATCH_TOPIC,), _notice("opened")),
        webhook=WebhookAnnouncement(DEPLOYMENTS, ("deployment.alert-opened",), _message("deployment.alert-opened")),
    )
)
ALERT_CLOSED = declare(
    EventType(
        "telemetry.alert-closed",
        StreamKind.PROJECT,
        WatchAlertJson,
        ("deployments",),
        notice=NoticeAnnouncement((WATCH_TOPIC,), _notice("closed")),
        webhook=WebhookAnnouncement(DEPLOYMENTS, ("deployment.alert-closed",), _message("deployment.alert-closed")),
    )
)
