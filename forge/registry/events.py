"""What projects' streams tell of publishing."""

from __future__ import annotations

from rest_framework import serializers

from forge.core.event_types import EventType, StreamKind, declare

TAG_PUBLISHED = declare(
    EventType(
        "tag.published",
        StreamKind.PROJECT,
        "A build was published under a tag, or a tag moved to it.",
        stored={"tag": serializers.CharField(), "build_number": serializers.IntegerField()},
        read_again="the tags",
    )
)
