"""What the streams of projects and of their organisations tell of projects."""

from __future__ import annotations

from rest_framework import serializers

from forge.core.event_types import EventType, StreamKind, declare

PROJECT, ORGANISATION = StreamKind.PROJECT, StreamKind.ORGANISATION

PROJECT_CHANGED = declare(
    EventType(
        "project.changed",
        PROJECT,
        "The project has another name, description or visibility, or was restored.",
        stored={"project": serializers.JSONField()},
    )
)
PROJECT_DELETED = declare(EventType("project.deleted", PROJECT, "The project was deleted, and its sockets close."))
SAMPLES_CHANGED = declare(
    EventType("samples.changed", PROJECT, "A sample was sent or deleted.", read_again="the samples")
)
VERSION_SAVED = declare(
    EventType(
        "version.saved",
        PROJECT,
        "The files were saved as a version.",
        stored={"number": serializers.IntegerField()},
        read_again="the versions",
    )
)

PROJECT_CREATED = declare(
    EventType(
        "project.created",
        ORGANISATION,
        "The organisation has a new project.",
        stored={"project": serializers.UUIDField(), "name": serializers.CharField()},
        read_again="the projects",
    )
)
PROJECT_DELETED_IN_ORGANISATION = declare(
    EventType(
        "project.deleted",
        ORGANISATION,
        "A project was deleted.",
        stored={"project": serializers.UUIDField()},
        read_again="the projects",
    )
)
PROJECT_RESTORED = declare(
    EventType(
        "project.restored",
        ORGANISATION,
        "A deleted project was restored, possibly under another name.",
        stored={"project": serializers.UUIDField()},
        read_again="the projects",
    )
)
