"""Kinds of jobs: each app registers its own in `AppConfig.ready`, with the function that does the work."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

from forge.accounts.permissions import Verb
from forge.compute.scheduler.compute_pace import ComputePace
from forge.compute.scheduler.slots import Party
from forge.core.actors import Actor
from forge.jobs.models import Job, JobLogLine
from forge.jobs.needed_verbs import declare_needed_verb

LEASE = timedelta(seconds=10)
"""The duration of a lease, unless the kind says otherwise."""
ATTEMPTS = 10
"""Attempts of a job whose workers die, unless its kind says otherwise."""


class JobFailed(Exception):
    """The job cannot succeed; the message says why to a person. It is not attempted again by itself."""


class AttemptFailed(Exception):
    """This attempt failed for a reason that may pass, which the message says. Another follows, if there is one.

    `attempts` is the most of them where that is less than the kind has.
    """

    def __init__(self, reason: str, attempts: int | None = None) -> None:
        super().__init__(reason)
        self.attempts = attempts


class JobPaused(Exception):
    """The job cannot go on before somebody resumes it (`forge.jobs.queue.resume`). The attempt does not count."""


class JobStopped(Exception):
    """The worker must end. The job goes back into the queue, and the attempt does not count."""


class JobContext(Protocol):
    """An executor's view of its job, and its means of reporting."""

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

    def pace(self) -> ComputePace:
        """Returns how fast to compute now: others may go first. Call it several times a second."""

    def log(self, text: str, level: str = "info", step: str = "", milliseconds: float | None = None) -> None:
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
    """The title of a job, and the address of the page of its subject."""

    text: str
    url: str = ""


def no_titles(jobs: Sequence[Job]) -> Mapping[UUID, JobTitle]:
    """Every job is called like its kind."""
    return {}


def notify_nobody(job: Job) -> None:
    """Nobody beside the list of jobs hears that a job's state changed."""


def show_on_page(job: Job, lines: Sequence[JobLogLine]) -> None:
    """The log is read on its page."""


def always(actor: Actor, job: Job) -> None:
    """Nothing but the job's state decides whether it is retried."""


@dataclass(frozen=True)
class JobKind:
    """A kind of job."""

    name: str
    capability: str
    execute: Callable[[JobContext], Mapping[str, Any]]
    """Does the work and returns the result, as JSON. Raises `JobFailed`; any other error is another attempt."""
    label: str
    """The name of jobs of this kind on pages."""
    titles: Callable[[Sequence[Job]], Mapping[UUID, JobTitle]] = no_titles
    """Returns the titles of jobs of this kind, in as many queries for many as for one."""
    verb: Verb = Verb.BUILD
    """The verb that is needed to cancel and retry it, and for a job of an organisation also to see it."""
    retention: timedelta | None = timedelta(days=30)
    """How long a job is kept after its end; None keeps it as long as what it is about."""
    can_retry: bool = True
    is_personal: bool = False
    """Whether nobody but the person who asked for a job retries it."""
    lease: timedelta = LEASE
    """How long a worker may be silent."""
    attempts: int = ATTEMPTS
    back_off: Callable[[int], timedelta] = no_wait
    """The wait after so many failed attempts, at least 1."""
    noun: str = "job"
    """The word for such a job in its log."""
    on_change: Callable[[Job], None] = notify_nobody
    """A hook that is called in each transaction that changes a job's state, with the job as it is now."""
    on_log: Callable[[Job, Sequence[JobLogLine]], None] = show_on_page
    """A hook that is called in each transaction that adds lines to a job's log."""
    before_retry: Callable[[Actor, Job], None] = always
    """A hook that is called in the transaction that retries a job. Raises a `DomainError` to refuse the retry."""


_kinds: dict[str, JobKind] = {}


def register(kind: JobKind) -> None:
    """Adds a kind. One that is registered again replaces the one before."""
    _kinds[kind.name] = kind
    declare_needed_verb(kind.name, kind.verb)


def kind_of(name: str) -> JobKind:
    """Returns a registered kind. Raises `LookupError`."""
    return _kinds[name]


def kinds() -> tuple[JobKind, ...]:
    """Returns all kinds, sorted by what pages call them."""
    return tuple(sorted(_kinds.values(), key=lambda kind: kind.label))
