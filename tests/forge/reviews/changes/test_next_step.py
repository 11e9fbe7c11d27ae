"""The step after a merge: its page has the build of the merged files made, follows it, and leads to publishing."""

from __future__ import annotations

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.builds.models import Build
from forge.jobs.models import JobState
from forge.projects.models import Project
from forge.registry.tags.publishing.actions import publish_build
from forge.reviews import actions
from forge.reviews.changes.access import find_change_request
from forge.reviews.models import ChangeRequest
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import approved, built, finished, set_job
from tests.support.forge.factories.changes import built_merged, forked, offered

pytestmark = pytest.mark.django_db


@pytest.fixture
def change(project: Project, owner: User, developer: User, stranger: User) -> ChangeRequest:
    fork = forked(owner, developer, stranger, project)
    return offered(User.objects.get(pk=stranger.pk), fork)


def _page(client: Client, change: ChangeRequest) -> str:
    return compact(client.get(change.get_absolute_url()).content.decode())


def test_an_open_request_follows_the_build_of_its_merged_result(
    client: Client, developer: User, change: ChangeRequest
) -> None:
    assert "data-follow-build" not in _page(client, change)
    build = actions.build_merged(developer, find_change_request(developer, change.pk))
    assert f'data-follow-build="/api/v1/builds/{build.pk}" data-state="{build.state}"' in _page(client, change)
    finished(build)
    assert "data-follow-build" not in _page(client, change)


@pytest.mark.slow
def test_a_merged_request_leads_to_a_build_and_to_publishing(
    client: Client, developer: User, change: ChangeRequest
) -> None:
    build = approved(built_merged(developer, change))
    actions.merge_change_request(developer, find_change_request(developer, change.pk))
    page = _page(client, change)
    assert f"Look at build {build.number}" in page
    assert f'href="/acme/kitchen/builds/{build.number}/publish"' in page
    set_job(build, state=JobState.FAILED)
    assert f"See why build {build.number} failed" in _page(client, change)
    ChangeRequest.objects.filter(pk=change.pk).update(build=None)
    assert "The merged files have no build yet." in _page(client, change)
    answer = client.post(f"{change.get_absolute_url()}/respond", {"do": "build-project"})
    assert answer["Location"] == f"{change.get_absolute_url()}#next"
    newest = Build.objects.get(project=change.project, number=build.number + 1 if build.number else 1)
    page = _page(client, change)
    assert f'data-follow-build="/api/v1/builds/{newest.pk}"' in page
    assert "is in progress" in page


def test_a_published_version_is_deployed_from_its_page(
    client: Client, developer: User, viewer: User, project: Project
) -> None:
    publish_build(developer, approved(built(developer, project)), "1.0")
    deploy = 'href="/acme/kitchen/deployments?tag=1.0#new"'
    assert deploy in client.get("/acme/kitchen/published").content.decode()
    form = client.get("/acme/kitchen/deployments?tag=1.0").content.decode()
    assert form.count(" selected>1.0, build") == 1
    visitor = Client()
    visitor.force_login(viewer)
    assert deploy not in visitor.get("/acme/kitchen/published").content.decode()
