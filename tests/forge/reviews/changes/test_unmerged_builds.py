"""The merged result of a change request stands for nothing of the project until it is merged, and says what it is."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.accounts.principals import acting_as
from forge.activity.access import activity_of
from forge.activity.rows import activity_rows
from forge.builds.choices import targets_to_json
from forge.builds.contents import projects_in_trouble
from forge.builds.models import Build, Preview, PreviewState
from forge.builds.pages.project_cards import cards
from forge.builds.serializers.builds import build_to_json
from forge.datasets.analysis.hooks import find_current_rune
from forge.jobs import queue
from forge.jobs.models import JobState
from forge.learning.quality import quality_of_project
from forge.projects.actions import push_to_git, write_file
from forge.projects.git.remote import checked_remote
from forge.projects.history.export import wanted_versions
from forge.projects.models import Project
from forge.projects.versions.authors import line_versions
from forge.projects.versions.store import working_tree
from forge.registry.tags.errors import NotPublishable
from forge.registry.tags.publishing.actions import publish_build, publish_past_gate
from forge.reviews import actions
from forge.reviews.changes.access import find_change_request
from forge.reviews.models import ChangeRequest
from forge.reviews.reviewing.pages.rune_facts import compared_with
from forge.reviews.rounds.access import approved_before
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import RUNE, approved, built, set_job, take_job
from tests.support.forge.factories.changes import built_merged, forked, offered
from tests.support.servers.git_server import bare, git_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(project: Project, owner: User, developer: User, stranger: User) -> Build:
    """The project's own build, with an accuracy."""
    forked(owner, developer, stranger, project)
    return _judged(built(developer, project), 0.9)


@pytest.fixture
def change(own: Build, stranger: User) -> ChangeRequest:
    fork = Project.objects.get(name="turns")
    return offered(User.objects.get(pk=stranger.pk), fork)


@pytest.fixture
def proposed(change: ChangeRequest, developer: User) -> Build:
    """The build of what would be merged, which is worse."""
    return _judged(built_merged(developer, change), 0.5)


def _judged(build: Build, accuracy: float) -> Build:
    right = round(accuracy * 20)
    figures = {"accuracy": accuracy, "low": accuracy - 0.1, "high": min(1, accuracy + 0.1)}
    absent: dict[str, object] = {"is_precise": False, "false_alarms_an_hour": None, "reason": None}
    build.evaluation = {**figures, **absent, "samples": 20, "right": right, "judged": 20, "judged_right": right}
    build.save(update_fields=["evaluation"])
    return build


def _page(client: Client, path: str) -> str:
    return compact(client.get(path).content.decode())


def _merge(developer: User, change: ChangeRequest, build: Build) -> None:
    approved(build)
    actions.merge_change_request(developer, find_change_request(developer, change.pk))


@pytest.mark.protects("reviews/unmerged-results")
def test_a_project_shows_its_own_build_until_a_change_request_is_merged(
    client: Client, developer: User, project: Project, own: Build, change: ChangeRequest, proposed: Build
) -> None:
    page = _page(client, project.get_absolute_url())
    assert f">build {own.number}</a>" in page
    assert f"/api/v1/builds/{own.pk}/rune" in page
    assert f"build {proposed.number}" not in page
    quality = quality_of_project(developer, project).quality
    assert quality is not None
    assert quality.share == 0.9
    _merge(developer, change, proposed)
    assert f">build {proposed.number}</a>" in _page(client, project.get_absolute_url())
    quality = quality_of_project(developer, project).quality
    assert quality is not None
    assert quality.share == 0.5


@pytest.mark.protects("reviews/unmerged-results")
def test_no_list_and_no_figure_takes_it_for_the_newest(
    client: Client, developer: User, project: Project, own: Build, proposed: Build
) -> None:
    rune = find_current_rune(project)
    assert rune is not None
    assert rune.build == f"build {own.number}"
    assert [each["number"] for each in targets_to_json(project)["builds"]] == [own.number]
    later = built(developer, project, RUNE + b"later")
    assert compared_with(acting_as(developer), later)[0] == own
    assert f"acme/kitchen@{proposed.number}" not in str(client.get("/compare?one=acme/kitchen").context["first"])
    approved(proposed)
    assert approved_before(later) is None
    failed = actions.build_merged(developer, ChangeRequest.objects.get())
    set_job(failed, state=JobState.FAILED)
    assert not projects_in_trouble(developer).exists()
    project.is_favourite = False
    Preview.objects.create(project=project, state=PreviewState.READY)
    assert str(later.number) in cards([project])[0].facts.tag


