"""The effect of a push on a name: versions keep their bytes, protected tags take approved builds, a build stays one."""

from __future__ import annotations

from typing import Any

import pytest

from forge.accounts.models import Role
from forge.core.models import AuditEntry
from forge.projects.actions import update_project
from forge.registry.models import Publication, Tag
from forge.registry.oci.manifests import oci_artifact
from forge.registry.oci.rune_facts import rune_facts
from forge.registry.tags.publishing.actions import publish_build
from forge.registry.tags.withdrawing.actions import withdraw_tag
from tests.support.clients.registry_client import (
    RegistryClient,
    body,
    code,
    credentials,
    image,
    sha,
    take_all,
)
from tests.support.forge.factories.builds import RUNE, approved, built

pytestmark = pytest.mark.django_db


@pytest.fixture
def registry(project: Any, developer: Any, organisation: Any) -> RegistryClient:
    take_all(organisation)
    return RegistryClient(credentials(developer, "registry:push", "rune:publish"))


def artifact_of(build: Any) -> Any:
    return oci_artifact(rune_facts(build, build.artefact))


def push_build(registry: RegistryClient, build: Any, tag: str) -> Any:
    artifact = artifact_of(build)
    for each in (artifact.config, RUNE):
        assert registry.push_blob(each).status_code == 201
    return registry.push_manifest(artifact.manifest, tag)


@pytest.mark.slow
@pytest.mark.protects("registry/moved-tags")
def test_a_version_keeps_its_bytes_also_after_it_was_deleted(registry: RegistryClient) -> None:
    first = registry.push_image("1.0", b"one")
    other = registry.push_image("", b"two")
    assert code(registry.push_manifest(other, "1.0")) == (403, "DENIED")
    assert registry.push_manifest(first, "1.0").status_code == 201
    registry.delete("manifests/1.0")
    assert code(registry.push_manifest(other, "1.0")) == (403, "DENIED")
    assert registry.push_manifest(first, "1.0").status_code == 201
    assert body(registry.get("manifests/1.0")) == first


@pytest.mark.slow
def test_a_version_keeps_its_bytes_when_its_project_is_renamed(
    registry: RegistryClient, project: Any, developer: Any
) -> None:
    first = registry.push_image("1.0", b"one")
    developer.memberships.update(role=Role.OWNER)
    update_project(developer, project, name="pantry")
    client = RegistryClient(registry.headers, "acme/pantry")
    other = client.push_image("", b"two")
    client.delete("manifests/1.0")
    assert code(client.push_manifest(other, "1.0")) == (403, "DENIED")
    assert client.push_manifest(first, "1.0").status_code == 201


@pytest.mark.slow
def test_versions_move_where_the_organisation_lets_them(registry: RegistryClient, organisation: Any) -> None:
    take_all(organisation, versions_move=True)
    registry.push_image("1.0", b"one")
    second = registry.push_image("1.0", b"two")
    assert body(registry.get("manifests/1.0")) == second
    take_all(organisation)
    third = registry.push_image("", b"three")
    assert code(registry.push_manifest(third, "1.0")) == (403, "DENIED")
    assert body(registry.get("manifests/1.0")) == second


@pytest.mark.slow
@pytest.mark.protects("registry/gate-past-push")
def test_a_protected_tag_takes_the_manifest_of_an_approved_build_alone(
    registry: RegistryClient, developer: Any, project: Any, reviewer: Any
) -> None:
    build = built(developer, project)
    response = push_build(registry, build, "2.0")
    assert code(response) == (403, "DENIED")
    assert registry.tags() == []
    # The same rune in a manifest of the client's own is no build.
    own = image(RUNE, config_type="application/vnd.wasm.config.v0+json")
    registry.push_image("", RUNE)
    assert code(registry.push_manifest(own, "2.0")) == (403, "DENIED")
    approved(build)
    assert push_build(registry, build, "2.0").status_code == 201
    tag = Tag.objects.get(name="2.0")
    assert (tag.build, tag.author) == (build, developer)
    assert Publication.objects.count() == 1
    assert AuditEntry.objects.filter(action="tag.publish").count() == 1


def test_a_build_is_published_by_its_push_as_by_the_button(
    registry: RegistryClient, developer: Any, project: Any
) -> None:
    build = built(developer, project)
    assert push_build(registry, build, "nightly").status_code == 201
    assert Tag.objects.get().build == build
    assert body(registry.get("manifests/nightly")) == artifact_of(build).manifest


@pytest.mark.slow
def test_an_artifact_does_not_take_the_tag_of_a_build(registry: RegistryClient, developer: Any, project: Any) -> None:
    tag = publish_build(developer, approved(built(developer, project)), "1.0")
    other = registry.push_image("", b"two")
    assert code(registry.push_manifest(other, "1.0")) == (403, "DENIED")
    assert code(registry.push_manifest(other, "1.O")) == (403, "DENIED")
    assert body(registry.get("manifests/1.0")) == artifact_of(tag.build).manifest


@pytest.mark.slow
def test_a_build_takes_over_a_tag_that_moves(registry: RegistryClient, developer: Any, project: Any) -> None:
    registry.push_image("nightly", b"one")
    build = built(developer, project)
    publish_build(developer, build, "nightly")
    assert registry.tags() == ["nightly"]
    assert body(registry.get("manifests/nightly")) == artifact_of(build).manifest


@pytest.mark.slow
def test_deleting_the_tag_of_a_build_withdraws_it(registry: RegistryClient, developer: Any, project: Any) -> None:
    build = approved(built(developer, project))
    publish_build(developer, build, "1.0")
    manifest = artifact_of(build).manifest
    assert code(registry.delete(f"manifests/{sha(manifest)}")) == (403, "DENIED")
    assert registry.delete("manifests/1.0").status_code == 202
    assert registry.tags() == []
    assert Tag.objects.get().is_withdrawn
    assert body(registry.get(f"manifests/{sha(manifest)}")) == manifest


@pytest.mark.slow
def test_publishing_or_withdrawing_a_build_takes_a_token_that_publishes(
    registry: RegistryClient, developer: Any, project: Any
) -> None:
    build = built(developer, project)
    client = RegistryClient(credentials(developer, "registry:push"))
    response = push_build(client, build, "nightly")
    assert code(response) == (403, "DENIED")
    assert "rune:publish" in response.content.decode()
    publish_build(developer, build, "nightly")
    assert code(client.delete("manifests/nightly")) == (403, "DENIED")
    assert registry.tags() == ["nightly"]


@pytest.mark.slow
@pytest.mark.protects("registry/withdrawn-push")
def test_a_withdrawn_build_does_not_return_by_a_push(
    registry: RegistryClient, maintainer: Any, developer: Any, project: Any
) -> None:
    build = approved(built(developer, project))
    publish_build(developer, build, "1.0")
    withdraw_tag(maintainer, project, "1.0", "It hears nothing.")
    for tag in ("1.0", "1.1", "nightly"):
        assert registry.push_manifest(artifact_of(build).manifest, tag).status_code in (400, 403)
    assert registry.tags() == []
