"""The event of telemetry that was turned on or off, and what becomes of it."""

from __future__ import annotations

from typing import Annotated, TypedDict

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
from forge.core.events.declarations import EventType, StreamKind, declare
from forge.deployments.announcements import DEPLOYMENTS
from forge.telemetry.people import people_of_deployment


class TelemetryChangedJson(TypedDict):
    """Telemetry of a deployment was turned on or off."""

    deployment: Annotated[str, "its name, the last word of its address"]
    title: str
    is_on: bool


TELEMETRY_TOPIC = NoticeTopic(
    "telemetry",
    icon="radio",
    messages={
        "on": "{who} turned telemetry of {title} on: its devices send counts",
        "off": "{who} turned telemetry of {title} off",
    },
)


def _notice(event: StoredEvent[TelemetryChangedJson]) -> NoticeDraft:
    """Tells the people of the deployment."""
    name = event.data["deployment"]
    return NoticeDraft(
        TELEMETRY_TOPIC,
        "on" if event.data["is_on"] else "off",
        title=event.data["title"],
        subject=f"telemetry:{event.holder}:{name}",
        path=f"/deployments/{name}",
        participants=people_of_deployment(event.holder, name),
    )


def _message(event: StoredEvent[TelemetryChangedJson], project: PlaceAddress) -> WebhookMessage:
    url = f"{project.url}/deployments/{event.data['deployment']}"
    return WebhookMessage("deployment.telemetry", {**event.data, "url": url})


TELEMETRY_CHANGED = declare(
    EventType(
        "telemetry.changed",
        StreamKind.PROJECT,
        TelemetryChangedJson,
        ("deployments",),
        audit=AuditSentences(
            AuditTopic.PUBLISHING,
            {
                "telemetry.on": "turned telemetry of the deployment {deployment} of {project} on",
                "telemetry.off": "turned telemetry of the deployment {deployment} of {project} off",
            },
        ),
        notice=NoticeAnnouncement((TELEMETRY_TOPIC,), _notice),
        webhook=WebhookAnnouncement(DEPLOYMENTS, ("deployment.telemetry",), _message),
    )
)
