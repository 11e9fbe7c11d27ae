"""Kinds of jobs: each app registers its own in `AppConfig.ready`, with the function that does the work."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from forge.accounts.permissions import Verb
from forge.compute.scheduler.slots import Party

if TYPE_CHECKING:
    from forge.jobs.models import Job

LEASE = timedelta(seconds=10)
"""The duration of a lease, unless the kind says otherwise."""
ATTEMPTS = 10
"""Attempts of a job whose workers die, unless its kind says otherwise."""


class JobFailed(Exception):
    """The job cannot succeed; the message says why to a person. It is not attempted again by itself."""


class AttemptFailed(Exception):
    """This attempt failed for a reason outside of the server, which the message says. Another follows, if there is
    one."""


class JobPaused(Exception):
    """The job cannot go on before somebody resumes it (`forge.jobs.queue.resume`). The attempt does not count."""


class JobStopped(Exception):
    """The worker is told to end. The job goes back into the queue, and the attempt does not count."""


class JobContext(Protocol):
    """What an executor sees of its job, and how it reports."""

    @property
    def job_id(self) -> UUID: ...

    @property
    def party(self) -> Party: ...

    @property
    def spec(self) -> Mapping[str, Any]: ...

    @property
    def attempt(self) -> int: ...

    def confirm_lease(self) -> None:
        """Renews the lease in the caller's transaction, in which the job's results are written. Raises `LeaseLost`."""

    def tick(self) -> None:
        """Renews the lease; to be called several times a second. Raises `LeaseLost`, or `JobStopped` at the end of
        the worker."""

    def log(self, text: str, level: str = "info") -> None:
        """Adds a line to the job's log."""

    def report(self, progress: float, activity: str) -> None:
        """Says how far the job is, from 0 to 1, and what it does."""

    def load_checkpoint(self) -> bytes | None:
        """Returns what an earlier attempt saved; None where there is nothing."""

    def save_checkpoint(self, data: bytes) -> None:
        """Stores from what the next attempt goes on, in place of the checkpoint before."""


def no_wait(attempt: int) -> timedelta:
    """Attempts follow each other at once."""
    return timedelta()


@dataclass(frozen=True)
class JobTitle:
    """What a job is called, and the address of the page that shows what it is about."""

    text: str
    url: str = ""


def no_titles(jobs: Sequence[Job]) -> Mapping[UUID, JobTitle]:
    """Every job is called like its kind."""
    return {}


@dataclass(frozen=True)
class JobKind:
    """A kind of job."""

    name: str
    capability: str
    execute: Callable[[JobContext], Mapping[str, Any]]
    """Does the work and returns the result, as JSON. Raises `JobFailed`; any other error is another attempt."""
    label: str
    """What pages call jobs of this kind."""
    titles: Callable[[Sequence[Job]], Mapping[UUID, JobTitle]] = no_titles
    """Returns the titles of jobs of this kind, in as many queries for many as for one."""
    verb: Verb = Verb.BUILD
    """What somebody needs to cancel and retry it. One of an organisation is needed to see it, too."""
    retention: timedelta = timedelta(days=30)
    """How long a job is kept after its end."""
    can_retry: bool = True
    lease: timedelta = LEASE
    """How long a worker may be silent."""
    attempts: int = ATTEMPTS
    back_off: Callable[[int], timedelta] = no_wait
    """The wait after so many failed attempts, at least 1."""


_kinds: dict[str, JobKind] = {}


def register(kind: JobKind) -> None:
    """Adds a kind. One that is registered again replaces the one before."""
    _kinds[kind.name] = kind


def kind_of(name: str) -> JobKind:
    """Returns a registered kind. Raises `LookupError`."""
    return _kinds[name]


def kinds() -> tuple[JobKind, ...]:
    """Returns all kinds, sorted by what pages call them."""
    return tuple(sorted(_kinds.values(), key=lambda kind: kind.label))
