"""The event of inboxes, and the sentences of the audit log about notices."""

from __future__ import annotations

from typing import TypedDict

from forge.core.api.json_types import Uuid
from forge.core.audit.messages import AuditTopic
from forge.core.audit.messages import declare as declare_sentences
from forge.core.events.declarations import EventType, StreamKind, declare


class InboxChangedJson(TypedDict):
    """There are notices for these people, or they read some. The socket of the inbox says how many are unread."""

    people: list[Uuid]


INBOX_CHANGED = declare(EventType("inbox.changed", StreamKind.INBOX, InboxChangedJson, ("notices",)))
declare_sentences(
    AuditTopic.ACCOUNTS,
    {
        "notices.watch": "chose {level} for notices of {watched}",
        "notices.mail": "chose {choice} for emails about notices",
    },
)


def inbox_stream(holder: object) -> str:
    """The key of what tells of notices, by an id. That of an organisation tells what happens there, once however many
    people it concerns; that of a person, what they read."""
    return f"{StreamKind.INBOX}:{holder}"
