"""The jobs that copy repositories to other registries, and which repositories changed since their last copy."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.compute.scheduler.slots import Party
from forge.jobs.kinds import AttemptFailed, JobContext, JobFailed, JobKind, JobTitle
from forge.jobs.models import Job, JobState, WorkerCapability
from forge.jobs.queue import cancel, enqueue
from forge.jobs.workers.slots import notify_workers
from forge.registry.distribution.mirrors.access import open_remote, principal_of_mirror
from forge.registry.distribution.mirrors.copying import copy_repository, state_of
from forge.registry.distribution.mirrors.errors import RemoteFailed
from forge.registry.distribution.mirrors.models import Mirror, MirrorDirection
from forge.registry.distribution.mirrors.outcomes import note_outcome
from forge.registry.repository.access import repository_of
from rune.wording import counted

REQUEST_EVERY = 15.0
"""Seconds."""
COPY_SECONDS = 900.0
"""The seconds of one attempt at a copy; the next one goes on with what the other registry lacks."""
CHECK_EVERY = 3.0
"""Seconds between two checks that a copy may go on."""
ATTEMPTS = 5
BACK_OFF = timedelta(seconds=20)


def copy_to_mirror(context: JobContext) -> Mapping[str, Any]:
    """Copies a project's repository to its mirror, while the mirror works."""
    mirror = _working_mirror(context.spec["mirror"])
    repository = repository_of(mirror.project)
    if repository is None:
        raise JobFailed("The project has no repository any more.")
    context.report(0.1, f"Copying to {mirror.address}")
    state = state_of(repository)
    try:
        with open_remote(mirror, COPY_SECONDS) as remote:
            copied_tags, failures = copy_repository(repository, state, remote, _checked_tick(context, mirror))
    except RemoteFailed as error:
        note_outcome(mirror, str(error))
        raise AttemptFailed(str(error)) from None
    for tag in copied_tags:
        context.log(f"Copied {tag}.")
    for tag, reason in failures.items():
        context.log(f"{tag} was not copied: {reason}", "error")
    if failures:
        note_outcome(mirror, next(iter(failures.values())))
        raise JobFailed(f"{counted(len(failures), 'tag')} could not be copied: {next(iter(failures.values()))}")
    with transaction.atomic():
        context.confirm_lease()
        _require_same(mirror)
        Mirror.objects.filter(pk=mirror.pk).update(copied_state=state.digest)
        note_outcome(mirror)
    return {"copied": copied_tags, "state": state.digest}


def _working_mirror(mirror_id: str) -> Mirror:
    """A mirror that is copied to, while the person who set it may manage the project. Raises `JobFailed`."""
    mirrors = Mirror.objects.active().filter(direction=MirrorDirection.TO)
    mirror = mirrors.select_related("project__organisation", "author").filter(pk=mirror_id).first()
    if mirror is None:
        raise JobFailed("The mirror was removed, or the right of the person who set it up ended.")
    if principal_of_mirror(mirror) is None:
        raise JobFailed("The person who set up this mirror may no longer manage the project. Set it up again.")
    return mirror


def _require_same(mirror: Mirror) -> None:
    """Raises `JobFailed` where a mirror no longer works, and `AttemptFailed` where it names another repository now."""
    now = _working_mirror(str(mirror.pk))
    if (now.registry, now.repository, now.user) != (mirror.registry, mirror.repository, mirror.user):
        raise AttemptFailed("The mirror was changed while it was copied to.")


def _checked_tick(context: JobContext, mirror: Mirror) -> Callable[[], None]:
    """The tick of a copy, which checks every few seconds that it may go on. It raises what `_require_same` does."""
    last_check = time.monotonic()

    def tick() -> None:
        nonlocal last_check
        context.tick()
        if time.monotonic() - last_check >= CHECK_EVERY:
            _require_same(mirror)
            last_check = time.monotonic()

    return tick


def _titles(jobs: Sequence[Job]) -> Mapping[UUID, JobTitle]:
    mirrors = Mirror.objects.select_related("project__organisation").in_bulk([UUID(job.spec["mirror"]) for job in jobs])
    titles = {}
    for job in jobs:
        mirror = mirrors.get(UUID(job.spec["mirror"]))
        if mirror is not None:
            project = mirror.project
            titles[job.pk] = JobTitle(f"Copy of {project.full_name}", f"{project.get_absolute_url()}/published/mirrors")
    return titles


COPY = JobKind(
    "mirror-copy",
    WorkerCapability.SEND,
    copy_to_mirror,
    "Copy to another registry",
    titles=_titles,
    verb=Verb.MANAGE,
    lease=timedelta(seconds=60),
    attempts=ATTEMPTS,
    back_off=lambda attempt: BACK_OFF * attempt,
    noun="copy",
)


def request_copies() -> None:
    """Asks for a copy of each repository that changed since its last one. A copy that failed is not asked for again
    before the repository changes or somebody sets the mirror again: a person retries it on the page of jobs or of
    mirrors."""
    has_requests = False
    for mirror in Mirror.objects.active().filter(direction=MirrorDirection.TO).select_related("project"):
        repository = repository_of(mirror.project)
        if repository is None:
            continue
        state = state_of(repository)
        if not state.tags or state.digest == mirror.copied_state or _has_failed(mirror, state.digest):
            continue
        request_copy(mirror, state.digest, None)
        has_requests = True
    if has_requests:
        notify_workers(WorkerCapability.SEND)


def _has_failed(mirror: Mirror, state: str) -> bool:
    """Returns whether the newest copy was of this state and failed.

    Copies before the mirror was last set do not count: its password may be another since.
    """
    jobs = Job.objects.filter(kind=COPY.name, exclusive=_key(mirror), created__gte=mirror.created)
    newest = jobs.order_by("-created").first()
    if newest is None or newest.spec["state"] != state:
        return False
    return newest.state in (JobState.FAILED, JobState.CANCELLED, JobState.LOST)


def request_copy(mirror: Mirror, state: str, person: UUID | None) -> Job:
    """Asks for a copy of this state of a mirror's repository."""
    project = mirror.project
    party = Party(project.organisation_id, person, is_program=person is None)
    spec = {"mirror": str(mirror.pk), "state": state}
    return enqueue(COPY, project.organisation_id, spec, party=party, project=project, key=_key(mirror))


def cancel_copies(mirror: Mirror, by: str) -> None:
    """Ends the copies to a mirror that wait or run."""
    for job in Job.objects.unfinished().filter(kind=COPY.name, exclusive=_key(mirror)):
        cancel(job, by)


def _key(mirror: Mirror) -> str:
    """Copies to one mirror run one at a time."""
    return f"mirror:{mirror.pk}"
