"""Types of events that no app declares, for tests of the log itself and of sockets."""

from __future__ import annotations

from rest_framework import serializers

from forge.core.event_types import EventType, StreamKind

HAPPENED = EventType("test.happened", StreamKind.PROJECT, "Something happened.")
COUNTED = EventType(
    "test.counted",
    StreamKind.PROJECT,
    "Something happened, and has a number; a word is told with it.",
    stored={"number": serializers.IntegerField()},
    told={"word": serializers.CharField()},
)
