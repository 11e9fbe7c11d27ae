"""The list of an organisation's jobs: a page of it, the newest first, and each job as lists show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from forge.core.actors import Actor
from forge.jobs.access import may_change, may_retry
from forge.jobs.kinds import kind_of
from forge.jobs.lists.waiting import waiting_facts
from forge.jobs.models import Job
from forge.jobs.queue import RETRIABLE
from forge.jobs.titles import titles_of


@dataclass(frozen=True)
class JobCursor:
    """The last job of a page: the next page begins with the one before it."""

    created: datetime
    id: UUID

    @property
    def older(self) -> Q:
        """The condition on rows that come after it on the list."""
        return Q(created__lt=self.created) | Q(created=self.created, pk__lt=self.id)

    def __str__(self) -> str:
        return f"{self.created.isoformat().replace('+00:00', 'Z')}_{self.id.hex}"

    @classmethod
    def parse(cls, text: str) -> JobCursor:
        """Reads what `str` wrote. Raises `ValueError`."""
        created, _, identifier = text.partition("_")
        moment = datetime.fromisoformat(created)
        if moment.tzinfo is None:
            raise ValueError("a time without a zone")
        try:
            return cls(moment.astimezone(UTC), UUID(identifier))
        except OverflowError:
            raise ValueError("a time before the first year or after the last one") from None


@dataclass(frozen=True)
class JobItem:
    """A job as lists show it."""

    job: Job
    title: str
    url: str
    """The page that shows what it is about; "" without one."""
    page: str
    """The page with its log; a form that changes the job is sent below it."""
    attempts: int
    """The most of its kind."""
    pending_reason: str
    """The reason why it waits; "" where it does not."""
    position: int | None
    may_cancel: bool
    may_retry: bool


def list_jobs(
    actor: Actor, jobs: QuerySet[Job], cursor: JobCursor | None, limit: int
) -> tuple[list[JobItem], JobCursor | None]:
    """A page of jobs of one organisation that the person may see, the newest first, and where the next begins."""
    newest = list((jobs.filter(cursor.older) if cursor else jobs)[: limit + 1])
    page = newest[:limit]
    after = JobCursor(page[-1].created, page[-1].pk) if len(newest) > limit else None
    return items_of(actor, page), after


def items_of(actor: Actor, jobs: Sequence[Job]) -> list[JobItem]:
    """Jobs of one organisation, found for the person."""
    titles, waiting = titles_of(jobs), waiting_facts(jobs)
    items = []
    for job in jobs:
        title, kind, facts = titles[job.pk], kind_of(job.kind), waiting.get(job.pk)
        changes = may_change(actor, job)
        items.append(
            JobItem(
                job=job,
                title=title.text,
                url=title.url,
                page=f"{job.organisation.get_absolute_url()}/-/jobs/{job.pk}",
                attempts=kind.attempts,
                pending_reason=facts.reason if facts else "",
                position=facts.position if facts else None,
                may_cancel=changes and not job.is_finished,
                may_retry=may_retry(actor, job) and job.state in RETRIABLE and job.needs_nothing,
            )
        )
    return items
