"""Jobs over the API and on their page: who sees them, why they wait, cancelling, retrying, and deleting old ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from forge.accounts.actions import create_token
from forge.accounts.models import Organisation, ProjectMembership, Role, User
from forge.accounts.permissions import Verb
from forge.builds.actions import request_build
from forge.compute.scheduler.slots import Party
from forge.core.models import AuditEntry
from forge.jobs import kinds, queue
from forge.jobs.kinds import JobKind, JobTitle
from forge.jobs.log import NewLogLine
from forge.jobs.models import Job, JobState, Worker, WorkerCapability
from forge.jobs.workers import slots as worker
from forge.projects.models import Project

pytestmark = pytest.mark.django_db

BrowserOf = Callable[[User | None], Client]
Add = Callable[..., Job]
JOBS = "/api/v1/organisations/acme/jobs"


@pytest.fixture(autouse=True)
def own_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    monkeypatch.setattr(worker, "_announced_capabilities", set())
    kinds.register(JobKind("test", WorkerCapability.BUILD, lambda job: {}, "Test"))
    worker.announce_worker(WorkerCapability.BUILD)


@pytest.fixture
def add(project: Project, developer: User) -> Add:
    def enqueue(number: int = 1, member: User = developer, **values: Any) -> Job:
        kind = JobKind("test", values.pop("capability", WorkerCapability.BUILD), lambda job: {}, "Test", **values)
        kinds.register(kind)
        party = Party(project.organisation_id, member.pk)
        return queue.enqueue(kind, party.organisation, {"number": number}, party=party, project=project)

    return enqueue


def take(capability: str = WorkerCapability.BUILD) -> queue.JobLease:
    lease = queue.take((capability,))
    assert lease is not None
    return lease


@pytest.mark.slow
def test_the_list_shows_what_runs_what_waits_and_what_ended(
    add: Add, browser_of: BrowserOf, developer: User, project: Project
) -> None:
    add(1), add(2), add(3)
    queue.finish(take(), JobState.FAILED, error="The file is empty.")
    running = take()
    queue.renew(running, [NewLogLine("half")], {"progress": 0.5, "activity": "Reading the file."})
    client = browser_of(developer)
    waiting, runs, failed = client.get(JOBS).json()["results"]
    assert (failed["state"], failed["error"], failed["pending_reason"]) == ("failed", "The file is empty.", "")
    assert (runs["state"], runs["progress"], runs["activity"]) == ("running", 0.5, "Reading the file.")
    assert (waiting["pending_reason"], waiting["position"], waiting["title"]) == ("Next in the queue", 1, "Test")
    assert (waiting["project"], waiting["attempts"]) == (project.full_name, kinds.ATTEMPTS)
    assert client.get(f"/api/v1/jobs/{running.job.pk}").json() == runs
    assert [line["text"] for line in client.get(f"/api/v1/jobs/{running.job.pk}/log").json()["lines"]] == ["half"]
    page = client.get("/acme/-/jobs").content.decode()
    assert all(text in page for text in ("Reading the file.", "Next in the queue", "The file is empty.", "Retry Test"))


@pytest.mark.slow
def test_filters_choose_by_state_kind_and_project(add: Add, browser_of: BrowserOf, developer: User) -> None:
    add(1), add(2)
    take()
    client = browser_of(developer)

    def count(query: str) -> int:
        return len(client.get(f"{JOBS}?{query}").json()["results"])

    assert (count("state=running"), count("kind=test"), count("kind=firmware")) == (1, 2, 0)
    assert (count("project=kitchen"), count("project=garden")) == (2, 0)
    assert client.get(f"{JOBS}?state=lying").status_code == 400
    assert "No job matches" in client.get("/acme/-/jobs?kind=firmware").content.decode()
    assert len(client.get(f"{JOBS}?limit=1").json()["results"]) == 1


def test_an_organisation_without_jobs_says_what_will_be_listed(
    organisation: Organisation, browser_of: BrowserOf, developer: User
) -> None:
    assert "No jobs yet" in browser_of(developer).get("/acme/-/jobs").content.decode()


@pytest.mark.slow
@pytest.mark.protects("live/job-lists")
def test_unknown_and_forbidden_answer_alike(add: Add, browser_of: BrowserOf, stranger: User) -> None:
    job, client = add(), browser_of(stranger)
    unknown = "00000000-0000-0000-0000-000000000009"
    for address, method in (("", client.get), ("/log", client.get), ("/cancel", client.post), ("/retry", client.post)):
        answers = [method(f"/api/v1/jobs/{each}{address}") for each in (job.pk, unknown)]
        assert [answer.status_code for answer in answers] == [404, 404]
        first, second = (answer.json() | {"instance": "", "request": ""} for answer in answers)
        assert first["detail"].replace(str(job.pk), unknown) == second["detail"]
    assert client.get(f"/acme/-/jobs/{job.pk}").status_code == 404
    assert client.get(JOBS).status_code == 404


def test_a_job_is_not_shown_under_another_organisation(add: Add, browser_of: BrowserOf, developer: User) -> None:
    job = add()
    other = Organisation.objects.create(name="other")
    other.memberships.create(user=developer, role=Role.OWNER)
    client = browser_of(developer)
    assert client.get(f"/other/-/jobs/{job.pk}").status_code == 404
    assert client.get("/api/v1/organisations/other/jobs").json()["results"] == []


@pytest.mark.slow
def test_a_viewer_sees_jobs_and_changes_none(add: Add, browser_of: BrowserOf, viewer: User) -> None:
    job, client = add(), browser_of(viewer)
    assert client.get(f"/api/v1/jobs/{job.pk}").status_code == 200
    assert client.post(f"/api/v1/jobs/{job.pk}/cancel").status_code == 403
    assert "Cancel Test" not in client.get("/acme/-/jobs").content.decode()


def test_a_member_of_one_project_sees_its_jobs_alone(
    add: Add, project: Project, stranger: User, browser_of: BrowserOf
) -> None:
    job = add()
    organisation = project.organisation
    ProjectMembership.objects.create(project=project.pk, user=stranger, organisation=organisation, role="developer")
    client = browser_of(stranger)
    assert client.get(f"/api/v1/jobs/{job.pk}").status_code == 200
    assert client.get(JOBS).status_code == 404


@pytest.mark.slow
def test_jobs_of_a_kind_with_a_verb_of_the_organisation_are_seen_by_who_may_do_that(
    organisation: Organisation, browser_of: BrowserOf, owner: User, developer: User
) -> None:
    kind = JobKind("test", WorkerCapability.BUILD, lambda job: {}, "Test", verb=Verb.MANAGE_WEBHOOKS)
    kinds.register(kind)
    job = queue.enqueue(kind, organisation.pk, {}, party=Party(organisation.pk, owner.pk), project=None)
    assert browser_of(developer).get(f"/api/v1/jobs/{job.pk}").status_code == 404
    assert browser_of(owner).get(f"/api/v1/jobs/{job.pk}").status_code == 200
    assert browser_of(owner).post(f"/api/v1/jobs/{job.pk}/cancel").json()["state"] == "cancelled"


@pytest.mark.slow
def test_cancelling_and_retrying_are_audited_and_said_once(add: Add, browser_of: BrowserOf, developer: User) -> None:
    job, client = add(), browser_of(developer)
    assert client.post(f"/api/v1/jobs/{job.pk}/cancel").json()["state"] == "cancelled"
    assert client.post(f"/api/v1/jobs/{job.pk}/cancel").status_code == 409
    assert client.post(f"/api/v1/jobs/{job.pk}/retry").json()["state"] == "queued"
    assert client.post(f"/api/v1/jobs/{job.pk}/retry").status_code == 409
    actions = AuditEntry.objects.filter(subject=job.subject).values_list("action", flat=True)
    assert sorted(actions) == ["job.cancel", "job.retry"]
    page = f"/acme/-/jobs/{job.pk}/do"
    assert client.post(page, {"do": "cancel"}).status_code == 302
    assert client.post(page, {"do": "cancel"}).status_code == 409
    assert client.post(page, {"do": "retry"}).status_code == 302


@pytest.mark.slow
def test_a_job_says_what_it_waits_for(add: Add, browser_of: BrowserOf, developer: User) -> None:
    job, client = add(capability=WorkerCapability.LAB), browser_of(developer)
    address = f"/api/v1/jobs/{job.pk}"
    assert client.get(address).json()["pending_reason"] == "Waits for a worker with lab"
    Worker.objects.create(pk=job.pk, capabilities=["lab"], announced=timezone.now())
    assert client.get(address).json()["pending_reason"] == "Next in the queue"
    Job.objects.update(due=timezone.now() + timedelta(hours=1), attempt=1)
    assert client.get(address).json()["pending_reason"].startswith("Attempt 2 starts at ")
    Worker.objects.update(announced=timezone.now() - timedelta(minutes=1))
    assert client.get(address).json()["pending_reason"] == "Waits for a worker with lab"


@pytest.mark.slow
def test_positions_follow_the_order_in_which_workers_take_jobs(
    add: Add, developer: User, owner: User, browser_of: BrowserOf
) -> None:
    for number in range(4):
        add(number, developer)
    add(9, owner)
    order = {each["id"]: each["position"] for each in browser_of(owner).get(JOBS).json()["results"]}
    actual = [str(take().job.pk) for _ in range(5)]
    assert sorted(order, key=lambda job: order[job]) == actual
    assert actual.index(str(Job.objects.get(requested_by=owner).pk)) == 1


def test_a_worker_announces_itself_and_is_forgotten() -> None:
    worker.announce_worker(WorkerCapability.BUILD)
    Worker.objects.create(pk="00000000-0000-0000-0000-000000000001", capabilities=["gpu"], announced=timezone.now())
    assert Worker.objects.count() == 2
    Worker.objects.update(announced=timezone.now() - worker.REMOVED_AFTER * 2)
    worker.announce_worker(WorkerCapability.BUILD)
    assert [each.capabilities for each in Worker.objects.all()] == [["build"]]


def test_jobs_that_ended_long_ago_are_deleted_with_their_logs(add: Add) -> None:
    add(1), add(2)
    lease = take()
    queue.finish(lease, JobState.FAILED, lines=[NewLogLine("bad")])
    late = timezone.now() + timedelta(days=29)
    queue.delete_old(late)
    assert Job.objects.count() == 2
    queue.delete_old(late + timedelta(days=2))
    assert [job.state for job in Job.objects.all()] == [JobState.QUEUED]


def test_jobs_that_ended_while_the_clock_was_years_ahead_are_deleted_too(add: Add) -> None:
    add(1), add(2), add(3)
    old, paused, waiting = Job.objects.all()
    years = timezone.now() + timedelta(days=3653)
    Job.objects.filter(pk=old.pk).update(state=JobState.FAILED, started=years, finished=years)
    Job.objects.filter(pk=paused.pk).update(paused=True, created=years)
    queue.delete_old()
    assert Job.objects.count() == 3
    assert Job.objects.filter(finished=F("started")).count() == 1
    queue.delete_old(timezone.now() + timedelta(days=31))
    assert [job.pk for job in Job.objects.all()] == [waiting.pk]


@pytest.mark.parametrize(("state", "count"), [(JobState.RUNNING, 1), (JobState.SUCCEEDED, 0)])
def test_a_job_that_began_while_the_clock_was_ahead_began_now_or_long_ago(
    add: Add, state: JobState, count: int
) -> None:
    add(1)
    take()
    now = timezone.now()
    values = {"lease_until": now + timedelta(hours=1)} if state == JobState.RUNNING else {"finished": now}
    Job.objects.update(state=state, started=now + timedelta(days=3653), **values)
    assert [each.begun for each in queue.recent_jobs(now)] == [now] * count


@pytest.mark.slow
def test_the_list_goes_through_jobs_and_builds_by_pages(
    add: Add, project: Project, browser_of: BrowserOf, developer: User
) -> None:
    for number in range(3):
        add(number)
        request_build(developer, project)
    client = browser_of(developer)
    address: str | None = f"{JOBS}?limit=2"
    titles: list[str] = []
    while address:
        answer = client.get(address).json()
        titles += [each["title"] for each in answer["results"]]
        address = answer["next"]
    builds = [f"Build {number} of {project.full_name}" for number in (3, 2, 1)]
    assert titles == [builds[0], "Test", builds[1], "Test", builds[2], "Test"]
    # The two last are no times in UTC.
    for unknown in ("x", f"0001-01-01T00:00:00%2B23:59_{'0' * 32}", f"9999-12-31T23:59:59-23:59_{'0' * 32}"):
        assert client.get(f"{JOBS}?cursor={unknown}").status_code == 404
        assert client.get(f"/acme/-/jobs?cursor={unknown}").status_code == 200
    reasons = {each["title"]: each["pending_reason"] for each in client.get(f"{JOBS}?kind=build").json()["results"]}
    assert list(reasons) == builds
    # One queue has jobs of all kinds.
    assert reasons[builds[2]] == "Number 2 in the queue"
    assert reasons[builds[0]] == "Number 6 in the queue"
    build = project.builds.get(number=3)
    page = client.get("/acme/-/jobs").content.decode()
    assert f'action="/acme/-/jobs/{build.job_id}/do"' in page
    assert client.post(f"/acme/-/jobs/{build.job_id}/do", {"do": "cancel"}).status_code == 302
    assert [each["state"] for each in client.get(f"{JOBS}?kind=build&state=cancelled").json()["results"]] == [
        "cancelled"
    ]


@pytest.mark.slow
@pytest.mark.protects("live/job-lists")
def test_builds_of_a_project_that_nobody_may_read_are_not_on_the_list(
    project: Project, developer: User, organisation: Organisation, browser_of: BrowserOf
) -> None:
    request_build(developer, project)
    other = Organisation.objects.create(name="other")
    other.memberships.create(user=developer, role=Role.OWNER)
    client = browser_of(developer)
    assert client.get("/api/v1/organisations/other/jobs").json()["results"] == []
    project.deleted_at = timezone.now()
    project.save()
    assert client.get(JOBS).json()["results"] == []


@pytest.mark.slow
def test_titles_lead_to_what_a_job_is_about(add: Add, browser_of: BrowserOf, developer: User) -> None:
    job = add(titles=lambda jobs: {each.pk: JobTitle("Test of build 1", "/acme/kitchen/builds/1") for each in jobs})
    page = browser_of(developer).get("/acme/-/jobs").content.decode()
    assert '<a href="/acme/kitchen/builds/1"><b>Test of build 1</b></a>' in page
    assert "Test of build 1" in browser_of(developer).get(f"/acme/-/jobs/{job.pk}").content.decode()


def test_names_in_an_error_are_code_and_a_job_of_nobody_is_aligned_with_the_others(
    add: Add, browser_of: BrowserOf, developer: User
) -> None:
    job = add()
    Job.objects.filter(pk=job.pk).update(state=JobState.FAILED, requested_by=None, error="Unknown field in `<limits>`")
    page = browser_of(developer).get("/acme/-/jobs").content.decode()
    assert "Unknown field in <code>&lt;limits&gt;</code>" in page
    assert 'class="avatar nobody"' in page
    assert "<code>&lt;limits&gt;</code>" in browser_of(developer).get(f"/acme/-/jobs/{job.pk}").content.decode()


def test_a_token_needs_its_scope(add: Add, developer: User) -> None:
    job = add()
    _, secret = create_token(developer, "reads", ["organisation:read", "project:read"], None)
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    assert len(client.get(JOBS).json()["results"]) == 1
    assert client.post(f"/api/v1/jobs/{job.pk}/cancel").status_code == 403
