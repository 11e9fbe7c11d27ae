"""The events of publishing, what becomes of them, and the sentences of the audit log about it."""

from __future__ import annotations

from typing import Annotated, TypedDict

from django.conf import settings

from forge.builds.models import Build
from forge.core.api.json_types import choices
from forge.core.audit.messages import AuditSentences, AuditTopic
from forge.core.audit.messages import declare as declare_sentences
from forge.core.events.announcements import (
    ActivityAnnouncement,
    ActivityEntry,
    ActivitySentence,
    NoticeAnnouncement,
    NoticeDraft,
    NoticeTopic,
    ProjectAddress,
    StoredEvent,
    WebhookAnnouncement,
    WebhookMessage,
    WebhookTopic,
)
from forge.core.events.declarations import EventType, StreamKind, declare
from forge.registry.hooks import judges_of
from forge.registry.models import Admission, Tag


class TagPublishedJson(TypedDict):
    """A build was published under a tag, which may have named another before."""

    tag: str
    build_number: int | None
    admission: Annotated[str, choices("Admission", Admission.values)]


class TagWithdrawnJson(TypedDict):
    """A tag was withdrawn, and with it the others of the same bytes: no list has them."""

    tag: str
    reason: str


class TagDescribedJson(TypedDict):
    """The notes of a tag changed, or its deprecation."""

    tag: str


class BlockPublishedJson(TypedDict):
    """A version of a block was published."""

    block: str
    version: str


class BlockDescribedJson(TypedDict):
    """The deprecation or the withdrawal of a version of a block began or ended."""

    block: str
    version: str


PUBLISHED_RUNES = NoticeTopic(
    "published", icon="package", messages={"published": "{who} published build {build_number} as {tag}"}
)
WITHDRAWN_RUNES = NoticeTopic("withdrawn", icon="package", messages={"withdrawn": "{who} withdrew {tag}: {reason}"})
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
            *(each for said in judges_of.call(tag.build) for each in said),
        }
    return NoticeDraft(
        WITHDRAWN_RUNES,
        "withdrawn",
        title=f"Version {event.data['tag']}",
        subject=f"withdrawal:{event.holder}:{event.data['tag']}",
        path=f"?tag={event.data['tag']}",
        participants=frozenset(person for person in people if person is not None),
    )


def _withdrawal_message(event: StoredEvent[TagWithdrawnJson], project: ProjectAddress) -> WebhookMessage:
    return WebhookMessage(
        "rune.withdrawn", {"tag": event.data["tag"], "reason": event.data["reason"], "url": project.url}
    )


def _message(event: StoredEvent[TagPublishedJson], project: ProjectAddress) -> WebhookMessage:
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
TAG_DESCRIBED = declare(
    EventType(
        "tag.described",
        StreamKind.PROJECT,
        TagDescribedJson,
        ("state",),
        audit=AuditSentences(
            AuditTopic.PUBLISHING,
            {
                "tag.describe": "changed the notes of {tag} of {project}",
                "tag.deprecate": "deprecated {tag} of {project}: {reason}",
                "tag.restore": "ended the withdrawal of {tag} of {project}",
                "tag.undeprecate": "ended the deprecation of {tag} of {project}",
            },
        ),
    )
)
BLOCK_PUBLISHED = declare(
    EventType(
        "block.published",
        StreamKind.PROJECT,
        BlockPublishedJson,
        ("versions",),
        audit=AuditSentences(
            AuditTopic.PUBLISHING,
            {
                "block.publish": "published the block {block} {version} of {project}",
                "block.override": "published the block {block} {version} of {project} past its gate: {reason}",
            },
        ),
    )
)
BLOCK_DESCRIBED = declare(
    EventType(
        "block.described",
        StreamKind.PROJECT,
        BlockDescribedJson,
        audit=AuditSentences(
            AuditTopic.PUBLISHING,
            {
                "block.deprecate": "deprecated the block {block} {version} of {project}: {reason}",
                "block.restore": "ended the withdrawal of the block {block} {version} of {project}",
                "block.withdraw": "withdrew the block {block} {version} of {project}: {reason}",
                "block.undeprecate": "ended the deprecation of the block {block} {version} of {project}",
            },
        ),
    )
)

# Actions that write no event.
declare_sentences(
    AuditTopic.DOWNLOADS,
    {
        "rune.pull": "pulled a published rune of {project}, {digest}",
        "block.pull": "pulled the block {block} of {project}, {digest}",
    },
)
declare_sentences(
    AuditTopic.PUBLISHING,
    {
        "artifact.push": "pushed {digest} to {project}, under {tags}",
        "artifact.untag": "deleted the tag {tag} of {project}",
        "artifact.delete": "deleted {digest} in the registry of {project}",
        "artifact.restore": "restored {digest} in the registry of {project}, under {tags}",
        "organisation.registry": "changed what the registry of {organisation} takes: {changes}",
    },
)
