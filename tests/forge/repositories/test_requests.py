"""Pull and merge requests of a repository elsewhere become change requests here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.core.errors import Invalid
from forge.jobs.models import JobState
from forge.projects.actions import push_to_git, save_version, write_file
from forge.projects.git.remote import checked_remote
from forge.projects.models import Project
from forge.repositories.actions import link_branch, pull
from forge.repositories.errors import PullRunning
from forge.repositories.models import LinkedBranch, Pull, RemoteRequest
from forge.repositories.request_refs import FORMS, number_of, request_refs
from forge.reviews.actions import merge_past_gate
from forge.reviews.changes.models import ChangeRequest, ChangeState
from tests.forge.repositories.test_pulls import _git, run_jobs, text
from tests.support.cases import each_case
from tests.support.servers.git_server import bare, commit, git_server


@pytest.fixture
def work(tmp_path: Path, project: Project, user: User, settings: Any) -> Iterator[Path]:
    """A working copy elsewhere of the branch that the project follows and pushed its first version to."""
    with git_server(tmp_path, "http://localhost:1") as address:
        settings.GIT_ORIGINS = (address,)
        write_file(user, project, "notes.md", b"One.\n")
        save_version(user, project, "First")
        there = bare(tmp_path, "wand.git")
        remote = checked_remote(f"{address}/wand.git", "main")
        push_to_git(user, project, remote)
        link_branch(user, project, remote)
        _git(tmp_path, "clone", "--quiet", str(there), "work")
        yield tmp_path / "work"


def offer_outside(work: Path, ref: str, message: str, notes: str) -> str:
    """Makes a request of the repository, or another commit of it, as its server does; answers the commit."""
    (work / "notes.md").write_text(notes)
    commit(work, message)
    _git(work, "push", "--quiet", "--force", "origin", f"HEAD:{ref}")
    return _git(work, "rev-parse", "HEAD").strip()


def pulled(user: User, project: Project, request: str) -> Pull:
    record = pull(user, project, request=request)
    run_jobs()
    project.refresh_from_db()
    return Pull.objects.select_related("job", "change_request").get(pk=record.pk)


@each_case(
    "request_",
    ["main", "refs/heads/main", "refs/pull/7", "refs/pull/07/head", "0", "-1", "7 8", "７", "refs/pull/*/head"],
)
def test_what_names_no_request_is_refused(request_: str) -> None:
    with pytest.raises(Invalid):
        request_refs(request_)


@each_case("request_", ["7", "#7", "!7", " 7 "])
def test_a_number_may_be_a_request_of_any_server(request_: str) -> None:
    assert request_refs(request_) == tuple(form.format(7) for form in FORMS)


def test_a_ref_is_the_request_of_one_server() -> None:
    assert request_refs("refs/merge-requests/12/head") == ("refs/merge-requests/12/head",)
    assert [number_of(form.format(12)) for form in FORMS] == ["12", "12", "12"]
    assert number_of("refs/heads/main") == ""


@pytest.mark.slow
@pytest.mark.django_db
def test_a_request_that_is_not_there_changes_nothing(project: Project, user: User, work: Path) -> None:
    result = pulled(user, project, "7")
    assert result.job.state == JobState.FAILED
    assert "no such request: it has none of refs/pull/7/head, refs/merge-requests/7/head" in result.job.error
    assert not ChangeRequest.objects.exists()


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("ref", ["refs/pull/7/head", "refs/merge-requests/7/head"])
def test_a_request_becomes_a_change_request_with_a_round_for_each_newer_commit(
    project: Project, user: User, owner: User, work: Path, ref: str
) -> None:
    link = LinkedBranch.objects.get(project=project)
    first = offer_outside(work, ref, "Count to two", "One.\nTwo.\n")
    result = pulled(user, project, "7")
    change = result.change_request
    assert change is not None
    # Though nothing changed here, a request changes no file before it is merged.
    assert (result.outcome, result.commit, result.request, text(project)) == ("offered", first, "7", "One.\n")
    assert (change.title, change.outside_author) == ("Count to two", "Ada")
    assert change.outside_place.startswith("request 7 of ")
    assert RemoteRequest.objects.get(change_request=change).ref == ref
    assert pulled(user, project, "#7").outcome == "unchanged"

    second = offer_outside(work, ref, "Count to three", "One.\nTwo.\nThree.\n")
    again = pulled(user, project, "!7")
    assert (again.change_request, again.commit) == (change, second)
    assert ChangeRequest.objects.count() == 1

    change.refresh_from_db()
    merge_past_gate(owner, change, "The request was judged elsewhere.")
    change.refresh_from_db()
    project.refresh_from_db()
    assert (change.state, text(project)) == (ChangeState.MERGED, "One.\nTwo.\nThree.\n")
    after = LinkedBranch.objects.get(project=project)
    assert (after.commit, after.version) == (link.commit, link.version)


@pytest.mark.slow
@pytest.mark.django_db
def test_a_second_pull_waits_for_the_end_of_another_one(project: Project, user: User, work: Path) -> None:
    waiting = pull(user, project)
    with pytest.raises(PullRunning):
        pull(user, project, request="7")
    assert pull(user, project) == waiting


@pytest.mark.slow
@pytest.mark.django_db
def test_the_page_and_the_api_pull_a_request(project: Project, client: Client, work: Path) -> None:
    offer_outside(work, "refs/pull/7/head", "Count to two", "One.\nTwo.\n")
    api = "/api/v1/projects/acme/kitchen/repository/pulls"
    response = client.post(api, {"request": "main"}, content_type="application/json")
    assert (response.status_code, list(response.json()["errors"])) == (400, ["request"])
    page = "/acme/kitchen/push"
    form = {"do": "pull-request", "etag": client.get(page).context["etag"]}
    empty = client.post(page, form | {"request": " "})
    assert (empty.status_code, "Enter the number of the request." in empty.content.decode()) == (400, True)

    assert client.post(page, form | {"request": "7"}).status_code == 302
    run_jobs()
    (row,) = client.get(api).json()["pulls"]
    assert (row["request"], row["outcome"]) == ("7", "offered")
    html = client.get(page).content.decode()
    assert "<b>Request 7</b>" in html
    assert ChangeRequest.objects.get(number=row["change_request"]).get_absolute_url() in html
