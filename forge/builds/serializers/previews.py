"""Previews, and the wires, fixes and tests of one, as JSON for the API and the sockets."""

from __future__ import annotations

from typing import Annotated, TypedDict, cast

from forge.builds.models import Build, Preview, PreviewState
from forge.builds.serializers.builds import rune_url
from forge.core.api.json_types import Timestamp, Uuid, choices
from rune.source.runefile import DiagnosticJson, OutlineJson

PreviewStateJson = Annotated[str, choices("PreviewState", PreviewState.values)]
_BROKEN_RUNEFILE = "The Runefile has a problem. Fix it to watch its wires."
BROKEN_BY_CHANGES = "With these changes the Runefile has a problem."
_BROKEN_FOR_TEACHING = "The Runefile has a problem. Fix it in the studio first."
_BROKEN_BY_FIX = "With this answer the Runefile has a problem."


class PreviewBuildJson(TypedDict):
    """The rune of a preview. Its memory is what a run needs, in bytes."""

    id: Uuid
    version: str
    rune_url: str
    rune_digest: str
    size: int
    memory: int
    created: Timestamp


class PreviewJson(TypedDict):
    """The state of the newest text. `build` is the last good one, which may be of an older text."""

    sequence: int
    state: PreviewStateJson
    diagnostics: list[DiagnosticJson]
    outline: OutlineJson
    current: Annotated[bool, "whether the running rune is of this text"]
    error: str | None
    build: PreviewBuildJson | None


class WireJson(TypedDict):
    """The type on a wire from a stage, by the number of the output."""

    stage: str
    index: int


class NamedFixJson(TypedDict):
    """A fix of the newest text: of which diagnostic of that code, and which of its fixes, both from 0."""

    code: str
    place: int
    choice: int


class TestProblemJson(TypedDict):
    """The reason why a test failed, and its place."""

    file: str
    line: int
    message: str


class OutputRecordJson(TypedDict):
    """All bytes that a block's outputs had in the runs of a test: their count, their CRC-32, and up to 1,024 of the
    first as hexadecimal digits."""

    count: int
    sum: int
    first: str


class CompiledTestJson(TypedDict):
    """A test that ran compiled; `problem` is null where it passed, and `name` empty where the file has a problem.
    `output` is null where it did not come to its end."""

    name: str
    line: int
    problem: TestProblemJson | None
    output: OutputRecordJson | None


class CompiledTestsJson(TypedDict):
    """The results of compiled tests of a file, and their duration including compilation."""

    tests: list[CompiledTestJson]
    milliseconds: float


class WatchJson(TypedDict):
    """The watched or tested file, and the last rune that shows it. `tests` are the results of requested tests."""

    id: Uuid
    wires: list[WireJson]
    timed: bool
    fix: NamedFixJson | None
    tests: CompiledTestsJson | None
    state: PreviewStateJson
    error: str | None
    build: PreviewBuildJson | None


def preview_to_json(preview: Preview | None) -> PreviewJson:
    """A project's preview, read with its project; None stands for one that nobody looked at yet."""
    if preview is None:
        return {
            "sequence": 0,
            "state": PreviewState.CHECKING.value,
            "diagnostics": [],
            "outline": {"nodes": [], "wires": []},
            "current": False,
            "error": None,
            "build": None,
        }
    return {
        "sequence": preview.sequence,
        "state": preview.state,
        "diagnostics": preview.diagnostics,
        "outline": cast("OutlineJson", preview.outline) if preview.outline else {"nodes": [], "wires": []},
        "current": preview.is_current,
        "error": preview.error or None,
        "build": good_build_to_json(preview.build),
    }


def good_build_to_json(build: Build | None) -> PreviewBuildJson | None:
    """The rune of a preview, where there is one."""
    if build is None or build.artefact is None:
        return None
    return {
        "id": str(build.pk),
        "version": build.version_digest,
        "rune_url": rune_url(build),
        "rune_digest": build.artefact.digest,
        "size": build.artefact.size,
        "memory": build.artefact.planned_memory,
        "created": build.created.isoformat(),
    }


def watch_to_json(watch: Preview) -> WatchJson:
    """Returns the watched or tested file as JSON, with the last rune that shows it."""
    reason = _BROKEN_RUNEFILE if watch.fix is None else _BROKEN_BY_FIX
    if watch.is_for_teaching:
        reason = _BROKEN_FOR_TEACHING
    if watch.copy is not None:
        reason = BROKEN_BY_CHANGES
    return {
        "id": str(watch.pk),
        "wires": watch.options["watched"],
        "timed": watch.options["timed"],
        "fix": cast("NamedFixJson | None", watch.fix),
        "tests": cast("CompiledTestsJson", watch.outline) if watch.tests is not None and watch.outline else None,
        "state": watch.state,
        "error": reason if watch.state == PreviewState.BROKEN else watch.error or None,
        "build": good_build_to_json(watch.build),
    }
