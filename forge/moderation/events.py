"""What the stream of a project tells of its being taken down."""

from __future__ import annotations

from typing import TypedDict

from forge.core.events.declarations import EventType, StreamKind, declare


class ProjectTakenDownJson(TypedDict):
    """Its public page was taken down for this reason, or it was put back or an appeal was refused."""

    change: str
    """`taken-down`, `put-back` or `refused`."""


PROJECT_TAKEN_DOWN = declare(EventType("project.taken-down", StreamKind.PROJECT, ProjectTakenDownJson, ("state",)))
