"""The event of a check's result, and what becomes of it."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.builds.models import Build
from forge.core.api.json_types import Uuid, choices
from forge.core.audit.messages import AuditSentences, AuditTopic
from forge.core.events.announcements import (
    NoticeAnnouncement,
    NoticeDraft,
    NoticeTopic,
    PlaceAddress,
    StoredEvent,
    WebhookAnnouncement,
    WebhookMessage,
    WebhookTopic,
)
from forge.core.events.declarations import EventType, StreamKind, declare
from forge.reviews.checks.models import CheckState


class CheckPostedJson(TypedDict):
    """A robot posted the result of a check on a build."""

    build: Uuid
    number: int
    name: str
    state: Annotated[str, choices("CheckState", CheckState.values)]


FAILED_CHECKS = NoticeTopic(
    "check-failed",
    icon="triangle-exclamation-point",
    messages={"failed": "The check {name} failed on build {number}"},
)
CHECKS = WebhookTopic("check", "Results of checks")


def _notice(event: StoredEvent[CheckPostedJson]) -> NoticeDraft | None:
    """Tells the person who requested the build that a check failed."""
    if event.data["state"] != CheckState.FAILURE:
        return None
    build = Build.objects.filter(pk=event.data["build"]).select_related("job").first()
    requester = None if build is None else build.requested_by_id
    return NoticeDraft(
        FAILED_CHECKS,
        "failed",
        title=f"Build {event.data['number']}",
        subject=f"build:{event.data['build']}",
        path=f"/builds/{event.data['number']}",
        participants=frozenset() if requester is None else frozenset({requester}),
    )


def _message(event: StoredEvent[CheckPostedJson], project: PlaceAddress) -> WebhookMessage:
    number = event.data["number"]
    build = {"id": event.data["build"], "number": number, "url": f"{project.url}/builds/{number}"}
    return WebhookMessage("check.posted", {"check": event.data["name"], "state": event.data["state"], "build": build})


CHECK_POSTED = declare(
    EventType(
        "check.posted",
        StreamKind.PROJECT,
        CheckPostedJson,
        audit=AuditSentences(
            AuditTopic.REVIEWS, {"check.post": "posted {state} of the check {check} on {build} of {project}"}
        ),
        notice=NoticeAnnouncement((FAILED_CHECKS,), _notice),
        webhook=WebhookAnnouncement(CHECKS, ("check.posted",), _message),
    )
)
