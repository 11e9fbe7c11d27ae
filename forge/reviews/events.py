"""What projects' streams tell of reviews."""

from __future__ import annotations

from rest_framework import serializers

from forge.core.event_types import EventType, StreamKind, declare

REVIEW_CHANGED = declare(
    EventType(
        "review.changed",
        StreamKind.PROJECT,
        "Someone gave a verdict on a build or commented on it.",
        stored={"build": serializers.UUIDField()},
        read_again="the build's verdicts and comments",
    )
)
