"""The event of a withdrawal, what becomes of it, and its sentences in the audit log."""

from __future__ import annotations

from typing import TypedDict

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
)
from forge.core.events.declarations import EventType, StreamKind, declare
from forge.registry.hooks import judges_of
from forge.registry.models import Tag
from forge.registry.tags.publishing.announcements import PUBLICATIONS


class TagWithdrawnJson(TypedDict):
    """A tag was withdrawn, and with it the others of the same bytes: no list has them."""

    tag: str
    reason: str


WITHDRAWN_RUNES = NoticeTopic("withdrawn", icon="package", messages={"withdrawn": "{who} withdrew {tag}: {reason}"})


def _withdrawal_notice(event: StoredEvent[TagWithdrawnJson]) -> NoticeDraft:
    """Tells of a withdrawal who requested the build, who judged its bytes and who published it."""
    tag = (
        Tag.objects.select_related("build__artefact")
        .filter(repository__project=event.holder, name=event.data["tag"])
        .first()
    )
    people = set()
    if tag is not None:
        people = {
            tag.author_id,
            tag.build.requested_by_id,
            *(each for judges in judges_of.call(tag.build) for each in judges),
        }
    return NoticeDraft(
        WITHDRAWN_RUNES,
        "withdrawn",
        title=f"Version {event.data['tag']}",
        subject=f"withdrawal:{event.holder}:{event.data['tag']}",
        path=f"?tag={event.data['tag']}",
        participants=frozenset(person for person in people if person is not None),
    )


def _withdrawal_message(event: StoredEvent[TagWithdrawnJson], project: PlaceAddress) -> WebhookMessage:
    return WebhookMessage(
        "rune.withdrawn", {"tag": event.data["tag"], "reason": event.data["reason"], "url": project.url}
    )


TAG_WITHDRAWN = declare(
    EventType(
        "tag.withdrawn",
        StreamKind.PROJECT,
        TagWithdrawnJson,
        ("state", "versions"),
        audit=AuditSentences(AuditTopic.PUBLISHING, {"tag.withdraw": "withdrew {tag} of {project}: {reason}"}),
        activity=ActivityAnnouncement(
            {"withdrew": ActivitySentence("withdrew", "{project} {tag}", path="?tag={tag}")},
            lambda event: ActivityEntry("withdrew", f"tag:{event.data['tag']}"),
        ),
        notice=NoticeAnnouncement((WITHDRAWN_RUNES,), _withdrawal_notice),
        webhook=WebhookAnnouncement(PUBLICATIONS, ("rune.withdrawn",), _withdrawal_message),
    )
)
