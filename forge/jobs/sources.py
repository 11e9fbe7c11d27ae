"""Where the list of jobs comes from: the table of jobs, and work whose rows are in tables of apps above.

An app registers a source in `AppConfig.ready`. What a list shows is read from the row itself, never copied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.db.models import Q

from forge.accounts.models import Organisation, User
from forge.core.actors import Actor


@dataclass(frozen=True)
class JobFilter:
    """Which jobs are listed; "" is any."""

    state: str = ""
    kind: str = ""
    project: str = ""


@dataclass(frozen=True)
class Cursor:
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
    def parse(cls, text: str) -> Cursor:
        """Reads what `str` wrote. Raises `ValueError`."""
        created, _, identifier = text.partition("_")
        moment = datetime.fromisoformat(created)
        if moment.tzinfo is None:
            raise ValueError("a time without a zone")
        return cls(moment, UUID(identifier))


@dataclass(frozen=True)
class JobItem:
    """A job as lists show it."""

    id: UUID
    kind: str
    title: str
    url: str
    """The page that shows what it is about; "" without one."""
    log_url: str
    state: str
    capability: str
    project: str | None
    requested_by: User | None
    by_program: bool
    attempt: int
    attempts: int
    created: datetime
    due: datetime
    started: datetime | None
    finished: datetime | None
    progress: float = 0.0
    activity: str = ""
    waits: str = ""
    position: int | None = None
    error: str = ""
    cancel_url: str = ""
    """Where a form that cancels it is sent; "" where the person may not, or it has ended."""
    retry_url: str = ""


class JobSource(Protocol):
    """Jobs of some kinds."""

    def kinds(self) -> Mapping[str, str]:
        """The names of the kinds, with what pages call them."""

    def newest(
        self, actor: Actor, organisation: Organisation, filters: JobFilter, cursor: Cursor | None, limit: int
    ) -> Sequence[JobItem]:
        """The newest jobs that the person may see, in the order of `sort_key`. The kind was looked at already."""


_sources: list[JobSource] = []


def register(source: JobSource) -> None:
    """Adds a source."""
    _sources.append(source)


def all_kinds() -> dict[str, str]:
    """The kinds of all sources, with what pages call them, sorted by that."""
    labels = {name: label for source in _sources for name, label in source.kinds().items()}
    return dict(sorted(labels.items(), key=lambda each: each[1]))


def sort_key(item: JobItem) -> tuple[datetime, str]:
    """The newest first, in reverse."""
    return item.created, item.id.hex


def list_jobs(
    actor: Actor, organisation: Organisation, filters: JobFilter, cursor: Cursor | None, limit: int
) -> tuple[list[JobItem], Cursor | None]:
    """A page of the jobs of an organisation that the person may see, the newest first, and where the next begins."""
    items = [
        item
        for source in _sources
        if not filters.kind or filters.kind in source.kinds()
        for item in source.newest(actor, organisation, filters, cursor, limit + 1)
    ]
    items.sort(key=sort_key, reverse=True)
    shown = items[:limit]
    return shown, Cursor(shown[-1].created, shown[-1].id) if len(items) > limit else None
