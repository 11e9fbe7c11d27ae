"""The table of jobs as a source of the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from forge.accounts.models import Organisation
from forge.core.actors import Actor
from forge.jobs.access import jobs_of, may_change
from forge.jobs.kinds import kind_of, kinds
from forge.jobs.models import Job, JobState
from forge.jobs.sources import Cursor, JobFilter, JobItem
from forge.jobs.titles import titles_of
from forge.jobs.waiting import waiting_facts

_RETRIABLE = (JobState.FAILED, JobState.CANCELLED, JobState.LOST)


class JobRows:
    """Jobs that are rows of their own."""

    def kinds(self) -> Mapping[str, str]:
        """The registered kinds."""
        return {kind.name: kind.label for kind in kinds()}

    def newest(
        self, actor: Actor, organisation: Organisation, filters: JobFilter, cursor: Cursor | None, limit: int
    ) -> Sequence[JobItem]:
        """The newest jobs of the table."""
        jobs = jobs_of(actor, organisation, filters)
        return items_of(actor, list((jobs.filter(cursor.older) if cursor else jobs)[:limit]))


def items_of(actor: Actor, jobs: Sequence[Job]) -> list[JobItem]:
    """Jobs of one organisation, found for the person."""
    titles, waiting = titles_of(jobs), waiting_facts(jobs)
    items = []
    for job in jobs:
        title, kind, facts = titles[job.pk], kind_of(job.kind), waiting.get(job.pk)
        page = f"{job.organisation.get_absolute_url()}/-/jobs/{job.pk}"
        changes = may_change(actor, job)
        items.append(
            JobItem(
                id=job.pk,
                kind=job.kind,
                title=title.text,
                url=title.url,
                log_url=page,
                state=job.state,
                capability=job.capability,
                project=job.project.full_name if job.project else None,
                requested_by=job.requested_by,
                by_program=job.by_program,
                attempt=job.attempt,
                attempts=kind.attempts,
                created=job.created,
                due=job.due,
                started=job.started,
                finished=job.finished,
                progress=job.progress,
                activity=job.activity,
                waits=facts.reason if facts else "",
                position=facts.position if facts else None,
                error=job.error,
                cancel_url=f"{page}/do" if changes and not job.is_finished else "",
                retry_url=f"{page}/do" if changes and kind.can_retry and job.state in _RETRIABLE else "",
            )
        )
    return items
