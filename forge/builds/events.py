"""What projects' streams tell of builds and previews."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from forge.builds.choices import AimJson, MatchJson
from forge.builds.serializers import BuildJson, LogLineJson, PreviewJson, PreviewStateJson, WatchJson
from forge.core.api.json_types import Uuid
from forge.core.events.declarations import EventType, StreamKind, declare


class BuildChangedJson(TypedDict):
    """A numbered build was requested, started, ended, or was put back into the queue."""

    build: BuildJson


class BuildLogAppendedJson(TypedDict):
    """A numbered build's log has more lines."""

    build: Uuid
    lines: list[LogLineJson]


class TargetsChangedJson(TypedDict):
    """Later builds of the project make packages for these targets. In what manner goes with the message alone: who
    reads the log asks."""

    targets: list[str]
    optimize: NotRequired[AimJson]
    optimize_packages: NotRequired[AimJson]
    match: NotRequired[MatchJson]


class PreviewChangedJson(TypedDict):
    """The preview changed; `preview` is sent with it if it is small."""

    sequence: int
    state: PreviewStateJson
    preview: NotRequired[PreviewJson]


class PreviewWatchedJson(TypedDict):
    """A watched preview, or the preview of a tried fix, changed; `answer` is sent with it."""

    watch: Uuid
    state: PreviewStateJson
    answer: NotRequired[WatchJson]


BUILD_CHANGED = declare(EventType("build.changed", StreamKind.PROJECT, BuildChangedJson, ("versions",)))
TARGETS_CHANGED = declare(EventType("targets.changed", StreamKind.PROJECT, TargetsChangedJson))
BUILD_LOG = declare(EventType("build.log", StreamKind.PROJECT, BuildLogAppendedJson))
PREVIEW_CHANGED = declare(EventType("preview.changed", StreamKind.PROJECT, PreviewChangedJson))
PREVIEW_WATCHED = declare(EventType("preview.watched", StreamKind.PROJECT, PreviewWatchedJson))
