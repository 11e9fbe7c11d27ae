"""The event of a publication, what becomes of it, and its sentences in the audit log."""

from __future__ import annotations

from typing import Annotated, TypedDict

from django.conf import settings

from forge.builds.models import Build
from forge.core.api.json_types import choices
from forge.core.audit.messages import AuditSentences, AuditTopic
from forge.core.events.announcements import (
    ActivityAnnouncement,
    ActivityEntry,
    ActivitySentence,
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
from forge.registry.hooks import judges_of
from forge.registry.models import Admission


class TagPublishedJson(TypedDict):
    """A build was published under a tag, which may have named another before."""

    tag: str
    build_number: int | None
    admission: Annotated[str, choices("Admission", Admission.values)]


PUBLISHED_RUNES = NoticeTopic(
    "published", icon="package", messages={"published": "{who} published build {build_number} as {tag}"}
)
PUBLICATIONS = WebhookTopic("publish", "Publications")


def _notice(event: StoredEvent[TagPublishedJson]) -> NoticeDraft:
    """Tells of a publication the person who requested the build and those who judged its bytes."""
    tag, number = event.data["tag"], event.data["build_number"]
    build = Build.objects.select_related("artefact").filter(project=event.holder, number=number).first()
    people = set()
    if build is not None and build.artefact is not None:
        people = {build.requested_by_id, *(person for judges in judges_of.call(build) for person in judges)}
    return NoticeDraft(
        PUBLISHED_RUNES,
        "published",
        title=f"Version {tag}",
        subject=f"tag:{event.holder}:{tag}",
        path=f"?tag={tag}",
        participants=frozenset(person for person in people if person is not None),
    )


def _message(event: StoredEvent[TagPublishedJson], project: PlaceAddress) -> WebhookMessage:
    tag = event.data["tag"]
    data = {
        "tag": tag,
        "build_number": event.data["build_number"],
        "image": f"{settings.PUBLIC_URL.partition('://')[2]}/{project.name}:{tag}",
        "url": f"{project.url}?tag={tag}",
    }
    return WebhookMessage("rune.published", data)


TAG_PUBLISHED = declare(
    EventType(
        "tag.published",
        StreamKind.PROJECT,
        TagPublishedJson,
        ("state", "versions"),
        audit=AuditSentences(
            AuditTopic.PUBLISHING,
            {
                "tag.publish": "published build {build_number} of {project} as {tag}",
                "tag.override": "published build {build_number} of {project} as {tag} past its gate: {reason}",
            },
        ),
        activity=ActivityAnnouncement(
            {"published": ActivitySentence("published", "{project} {tag}", path="?tag={tag}")},
            lambda event: ActivityEntry("published", f"tag:{event.data['tag']}"),
        ),
        notice=NoticeAnnouncement((PUBLISHED_RUNES,), _notice),
        webhook=WebhookAnnouncement(PUBLICATIONS, ("rune.published",), _message),
    )
)
