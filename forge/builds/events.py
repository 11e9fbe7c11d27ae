"""What projects' streams tell of builds and previews."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from forge.core.event_types import EventType, StreamKind, declare
from forge.core.json_types import Uuid


class BuildChangedJson(TypedDict):
    """A numbered build was requested, started, ended, or was put back into the queue."""

    build: Any


class BuildLogAppendedJson(TypedDict):
    """A numbered build's log has more lines."""

    build: Uuid
    lines: list[Any]


class PreviewChangedJson(TypedDict):
    """The preview changed; `preview` is sent with it if it is small."""

    sequence: int
    state: Any
    preview: NotRequired[Any]


class PreviewWatchedJson(TypedDict):
    """A watched preview, or the preview of a tried fix, changed; `answer` is sent with it."""

    watch: Uuid
    state: Any
    answer: NotRequired[Any]


BUILD_CHANGED = declare(EventType("build.changed", StreamKind.PROJECT, BuildChangedJson, ("versions",)))
BUILD_LOG = declare(EventType("build.log", StreamKind.PROJECT, BuildLogAppendedJson))
PREVIEW_CHANGED = declare(EventType("preview.changed", StreamKind.PROJECT, PreviewChangedJson))
PREVIEW_WATCHED = declare(EventType("preview.watched", StreamKind.PROJECT, PreviewWatchedJson))
