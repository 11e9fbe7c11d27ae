"""Jobs and their logs as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypedDict

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.core.api.json_types import Timestamp, Uuid, choices, utc_timestamp
from forge.jobs.lists.items import JobItem
from forge.jobs.models import JobLogLine, WorkerCapability
from forge.jobs.serializers import JobStateJson


class JobJson(TypedDict):
    """Long work that somebody asked for."""

    id: Uuid
    kind: str
    title: str
    url: Annotated[str | None, "the page that shows what it is about"]
    state: JobStateJson
    capability: Annotated[str, choices("WorkerCapability", WorkerCapability.values)]
    project: Annotated[str | None, "organisation and name"]
    requested_by: PersonJson | None
    by_program: Annotated[bool, "whether a token asked for it in that person's name"]
    attempt: int
    attempts: Annotated[int, "the most attempts of this kind"]
    progress: Annotated[float, "from 0 to 1"]
    activity: Annotated[str, "what it does at this moment"]
    worker: Annotated[str, "the name of the worker that runs it, or ran it last; empty where it waits"]
    pending_reason: Annotated[str, "why it waits; empty where it does not"]
    position: Annotated[int | None, "its position in the organisation's queue, from 1"]
    error: str
    created: Timestamp
    due: Annotated[Timestamp, "it is not started before this time"]
    started: Timestamp | None
    finished: Timestamp | None


class JobLogLineJson(TypedDict):
    """A line of a job's log."""

    number: int
    step: Annotated[str, "the part of the work that it tells of; `worker` for what happened to the job itself"]
    text: str
    milliseconds: Annotated[float | None, "how long that part took"]
    level: Annotated[str, choices("JobLogLevel", ("info", "warning", "error"))]
    at: Timestamp


class JobLogJson(TypedDict):
    """A job's log, through all of its attempts."""

    lines: list[JobLogLineJson]


def item_to_json(item: JobItem) -> JobJson:
    """A job of a list."""
    job = item.job
    return {
        "id": str(job.pk),
        "kind": job.kind,
        "title": item.title,
        "url": item.url or None,
        "state": job.state,
        "capability": job.capability,
        "project": job.project.full_name if job.project else None,
        "requested_by": person_to_json(job.requested_by) if job.requested_by else None,
        "by_program": job.by_program,
        "attempt": job.attempt,
        "attempts": item.attempts,
        "progress": job.progress,
        "activity": job.activity,
        "worker": job.last_worker,
        "pending_reason": item.pending_reason,
        "position": item.position,
        "error": job.error,
        "created": utc_timestamp(job.created),
        "due": utc_timestamp(job.due),
        "started": utc_timestamp(job.started) if job.started else None,
        "finished": utc_timestamp(job.finished) if job.finished else None,
    }


def log_to_json(lines: Sequence[JobLogLine]) -> JobLogJson:
    """The lines of a log."""
    return {
        "lines": [
            {
                "number": line.number,
                "step": line.step,
                "text": line.text,
                "milliseconds": line.milliseconds,
                "level": line.level,
                "at": utc_timestamp(line.at),
            }
            for line in lines
        ]
    }
