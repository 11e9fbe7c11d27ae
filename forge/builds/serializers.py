"""Builds, logs and previews as JSON, for the API and the sockets."""

from __future__ import annotations

from typing import Any

from forge.accounts.people import person_to_json
from forge.builds.models import Build, BuildLogLine, Preview, PreviewState


def build_url(build: Build) -> str | None:
    """The page of a build; previews have none."""
    return f"{build.project.get_absolute_url()}/builds/{build.number}" if build.number else None


def rune_url(build: Build) -> str | None:
    """Where a member reads the build's rune."""
    return f"/api/v1/builds/{build.pk}/rune" if build.artefact_id else None


def build_to_json(build: Build) -> dict[str, Any]:
    """A build. Reads its project with organisation, version, artefact and the person who asked."""
    return {
        "id": str(build.pk),
        "number": build.number,
        "kind": build.kind,
        "state": build.state,
        "attempt": build.attempt,
        "version": {"number": build.version.number if build.version else None, "digest": build.version_digest},
        "requested_by": person_to_json(build.requested_by) if build.requested_by else None,
        "created": build.created.isoformat(),
        "started": build.started.isoformat() if build.started else None,
        "finished": build.finished.isoformat() if build.finished else None,
        "report": _report(build),
        "diagnostics": build.diagnostics,
        "error": build.error or None,
        "url": build_url(build),
        "rune_url": rune_url(build),
    }


def _report(build: Build) -> dict[str, Any] | None:
    """The artefact's report, with what was measured for this build."""
    if build.artefact is None:
        return None
    report: dict[str, Any] = build.artefact.report
    return {**report, "run": build.measurement} if "run" in report else report


def log_line_to_json(line: BuildLogLine) -> dict[str, Any]:
    """A line of a log."""
    return {
        "number": line.number,
        "step": line.step,
        "text": line.text,
        "milliseconds": line.milliseconds,
        "level": line.level,
    }


def preview_to_json(preview: Preview | None) -> dict[str, Any]:
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
        "outline": preview.outline or {"nodes": [], "wires": []},
        "current": preview.is_current,
        "error": preview.error or None,
        "build": good_build_to_json(preview.build),
    }


def good_build_to_json(build: Build | None) -> dict[str, Any] | None:
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


_BROKEN = "The Runefile has a problem. Fix it to watch its wires."
_BROKEN_BY_FIX = "With this answer the Runefile has a problem."


def watch_to_json(watch: Preview) -> dict[str, Any]:
    """What is watched or tried, and the last rune that shows it."""
    broken = _BROKEN if watch.fix is None else _BROKEN_BY_FIX
    return {
        "id": str(watch.pk),
        "wires": watch.options["watched"],
        "timed": watch.options["timed"],
        "fix": watch.fix,
        "state": watch.state,
        "error": broken if watch.state == PreviewState.BROKEN else watch.error or None,
        "build": good_build_to_json(watch.build),
    }
