"""Creating, changing and deleting deployments: their names, origins, and who may do it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from forge.accounts.actions import create_token
from forge.accounts.models import User
from forge.core.blobs.sweep import delete_orphan_links
from forge.core.errors import Forbidden
from forge.core.models import BlobLink
from forge.deployments.actions import (
    change_deployment,
    delete_deployment,
    follow_tag,
    go_back,
    serve_tag,
)
from forge.deployments.errors import BadOrigin, DeploymentExists
from forge.deployments.models import Deployment
from forge.deployments.settings.origins import checked_origin
from forge.projects.models import Project
from tests.support.cases import each_case
from tests.support.forge.factories.builds import RUNE
from tests.support.forge.factories.deployments import deployed, now

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]
API = "/api/v1/projects/acme/kitchen/deployments"
OTHER = RUNE + b"other"


@pytest.mark.slow
def test_a_deployment_serves_the_build_of_a_tag_and_keeps_its_bytes(developer: User, project: Project) -> None:
    deployment = deployed(developer, project)
    release = now(deployment)
    artefact = release.build.artefact
    assert artefact is not None
    assert (deployment.name, release.version, release.rune) == ("website", "stable", artefact.digest)
    assert BlobLink.objects.filter(owner_id=release.pk, blob=release.rune).exists()


@pytest.mark.slow
def test_two_deployments_of_a_project_have_two_names(developer: User, project: Project) -> None:
    deployed(developer, project)
    with pytest.raises(DeploymentExists, match="website"):
        deployed(developer, project, title="WebSite")


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://Acme.example", "https://acme.example"),
        ("https://acme.example:443/", "https://acme.example"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_an_origin_is_stored_as_browsers_send_it(text: str, origin: str) -> None:
    assert checked_origin(text) == origin


@pytest.mark.protects("delivery/wide-origins")
@each_case(
    "text",
    [
        *("*", "https://*.acme.example", "null", "acme.example", "https://acme.example/page", "ftp://acme.example"),
        *("https://jo@acme.example", "https://acme.example:x", "https://a b.example", "https://"),
    ],
)
def test_an_origin_names_one_site(text: str, developer: User, following: Deployment) -> None:
    with pytest.raises(BadOrigin):
        change_deployment(developer, following, origins=[text])


@pytest.mark.slow
def test_a_deployment_that_is_deleted_leaves_no_links(owner: User, reviewer: User, project: Project) -> None:
    deployment = deployed(owner, project)
    release = now(deployment).pk
    delete_deployment(owner, deployment)
    delete_orphan_links()
    assert not Deployment.objects.exists()
    assert not BlobLink.objects.filter(owner_id=release).exists()


@pytest.mark.protects("delivery/who-deploys")
def test_who_may_not_deploy_changes_nothing(viewer: User, reviewer: User, developer: User, project: Project) -> None:
    deployment = deployed(developer, project)
    for person in (viewer, reviewer):
        with pytest.raises(Forbidden):
            serve_tag(person, deployment, "stable")
        with pytest.raises(Forbidden):
            go_back(person, deployment, 1)
    with pytest.raises(Forbidden):
        delete_deployment(developer, deployment)
    with pytest.raises(Forbidden):
        follow_tag(developer, deployment)


@pytest.mark.slow
@pytest.mark.protects("delivery/who-deploys")
def test_a_token_that_publishes_changes_no_deployment(developer: User, project: Project, client: Client) -> None:
    deployed(developer, project)
    publisher = create_token(developer, "ci", ["rune:publish"], None)[1]
    deployer = create_token(developer, "cd", ["deployment:manage"], None)[1]
    for secret, status in ((publisher, 403), (deployer, 200)):
        headers = {"Authorization": f"Bearer {secret}"}
        etag = client.get(f"{API}/website", headers=headers)["ETag"]
        answer = client.put(
            f"{API}/website/version",
            {"tag": "stable"},
            content_type="application/json",
            headers={**headers, "If-Match": etag},
        )
        assert answer.status_code == status, answer.content
