"""Deleted artifacts are restored within 30 days, with the tags that are still free, by the page and by the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forge.core.blobs.sweep import sweep_blobs
from forge.core.models import AuditEntry, Blob
from forge.registry.distribution.artifacts.models import ArtifactTag
from forge.registry.distribution.artifacts.sweep import TRASH_FOR, sweep
from forge.registry.models import Manifest
from tests.support.clients.registry_client import (
    EMPTY,
    RegistryClient,
    body,
    credentials,
    image,
    index,
    sha,
    take_all,
)
from tests.support.documents.compact_html import compact

pytestmark = pytest.mark.django_db

PAGE = "/acme/kitchen/published/trash"
API = "/api/v1/projects/acme/kitchen/registry/trash"
LAYER = b"a layer" * 100


@pytest.fixture
def registry(project: Any, developer: Any, organisation: Any) -> RegistryClient:
    """The client of a developer of an organisation that takes all artifacts."""
    take_all(organisation)
    return RegistryClient(credentials(developer))


@pytest.fixture
def browser(developer: Any, browser_of: Callable[[Any], Client]) -> Client:
    return browser_of(developer)


def restore(browser: Client, digest: str) -> Any:
    return browser.post(PAGE, {"digest": digest})


@pytest.mark.slow
def test_a_deleted_manifest_is_restored_with_its_tags(registry: RegistryClient, browser: Client) -> None:
    manifest = registry.push_image("latest", LAYER)
    registry.push_tags(manifest, "nightly", "1.0")
    assert registry.delete(f"manifests/{sha(manifest)}").status_code == 202
    assert registry.get("manifests/latest").status_code == 404
    page = compact(browser.get(PAGE).content.decode())
    assert sha(manifest) in page
    assert "1.0, latest, nightly" in page
    (row,) = browser.get(API).json()["manifests"]
    assert (row["digest"], row["tags"], row["size"]) == (sha(manifest), ["1.0", "latest", "nightly"], len(manifest))
    assert restore(browser, sha(manifest)).status_code == 302
    for tag in ("latest", "nightly", "1.0"):
        assert body(registry.get(f"manifests/{tag}")) == manifest
    assert body(registry.get(f"blobs/{sha(LAYER)}")) == LAYER
    assert "Nothing was deleted" in browser.get(PAGE).content.decode()
    assert AuditEntry.objects.filter(action="artifact.restore").count() == 1


@pytest.mark.slow
def test_tags_that_something_else_has_meanwhile_stay_with_it(registry: RegistryClient, browser: Client) -> None:
    old = registry.push_image("latest", LAYER)
    registry.push_tags(old, "nightly")
    registry.delete(f"manifests/{sha(old)}")
    new = registry.push_image("latest", b"another layer")
    answer = restore(browser, sha(old))
    assert answer.status_code == 200
    assert "latest" in compact(answer.content.decode())
    assert body(registry.get("manifests/latest")) == new
    assert body(registry.get("manifests/nightly")) == old


@pytest.mark.slow
@pytest.mark.protects("registry/moved-tags")
def test_a_version_comes_back_with_its_own_bytes_alone(
    registry: RegistryClient, browser: Client, organisation: Any
) -> None:
    first = registry.push_image("1.0", LAYER)
    registry.delete(f"manifests/{sha(first)}")
    assert registry.push_manifest(image(), "1.0").status_code != 201, "other bytes under the name"
    restore(browser, sha(first))
    assert body(registry.get("manifests/1.0")) == first


@pytest.mark.slow
def test_an_index_is_restored_after_what_it_lists(registry: RegistryClient, browser: Client) -> None:
    child = registry.push_image("", LAYER)
    parent = index(child)
    assert registry.push_manifest(parent, "all").status_code == 201
    registry.delete(f"manifests/{sha(parent)}")
    registry.delete(f"manifests/{sha(child)}")
    response = restore(browser, sha(parent))
    assert response.status_code == 409
    assert sha(child) in response.content.decode()
    restore(browser, sha(child))
    assert restore(browser, sha(parent)).status_code == 302
    assert body(registry.get("manifests/all")) == parent


@pytest.mark.slow
def test_after_30_days_it_is_deleted_for_good(registry: RegistryClient, browser: Client) -> None:
    manifest = registry.push_image("latest", LAYER)
    registry.delete(f"manifests/{sha(manifest)}")
    now = timezone.now()
    sweep(now + TRASH_FOR - timedelta(minutes=1))
    sweep_blobs(now + TRASH_FOR - timedelta(minutes=1))
    assert sha(manifest) in browser.get(PAGE).content.decode()
    sweep(now + TRASH_FOR + timedelta(minutes=1))
    sweep_blobs(now + TRASH_FOR + timedelta(hours=2))
    assert restore(browser, sha(manifest)).status_code == 404
    assert not Manifest.objects.exists()
    assert not Blob.objects.filter(pk=sha(LAYER)).exists()


@pytest.mark.protects("registry/who-pushes")
def test_a_token_restores_where_it_pushes(
    registry: RegistryClient, developer: Any, people: dict[str, Any], browser_of: Callable[[Any], Client]
) -> None:
    manifest = registry.push_image("report", LAYER)
    registry.delete(f"manifests/{sha(manifest)}")
    assert browser_of(people["viewer"]).get(PAGE).status_code == 403
    headers = {"Authorization": credentials(people["viewer"])["Authorization"].replace("Basic", "Bearer")}
    assert Client().post(f"{API}/{sha(manifest)}/restore", headers=headers).status_code in (401, 403)
    assert not ArtifactTag.objects.exists()
    answer = browser_of(developer).post(f"{API}/{sha(manifest)}/restore", content_type="application/json")
    assert (answer.status_code, answer.json()["tags"], answer.json()["missing_tags"]) == (200, ["report"], [])
    assert body(registry.get(f"blobs/{sha(EMPTY)}")) == EMPTY
