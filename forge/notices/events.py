"""What a person's inbox tells."""

from __future__ import annotations

from typing import TypedDict

from forge.core.event_types import EventType, StreamKind, declare


class InboxChangedJson(TypedDict):
    """There is a notice, or some were read or done. The socket of the inbox says how many are unread."""


INBOX_CHANGED = declare(EventType("inbox.changed", StreamKind.INBOX, InboxChangedJson, ("notices",)))


def inbox_stream(person: object) -> str:
    """The key of a person's inbox, by the person's id."""
    return f"{StreamKind.INBOX}:{person}"
