"""The event of drafts, and their sentences in the audit log."""

from __future__ import annotations

from enum import StrEnum
from typing import TypedDict

from forge.core.audit.messages import AuditSentences, AuditTopic
from forge.core.events.declarations import EventType, StreamKind, declare


class DraftStep(StrEnum):
    """A change of a draft as a whole."""

    STARTED = "started"
    DISCARDED = "discarded"
    UNDONE = "undone"
    """Steps of an agent were taken back."""


class DraftChangedJson(TypedDict):
    """A draft of the project was started, changed back, or ended."""

    number: int
    step: str


DRAFT_CHANGED = declare(
    EventType(
        "draft.changed",
        StreamKind.PROJECT,
        DraftChangedJson,
        ("drafts",),
        audit=AuditSentences(
            AuditTopic.FILES,
            {
                "draft.start": "started draft {number} of {project}: “{title}”",
                "draft.undo": "took back {steps} of the agent in draft {number} of {project}, since {since}",
                "draft.discard": "discarded draft {number} of {project}: “{title}”",
            },
        ),
    )
)
