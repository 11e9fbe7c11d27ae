"""What the streams of organisations and of people tell of members, names and sessions."""

from __future__ import annotations

from rest_framework import serializers

from forge.core.event_types import EventType, StreamKind, declare

ORGANISATION_CHANGED = declare(
    EventType(
        "organisation.changed",
        StreamKind.ORGANISATION,
        "The organisation has another name or title.",
        stored={"name": serializers.CharField(), "title": serializers.CharField(allow_blank=True)},
    )
)
MEMBERS_CHANGED = declare(
    EventType(
        "members.changed",
        StreamKind.ORGANISATION,
        "Someone joined, left, or has another role.",
        read_again="the members, and what one may do",
    )
)
SESSIONS_CHANGED = declare(
    EventType("sessions.changed", StreamKind.PERSON, "A session of the person ended, and their sockets open again.")
)
