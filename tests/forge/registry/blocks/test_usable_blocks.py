"""Says which blocks somebody is shown as usable in a project: those of pages that they may open, and those of its
lock."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from forge.accounts.actions import create_token, join_as
from forge.accounts.models import User
from forge.projects.actions import invite_to_project, update_project, write_file
from forge.projects.models import Project
from forge.projects.versions.mounting import with_usable
from forge.projects.versions.store import working_tree
from forge.registry.models import BlockVersion
from rune.blocks.mounts import SHELF, mounted_path
from tests.support.forge.factories.blocks import published_block

pytestmark = [pytest.mark.django_db, pytest.mark.protects("roles/usable-blocks")]

USABLE = "/api/v1/projects/acme/kitchen/blocks/usable"


@pytest.fixture
def secret_block(organisation: Any, owner: Any) -> BlockVersion:
    """A block of a private project of the organisation."""
    return published_block(owner, Project.objects.create(organisation=organisation, name="secret", created_by=owner))


@pytest.fixture
def partner(project: Any, owner: Any, stranger: Any) -> Any:
    """A viewer of `acme/kitchen` alone."""
    _, link = invite_to_project(owner, project, "viewer")
    join_as(stranger, link.partition("token=")[2])
    return User.objects.get(pk=stranger.pk)


def _lock(person: Any, project: Any, line: str) -> None:
    write_file(person, project, "rune.lock", f"{line}\n".encode())


def _mounted(person: Any, project: Any) -> set[str]:
    tree = working_tree(project)
    manifest, _ = with_usable(person, project, tree.manifest, tree.texts)
    return set(manifest) - set(tree.manifest)


def test_who_reads_one_project_is_shown_no_block_of_another(
    project: Any, viewer: Any, partner: Any, secret_block: BlockVersion, browser_of: Any
) -> None:
    usable = browser_of(viewer).get(USABLE).json()
    assert [each["name"] for each in usable["blocks"]] == ["acme/secret#smooth"]
    assert mounted_path(secret_block.manifest.blob_id) in _mounted(viewer, project)
    answer = browser_of(partner).get(USABLE)
    assert answer.json() == {"blocks": [], "files": {SHELF: "{}"}}
    assert _mounted(partner, project) == set()


def test_a_token_for_one_project_is_shown_no_block_of_another(
    project: Any, owner: Any, secret_block: BlockVersion
) -> None:
    _, secret = create_token(owner, "ci", ["project:read"], None, [project.stream])
    answer = Client().get(USABLE, headers={"Authorization": f"Bearer {secret}"})
    assert answer.json() == {"blocks": [], "files": {SHELF: "{}"}}


def test_a_block_that_the_lock_names_is_shown_to_all_who_read_the_project(
    project: Any, owner: Any, partner: Any, secret_block: BlockVersion, browser_of: Any
) -> None:
    published_block(owner, secret_block.repository.project, "1.1")
    digest = secret_block.manifest.blob_id
    _lock(owner, project, f"acme/secret#smooth@1.0 {digest}")
    usable = browser_of(partner).get(USABLE).json()
    assert [(each["name"], len(each["versions"])) for each in usable["blocks"]] == [("acme/secret#smooth", 1)]
    assert mounted_path(digest) in _mounted(partner, project)


def test_a_lock_shows_no_name_that_it_does_not_have(
    project: Any, owner: Any, partner: Any, secret_block: BlockVersion, browser_of: Any
) -> None:
    digest = secret_block.manifest.blob_id
    _lock(owner, project, f"acme/secret#smooth@1.0 {digest}")
    update_project(owner, secret_block.repository.project, name="more-secret")
    usable = browser_of(partner).get(USABLE)
    assert usable.json()["blocks"] == []
    assert "more-secret" not in usable.content.decode()
    assert mounted_path(digest) in _mounted(partner, project)
