"""The event of requests for samples, and what becomes of it."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.core.api.json_types import Uuid, choices
from forge.core.audit.messages import AuditSentences, AuditTopic
from forge.core.audit.messages import declare as declare_sentences
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

CHANGES = ("asked", "ended")


class SamplesRequestedJson(TypedDict):
    """A member asked the owners of a deployment's devices, or people on its web pages, for samples, or ended the
    request. What they answer is not told."""

    request: Uuid
    deployment: Annotated[str, "its name, the last word of its address"]
    title: str
    what: Annotated[str, "the samples in words"]
    change: Annotated[str, choices("SampleRequestChange", CHANGES)]


SAMPLES_TOPIC = NoticeTopic(
    "samples",
    icon="send",
    messages={
        "asked": "{who} asked the people who use {title} for {what}",
        "ended": "{who} ended the request for {what}",
    },
    values=("what",),
)


def _notice(event: StoredEvent[SamplesRequestedJson]) -> NoticeDraft:
    """Tells the people of the deployment."""
    name = event.data["deployment"]
    return NoticeDraft(
        SAMPLES_TOPIC,
        event.data["change"],
        title=event.data["title"],
        subject=f"samples:{event.data['request']}",
        path=f"/deployments/{name}/watch#asking",
        values={"what": event.data["what"]},
        participants=people_of_deployment(event.holder, name),
    )


def _message(event: StoredEvent[SamplesRequestedJson], project: PlaceAddress) -> WebhookMessage:
    url = f"{project.url}/deployments/{event.data['deployment']}/watch"
    return WebhookMessage("deployment.samples", {**event.data, "url": url})


SAMPLES_REQUESTED = declare(
    EventType(
        "samples.requested",
        StreamKind.PROJECT,
        SamplesRequestedJson,
        ("deployments",),
        audit=AuditSentences(
            AuditTopic.PUBLISHING,
            {
                "samples.ask": "asked the owners of {count} devices of {deployment} of {project} for {what}",
                "samples.ask-pages": "asked the people on web pages of {deployment} of {project} for {what}",
                "samples.end": "ended the request of {deployment} of {project} for {what}",
            },
        ),
        notice=NoticeAnnouncement((SAMPLES_TOPIC,), _notice),
        webhook=WebhookAnnouncement(DEPLOYMENTS, ("deployment.samples",), _message),
    )
)
declare_sentences(
    AuditTopic.DEVICES,
    {"device.samples": "answered for {device}, which is asked for {what}: {answer}"},
)
