"""A copy to another registry ends when its mirror does, and begins again when the mirror names another repository."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.accounts.principals import acting_as
from forge.jobs import queue
from forge.jobs.models import Job, JobState, WorkerCapability
from forge.jobs.workers import running
from forge.jobs.workers.running import RunningJob
from forge.projects.models import Project
from forge.registry.distribution.mirrors import jobs
from forge.registry.distribution.mirrors.actions import copy_now, remove_mirror, set_mirror
from forge.registry.distribution.mirrors.models import Mirror, MirrorDirection
from forge.registry.distribution.mirrors.remote import RemoteRepository
from tests.forge.registry.distribution.mirrors.lying_registry import (
    CannedAnswer,
    CannedRegistry,
    NotedRequest,
    canned_registry,
)
from tests.support.clients.registry_client import RegistryClient, credentials, take_all

pytestmark = pytest.mark.django_db

Copy = Callable[[Callable[[], object]], Job]


def _taking(request: NotedRequest) -> CannedAnswer | None:
    """Answers as an empty registry that takes everything."""
    if request.method == "POST":
        return CannedAnswer(202, b"", {"Location": f"{request.path}1"})
    return CannedAnswer(201, b"", {"OCI-Subject": "known"}) if request.method == "PUT" else None


@pytest.fixture
def registry(
    project: Project, owner: User, developer: User, organisation: Organisation, settings: Any
) -> Iterator[CannedRegistry]:
    """The registry to which a project is copied that has one artifact."""
    take_all(organisation)
    RegistryClient(credentials(developer)).push_image("edge", b"a layer" * 30)
    with canned_registry(_taking) as registry:
        settings.MIRROR_REGISTRIES = (registry.origin,)
        set_mirror(acting_as(owner), project, "to", registry.origin, "team/door", "robot", "secret")
        yield registry


@pytest.fixture
def copy(registry: CannedRegistry, project: Project, owner: User, monkeypatch: pytest.MonkeyPatch) -> Copy:
    """Copies, and does something else when the first blob is sent."""
    monkeypatch.setattr(running, "RENEW_EVERY", -1.0)
    monkeypatch.setattr(jobs, "CHECK_EVERY", 0.0)
    push_blob = RemoteRepository.push_blob

    def copy(meanwhile: Callable[[], object]) -> Job:
        waiting = [meanwhile]

        def push(remote: RemoteRepository, digest: str, size: int, chunks: Iterator[bytes]) -> None:
            while waiting:
                waiting.pop()()
            push_blob(remote, digest, size, chunks)

        monkeypatch.setattr(RemoteRepository, "push_blob", push)
        copy_now(acting_as(owner), project)
        lease = queue.take((WorkerCapability.SEND,))
        assert lease is not None
        RunningJob(lease, threading.Event()).run()
        return Job.objects.get(pk=lease.job.pk)

    return copy


def _has_manifest(registry: CannedRegistry) -> bool:
    return any(each.method == "PUT" and "/manifests/" in each.path for each in registry.requests)


@pytest.mark.slow
def test_a_copy_whose_mirror_stays_has_all(registry: CannedRegistry, copy: Copy) -> None:
    job = copy(lambda: None)
    assert (job.state, job.error) == (JobState.SUCCEEDED, "")
    assert job.result == {"copied": ["edge"], "state": Mirror.objects.get().copied_state}
    assert _has_manifest(registry)


@pytest.mark.protects("registry/mirror-rights")
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda: Mirror.objects.all().delete(),
            "The mirror was removed, or the right of the person who set it up ended",
        ),
        (lambda: Project.objects.update(deleted_at=timezone.now()), "The mirror was removed"),
        (lambda: Mirror.objects.update(author=None), "may no longer manage the project"),
    ],
)
def test_a_copy_ends_with_its_mirror_and_with_the_right_of_who_set_it(
    registry: CannedRegistry, copy: Copy, change: Callable[[], object], reason: str
) -> None:
    job = copy(change)
    assert (job.state, reason in job.error) == (JobState.FAILED, True), job.error
    assert not _has_manifest(registry)


@pytest.mark.protects("registry/mirror-rights")
def test_removing_a_mirror_cancels_its_copy(
    registry: CannedRegistry, copy: Copy, project: Project, owner: User
) -> None:
    job = copy(lambda: remove_mirror(acting_as(owner), project, MirrorDirection.TO))
    assert job.state == JobState.CANCELLED
    assert not _has_manifest(registry)


@pytest.mark.protects("registry/mirror-rights")
def test_a_copy_begins_again_where_its_mirror_names_another_repository(
    registry: CannedRegistry, copy: Copy, project: Project
) -> None:
    job = copy(lambda: Mirror.objects.update(repository="team/window"))
    assert job.state == JobState.QUEUED
    assert not _has_manifest(registry)
    assert Mirror.objects.get().copied_state == ""


@pytest.mark.slow
@pytest.mark.usefixtures("registry")
def test_a_failed_copy_is_requested_again_once_somebody_sets_the_mirror_again() -> None:
    jobs.request_copies()
    Job.objects.update(state=JobState.FAILED)
    jobs.request_copies()
    assert Job.objects.count() == 1
    Mirror.objects.update(created=timezone.now())  # the password is another
    jobs.request_copies()
    assert Job.objects.unfinished().count() == 1


@pytest.mark.usefixtures("registry")
def test_a_state_whose_copy_failed_once_is_copied_when_it_is_back(project: Project, owner: User) -> None:
    jobs.request_copies()
    Job.objects.update(state=JobState.FAILED)
    copy_now(acting_as(owner), project)
    Job.objects.unfinished().update(state=JobState.SUCCEEDED)
    Mirror.objects.update(copied_state="another")
    jobs.request_copies()
    assert Job.objects.unfinished().count() == 1
