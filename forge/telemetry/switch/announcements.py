"""The event of telemetry that was turned on or off, and what becomes of it."""

from __future__ import annotations

from typing import Annotated, TypedDict
from uuid import UUID

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
from forge.deployments.models import Deployment, Release


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


def _people(project: UUID, deployment: str) -> frozenset[UUID]:
    """Returns who created the deployment, or chose what it served."""
    rows = Deployment.objects.filter(project=project, name=deployment)
    releases = Release.objects.filter(deployment__in=rows)
    people = {*rows.values_list("created_by", flat=True), *releases.values_list("chosen_by", flat=True)}
    return frozenset(each for each in people if each is not None)


def _notice(event: StoredEvent[TelemetryChangedJson]) -> NoticeDraft:
    """Tells the people of the deployment."""
    name = event.data["deployment"]
    return NoticeDraft(
        TELEMETRY_TOPIC,
        "on" if event.data["is_on"] else "off",
        title=event.data["title"],
        subject=f"telemetry:{event.holder}:{name}",
        path=f"/deployments/{name}",
        participants=_people(event.holder, name),
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
