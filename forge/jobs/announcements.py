"""The event of jobs and its audit sentences. Its stream is not the organisation's own, which every studio hears."""

from __future__ import annotations

from typing import TypedDict
from uuid import UUID

from forge.core.api.json_types import Uuid
from forge.core.audit.messages import AuditSentences, AuditTopic
from forge.core.events.declarations import EventType, StreamKind, declare
from forge.jobs.serializers import JobStateJson


class JobChangedJson(TypedDict):
    """A job was queued, started, ended, cancelled, retried, or put back into the queue."""

    job: Uuid
    state: JobStateJson


def jobs_stream(organisation: UUID) -> str:
    """The key of the stream that tells of an organisation's jobs."""
    return f"{StreamKind.JOBS}:{organisation}"


JOB_CHANGED = declare(
    EventType(
        "job.changed",
        StreamKind.JOBS,
        JobChangedJson,
        ("jobs",),
        audit=AuditSentences(
            AuditTopic.BUILDS,
            {"job.cancel": "cancelled the job {title}", "job.retry": "started the job {title} again"},
        ),
    )
)