def test_it_names_its_change_request_where_it_is_shown(
    client: Client, project: Project, change: ChangeRequest, proposed: Build
) -> None:
    title = f"build {proposed.number} (change request {change.number})"
    assert f"Change request {change.number}, not merged" in _page(client, f"{project.get_absolute_url()}/builds")
    page = _page(client, f"{project.get_absolute_url()}/builds/{proposed.number}")
    assert f'<a class="tag" href="{change.get_absolute_url()}">' in page
    assert f"Open change request {change.number}" in page
    assert title in _page(client, "/compare")
    assert build_to_json(proposed)["change_request"] == change.number
    answer = client.get(f"/api/v1/search?q=kitchen+{proposed.number}").json()
    assert title in str(answer)


def test_its_build_is_an_act_of_the_change_request(developer: User, change: ChangeRequest) -> None:
    build = actions.build_merged(developer, find_change_request(developer, change.pk))
    queue.finish(take_job(), JobState.FAILED, error="No.")
    (row,) = [
        each for each in activity_rows(acting_as(developer), activity_of(developer)) if "built" in str(each.sentence)
    ]
    assert f"with change request {change.number} · build {build.number} failed" in str(row.sentence)


@pytest.mark.protects("reviews/unmerged-results")
def test_it_is_published_once_it_is_merged(
    client: Client, developer: User, owner: User, project: Project, change: ChangeRequest, proposed: Build
) -> None:
    approved(proposed)
    refusal = f"change request {change.number} would make"
    for tag in ("1.0", "nightly"):
        with pytest.raises(NotPublishable, match=refusal):
            publish_build(developer, proposed, tag)
    with pytest.raises(NotPublishable, match=refusal):
        publish_past_gate(owner, proposed, "1.0", "We need it.")
    answer = client.get(f"{project.get_absolute_url()}/builds/{proposed.number}/publish")
    assert answer["Location"] == change.get_absolute_url()
    _merge(developer, change, proposed)
    assert publish_build(developer, Build.objects.get(pk=proposed.pk), "1.0").name == "1.0"


@pytest.mark.protects("reviews/unmerged-results")
def test_what_is_not_merged_is_pushed_to_no_branch(
    tmp_path: Path, settings: Any, developer: User, project: Project, change: ChangeRequest, proposed: Build
) -> None:
    (tmp_path / "private").mkdir()
    with git_server(tmp_path, "http://localhost:1") as address:
        settings.GIT_ORIGINS = (address,)
        there = bare(tmp_path, "kitchen.git")
        remote = checked_remote(f"{address}/kitchen.git", "main")
        push_to_git(developer, project, remote)
        assert "modulus: 2.5" in _at_head(there)
        assert proposed.source.message not in _git(there, "log", "main")
        _merge(developer, change, proposed)
        push_to_git(developer, project, remote)
        assert "modulus: 3" in _at_head(there)


def _at_head(there: Path) -> str:
    return _git(there, "show", "main:Runefile.yml")


def _git(there: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=there, check=True, capture_output=True, text=True).stdout


@pytest.mark.protects("reviews/unmerged-results")
def test_what_is_not_merged_is_in_no_history(
    developer: User, project: Project, change: ChangeRequest, proposed: Build
) -> None:
    digest = working_tree(project).digest
    assert proposed.version not in wanted_versions(project, digest)
    numbers = {number for number in line_versions(project, "Runefile.yml") if number is not None}
    assert proposed.source.number not in numbers
    _merge(developer, change, proposed)
    assert proposed.version in wanted_versions(project, working_tree(project).digest)


def test_files_that_the_project_has_all_the_same_are_its_own(
    developer: User, project: Project, change: ChangeRequest, proposed: Build
) -> None:
    actions.close_change_request(developer, find_change_request(developer, change.pk), "We wrote it ourselves.")
    fork = Project.objects.get(name="turns")
    write_file(developer, project, "Runefile.yml", working_tree(fork).texts["Runefile.yml"])
    assert working_tree(project).digest == proposed.source.digest
    assert proposed.version in wanted_versions(project, proposed.source.digest)
    again = built(developer, project)
    assert again.source == proposed.source
    assert again.change_request is None
