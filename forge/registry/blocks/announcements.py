"""The events of published blocks, and their sentences in the audit log."""

from __future__ import annotations

from typing import TypedDict

from forge.core.audit.messages import AuditSentences, AuditTopic
from forge.core.audit.messages import declare as declare_sentences
from forge.core.events.declarations import EventType, StreamKind, declare


class BlockPublishedJson(TypedDict):
    """A version of a block was published."""

    block: str
    version: str


class BlockDescribedJson(TypedDict):
    """The deprecation or the withdrawal of a version of a block began or ended."""

    block: str
    version: str


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
