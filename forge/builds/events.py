"""What projects' streams tell of builds and previews."""

from __future__ import annotations

from rest_framework import serializers

from forge.builds.models import PreviewState
from forge.core.event_types import EventType, StreamKind, declare

PROJECT = StreamKind.PROJECT

BUILD_CHANGED = declare(
    EventType(
        "build.changed",
        PROJECT,
        "A numbered build was requested, started, ended, or was put back into the queue.",
        stored={"build": serializers.JSONField()},
    )
)

BUILD_LOG = declare(
    EventType(
        "build.log",
        PROJECT,
        "A numbered build's log has more lines.",
        stored={"build": serializers.UUIDField(), "lines": serializers.JSONField()},
    )
)

PREVIEW_CHANGED = declare(
    EventType(
        "preview.changed",
        PROJECT,
        "The preview changed; `preview` is sent with it if it is small.",
        stored={
            "sequence": serializers.IntegerField(),
            "state": serializers.ChoiceField(PreviewState.choices),
        },
        told={"preview": serializers.JSONField()},
    )
)

PREVIEW_WATCHED = declare(
    EventType(
        "preview.watched",
        PROJECT,
        "A watched preview, or the preview of a tried fix, changed.",
        stored={
            "watch": serializers.UUIDField(),
            "state": serializers.ChoiceField(PreviewState.choices),
        },
        told={"answer": serializers.JSONField()},
    )
)
