"""Quotas of projects, builds, minutes and organisations are held by organisation and by person, and said by name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from forge.accounts.actions import create_organisation, set_quota
from forge.accounts.errors import UnknownResource
from forge.accounts.models import Organisation, User
from forge.accounts.principals import INSTALLATION
from forge.accounts.quotas.limits import OF_ORGANISATION, QuotaResource, limits_of
from forge.builds.actions import request_build
from forge.core.errors import Forbidden, QuotaReached, TooOften
from forge.core.models import AuditEntry
from forge.jobs.models import Job, JobState
from forge.projects.actions import create_project, delete_project, restore_project
from forge.projects.models import Project
from tests.forge.quotas.conftest import Limit
from tests.support.documents.compact_html import compact

pytestmark = pytest.mark.django_db
BUILDS = "/api/v1/projects/acme/kitchen/builds"


@pytest.mark.protects("availability/many-projects")
def test_an_organisation_has_as_many_projects_as_it_may(
    organisation: Organisation, owner: User, project: Project, limit: Limit
) -> None:
    limit(organisation, "projects", 1)
    with pytest.raises(QuotaReached, match="acme has 1 projects"):
        create_project(owner, organisation, "another")
    delete_project(owner, project)
    create_project(owner, organisation, "another")
    with pytest.raises(QuotaReached):
        restore_project(owner, organisation, "kitchen")


def test_a_project_too_many_is_403_over_http(client: Client, organisation: Organisation, limit: Limit) -> None:
    limit(organisation, "projects", 0)
    answer = client.post("/api/v1/projects", {"organisation": "acme", "name": "more"}, content_type="application/json")
    assert (answer.status_code, answer.json()["title"]) == (403, "The quota is reached")


@pytest.mark.slow
@pytest.mark.protects("availability/many-projects")
@pytest.mark.parametrize("holder", ["organisation", "user"])
def test_builds_of_an_hour_have_an_end_and_the_answer_says_until_when(
    request: pytest.FixtureRequest, client: Client, project: Project, limit: Limit, holder: str
) -> None:
    limit(request.getfixturevalue(holder), "builds", 2)
    assert [client.post(BUILDS).status_code for _ in range(2)] == [202, 202]
    Job.objects.update(state=JobState.CANCELLED, due=timezone.now() - timedelta(minutes=50))
    answer = client.post(BUILDS)
    assert answer.status_code == 429
    assert 590 <= int(answer.headers["Retry-After"]) <= 610
    assert "in the last hour" in answer.json()["detail"]
    Job.objects.update(due=timezone.now() - timedelta(minutes=61))
    assert client.post(BUILDS).status_code == 202


def test_another_person_builds_on(owner: User, user: User, project: Project, limit: Limit) -> None:
    limit(user, "builds", 0)
    with pytest.raises(TooOften):
        request_build(user, project)
    request_build(owner, project)


@pytest.mark.slow
def test_minutes_of_builds_have_an_end(
    client: Client, organisation: Organisation, project: Project, limit: Limit
) -> None:
    limit(organisation, "minutes", 10)
    assert client.post(BUILDS).status_code == 202
    now = timezone.now()
    ran = {"state": JobState.FAILED, "started": now - timedelta(minutes=40), "finished": now - timedelta(minutes=31)}
    Job.objects.update(**ran)
    assert client.post(BUILDS).status_code == 202
    Job.objects.filter(build__number=2).update(**ran | {"finished": now - timedelta(minutes=30)})
    answer = client.post(BUILDS)
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 23 * 3600) == (429, True)
    # A build that began more than a day ago counts with what it ran in the last day alone.
    Job.objects.update(started=now - timedelta(hours=30), finished=now - timedelta(hours=24, minutes=-1))
    assert client.post(BUILDS).status_code == 202


def test_a_person_owns_as_many_organisations_as_they_may(owner: User, limit: Limit) -> None:
    limit(owner, "organisations", 2)
    create_organisation(owner, "second")
    with pytest.raises(QuotaReached, match="You own 2 organisations"):
        create_organisation(owner, "third")


def test_where_the_operator_alone_creates_organisations_a_person_may_not_and_a_command_does(
    client: Client, user: User, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.EVERYONE_CREATES_ORGANISATIONS = False
    with pytest.raises(Forbidden, match="the operator creates organisations"):
        create_organisation(user, "second")
    assert client.get("/organisations/new").status_code == 403
    call_command("organisation", "second", user.email)
    assert Organisation.objects.get(name="second").memberships.get().user == user
    entry = AuditEntry.objects.get(action="organisation.create")
    assert (entry.principal_kind, entry.data["owner"]) == ("installation", str(user.pk))
    with pytest.raises(CommandError, match="No account has the address"):
        call_command("organisation", "third", "nobody@acme.example")


@pytest.mark.protects("availability/many-projects")
def test_only_the_installation_sets_a_quota_and_it_is_written_down(organisation: Organisation, owner: User) -> None:
    with pytest.raises(Forbidden):
        set_quota(owner, organisation.stream, "builds", 10**6)
    set_quota(INSTALLATION, organisation.stream, "builds", 7)
    assert limits_of(organisation.stream)[QuotaResource.BUILDS] == 7
    entry = AuditEntry.objects.get(action="quota.set")
    assert (entry.subject, entry.data) == (organisation.stream, {"resource": "builds", "limit": 7})
    set_quota(INSTALLATION, organisation.stream, "builds", None)
    assert limits_of(organisation.stream) == OF_ORGANISATION


def test_a_default_is_changed_for_all_but_those_with_their_own(organisation: Organisation) -> None:
    set_quota(INSTALLATION, "organisation", "projects", 3)
    assert limits_of("organisation:somebody-else")[QuotaResource.PROJECTS] == 3
    set_quota(INSTALLATION, organisation.stream, "projects", 9)
    assert limits_of(organisation.stream)[QuotaResource.PROJECTS] == 9


@pytest.mark.parametrize(("holder", "resource"), [("organisation", "wishes"), ("user", "bytes")])
def test_a_resource_without_a_quota_is_refused(db: None, holder: str, resource: str) -> None:
    with pytest.raises(UnknownResource, match="There are quotas of"):
        set_quota(INSTALLATION, holder, resource, 1)


def test_the_command_shows_and_sets(organisation: Organisation, user: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("quota", "acme", "bytes=50GB", "builds=500")
    output = capsys.readouterr().out
    assert "50.0 GB" in output
    assert "500" in output
    call_command("quota", user.email, "sockets=3")
    assert limits_of(user.stream)[QuotaResource.SOCKETS] == 3
    call_command("quota", "organisations", "projects=4")
    assert limits_of(organisation.stream)[QuotaResource.PROJECTS] == 4
    call_command("quota", "acme", "bytes=default")
    assert "20.0 GB" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", [["nobody"], ["acme", "bytes=much"], ["acme", "bytes"], ["acme", "wishes=1"], ["x@y.z"]]
)
def test_the_command_says_what_is_wrong(organisation: Organisation, words: list[str]) -> None:
    with pytest.raises(CommandError, match=r"There is no|is not a limit"):
        call_command("quota", *words)


def test_members_read_what_their_organisation_uses(
    client: Client, organisation: Organisation, project: Project
) -> None:
    usage = {each["resource"]: each for each in client.get("/api/v1/organisations/acme/usage").json()["usage"]}
    assert set(usage) == {resource.value for resource in OF_ORGANISATION}
    assert (usage["projects"]["used"], usage["projects"]["limit"]) == (1, 500)
    assert usage["bytes"]["used"] > 0
    assert not usage["bytes"]["is_near"]


@pytest.mark.slow
def test_pages_warn_before_it_is_full_and_when_it_is(
    client: Client, organisation: Organisation, project: Project, limit: Limit
) -> None:
    limit(organisation, "projects", 2)
    assert "Almost used up" not in client.get("/acme").content.decode()
    limit(organisation, "projects", 1)
    page = compact(client.get("/acme").content.decode())
    assert "1 of 1" in page
    assert "Used up." in page
    assert 'class="notice' not in client.get("/").content.decode()
    size = next(each for each in client.get("/api/v1/organisations/acme/usage").json()["usage"])["used"]
    limit(organisation, "bytes", size * 100 // 85)
    assert 'class="notice warn"' in client.get("/").content.decode()
    limit(organisation, "bytes", size)
    assert "Nothing more can be stored." in client.get("/").content.decode()


def test_the_page_of_a_person_says_the_reason(browser_of: Callable[[Any], Client], owner: User, limit: Limit) -> None:
    limit(owner, "organisations", 0)
    answer = browser_of(owner).post("/organisations/new", {"name": "more"})
    assert "You own 0 organisations" in answer.content.decode()
