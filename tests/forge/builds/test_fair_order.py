"""The order in which builds that wait are taken: as a pure function, and from the rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from forge.accounts.models import Organisation, Role, User
from forge.builds.actions import request_build
from forge.builds.models import Build
from forge.compute.scheduler.fair_order import RecentJobs, Waiting, fair_order
from forge.compute.scheduler.slots import Party
from forge.jobs import kinds, queue
from forge.jobs.kinds import JobKind
from forge.jobs.models import Job, JobState, WorkerCapability
from forge.jobs.queue import JobLease
from forge.projects.actions import write_file
from forge.projects.models import Project
from tests.support.cases import each_case
from tests.support.forge.factories.members import RUNEFILE, make_member

NOW = timezone.now()
ACME, OTHER = UUID(int=1), UUID(int=2)
JO, MIKA = UUID(int=11), UUID(int=12)


def seconds_ago(seconds: float) -> Any:
    return NOW - timedelta(seconds=seconds)


def waiting(party: Party, seconds: float = 0) -> Waiting:
    return Waiting(party, seconds_ago(seconds))


def recent_jobs(party: Party, running: int, seconds: float) -> RecentJobs:
    return RecentJobs(party, running, seconds_ago(seconds))


ORDERS = [
    ("who waits longest, where nobody had anything", [waiting(Party(ACME, JO), 9), waiting(Party(OTHER, JO), 5)], []),
    (
        "the organisation with fewer running",
        [waiting(Party(OTHER, JO), 1), waiting(Party(ACME, JO), 9)],
        [recent_jobs(Party(ACME, MIKA), 1, 50), recent_jobs(Party(OTHER, JO), 0, 1)],
    ),
    (
        "the organisation that had its turn longer ago",
        [waiting(Party(OTHER, JO), 1), waiting(Party(ACME, JO), 9)],
        [recent_jobs(Party(ACME, MIKA), 0, 3), recent_jobs(Party(OTHER, JO), 0, 30)],
    ),
    (
        "people before programs of their organisation",
        [waiting(Party(ACME, JO), 1), waiting(Party(ACME, JO, is_program=True), 9)],
        [recent_jobs(Party(ACME, JO), 0, 1)],
    ),
    (
        "a program of an organisation that had nothing before people of one that had",
        [waiting(Party(OTHER, JO, is_program=True), 1), waiting(Party(ACME, JO), 9)],
        [recent_jobs(Party(ACME, JO), 0, 1)],
    ),
    (
        "the person who had their turn longer ago",
        [waiting(Party(ACME, MIKA), 1), waiting(Party(ACME, JO), 9)],
        [recent_jobs(Party(ACME, JO), 0, 1)],
    ),
]


@pytest.mark.protects("availability/many-builds")
@each_case(("fact", "expected", "had"), ORDERS, ids=[each[0] for each in ORDERS])
def test_the_next_is(fact: str, expected: list[Waiting], had: list[RecentJobs]) -> None:
    for parties in permutations(expected):
        assert fair_order(parties, had) == tuple(expected)


def other_project(name: str, user: User, organisation: Organisation) -> Project:
    created = Project.objects.create(organisation=organisation, name=name, created_by=user)
    write_file(user, created, "Runefile.yml", RUNEFILE.encode())
    return created


def press(user: User, project: Project, number: int) -> Build:
    write_file(user, project, "note.txt", str(number).encode())
    return request_build(user, project)


def take(may_take: Callable[[Party], bool] = lambda party: True) -> JobLease | None:
    return queue.take((WorkerCapability.BUILD,), may_take=may_take)


def end(lease: JobLease) -> None:
    queue.finish(lease, JobState.FAILED, error="for the test")


@pytest.mark.slow
@pytest.mark.protects("availability/many-builds")
@pytest.mark.django_db
def test_organisations_take_turns_however_many_builds_one_of_them_asked_for(developer: User, project: Project) -> None:
    other = Organisation.objects.create(name="beta", title="Beta")
    someone = make_member(other, "li@beta.example", "Li", Role.DEVELOPER)
    many = [press(developer, project, number) for number in range(4)]
    theirs = other_project("beta-one", someone, other)
    few = [press(someone, theirs, number) for number in range(2)]
    order = []
    while (lease := take()) is not None:
        order.append(lease.job.pk)
        end(lease)
    assert order == [build.job_id for build in (many[0], few[0], many[1], few[1], many[2], many[3])]


@pytest.mark.slow
@pytest.mark.django_db
def test_what_may_not_be_taken_waits_and_the_next_is_taken(developer: User, project: Project) -> None:
    other = Organisation.objects.create(name="beta", title="Beta")
    someone = make_member(other, "li@beta.example", "Li", Role.DEVELOPER)
    press(developer, project, 1)
    build = press(someone, other_project("beta-one", someone, other), 1)
    lease = take(may_take=lambda party: party.organisation == other.pk)
    assert lease is not None
    assert lease.job.pk == build.job_id
    assert lease.party == Party(other.pk, someone.pk)
    assert take(may_take=lambda party: party.organisation == other.pk) is None


@pytest.mark.slow
@pytest.mark.django_db
def test_a_build_of_files_that_are_being_built_waits_for_what_comes_of_it(developer: User, project: Project) -> None:
    first, second = request_build(developer, project), request_build(developer, project)
    assert first.version == second.version
    lease = take()
    assert lease is not None
    assert take() is None
    end(lease)
    after = take()
    assert after is not None
    assert after.job.pk == second.job_id


@pytest.mark.slow
@pytest.mark.django_db
def test_a_build_that_a_token_asked_for_says_so(developer: User, project: Project, client: Any) -> None:
    response = client.post("/api/v1/tokens", {"name": "ci", "scopes": ["write"]}, content_type="application/json")
    secret = response.json()["token"]
    client.logout()
    path = f"/api/v1/projects/{project.organisation.name}/{project.name}/builds"
    assert client.post(path, headers={"Authorization": f"Bearer {secret}"}).status_code == 202, response.json()
    assert Job.objects.get(build__number=1).by_program


@pytest.mark.slow
@pytest.mark.protects("availability/many-builds")
@pytest.mark.django_db
def test_all_kinds_of_jobs_are_in_one_order(developer: User, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person who asked for many other jobs waits longer for a build: the order knows parties, and no kinds."""
    other = Organisation.objects.create(name="beta", title="Beta")
    someone = make_member(other, "li@beta.example", "Li", Role.DEVELOPER)
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    kind = JobKind("test", WorkerCapability.BUILD, lambda job: {}, "Test")
    kinds.register(kind)
    party = Party(project.organisation_id, developer.pk)
    for number in range(2):
        queue.enqueue(kind, party.organisation, {"number": number}, party=party, project=project)
    mine = press(developer, project, 1)
    elsewhere = other_project("beta-one", someone, other)
    theirs = [press(someone, elsewhere, number) for number in range(2)]
    order = []
    while (lease := take()) is not None:
        order.append(lease.job.pk if lease.job.kind == "build" else "test")
        end(lease)
    assert order == ["test", theirs[0].job_id, "test", theirs[1].job_id, mine.job_id]
