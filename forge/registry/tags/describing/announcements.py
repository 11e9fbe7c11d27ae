"""The event of a change of what is said of a version, and its sentences in the audit log."""

from __future__ import annotations

from typing import TypedDict

from forge.core.audit.messages import AuditSentences, AuditTopic
from forge.core.events.declarations import EventType, StreamKind, declare


class TagDescribedJson(TypedDict):
    """The notes of a tag changed, or its deprecation."""

    tag: str


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
