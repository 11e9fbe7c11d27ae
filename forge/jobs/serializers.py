"""Jobs and their logs as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypedDict

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.core.api.json_types import Timestamp, Uuid, choices, utc_timestamp
from forge.jobs.models import Capability, JobLogLine, JobState
from forge.jobs.sources import JobItem


class JobJson(TypedDict):
    """Long work that somebody asked for."""

    id: Uuid
    kind: str
    title: str
    url: Annotated[str | None, "the page that shows what it is about"]
    state: Annotated[str, choices("JobState", JobState.values)]
    capability: Annotated[str, choices("Capability", Capability.values)]
    project: Annotated[str | None, "organisation and name"]
    requested_by: PersonJson | None
    by_program: Annotated[bool, "whether a token asked for it in that person's name"]
    attempt: int
    attempts: Annotated[int, "the most attempts of this kind"]
    progress: Annotated[float, "from 0 to 1"]
    activity: Annotated[str, "what it does at this moment"]
    waits: Annotated[str, "why it waits; empty where it does not"]
    position: Annotated[int | None, "its position in the organisation's queue, from 1"]
    error: str
    created: Timestamp
    due: Annotated[Timestamp, "it is not started before this time"]
    started: Timestamp | None
    finished: Timestamp | None


class JobLogLineJson(TypedDict):
    """One line of a job's log."""

    number: int
    text: str
    level: Annotated[str, choices("JobLogLevel", ("info", "warning", "error"))]
    at: Timestamp


class JobLogJson(TypedDict):
    """A job's log, through all of its attempts."""

    lines: list[JobLogLineJson]


def item_to_json(item: JobItem) -> JobJson:
    """A job of a list."""
    return {
        "id": str(item.id),
        "kind": item.kind,
        "title": item.title,
        "url": item.url or None,
        "state": item.state,
        "capability": item.capability,
        "project": item.project,
        "requested_by": person_to_json(item.requested_by) if item.requested_by else None,
        "by_program": item.by_program,
        "attempt": item.attempt,
        "attempts": item.attempts,
        "progress": item.progress,
        "activity": item.activity,
        "waits": item.waits,
        "position": item.position,
        "error": item.error,
        "created": utc_timestamp(item.created),
        "due": utc_timestamp(item.due),
        "started": utc_timestamp(item.started) if item.started else None,
        "finished": utc_timestamp(item.finished) if item.finished else None,
    }


def log_to_json(lines: Sequence[JobLogLine]) -> JobLogJson:
    """The lines of a log."""
    return {
        "lines": [
            {"number": line.number, "text": line.text, "level": line.level, "at": utc_timestamp(line.at)}
            for line in lines
        ]
    }
