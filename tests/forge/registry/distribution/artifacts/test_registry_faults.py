"""Faults around a registry: uploads that stop for a day, deleting beside a pull, and clocks that are wrong."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from forge.core.blobs.sweep import sweep_blobs
from forge.registry.distribution.artifacts.models import PushedBlob
from forge.registry.distribution.artifacts.sweep import TRASH_FOR, sweep
from forge.registry.models import Manifest
from tests.support.clients.registry_client import (
    EMPTY,
    RegistryClient,
    body,
    code,
    credentials,
    image,
    index,
    sha,
    take_all,
)

pytestmark = pytest.mark.django_db

LAYER = bytes(range(256)) * 4000
YEARS = timedelta(days=3653)


@pytest.fixture
def registry(project: Any, developer: Any, organisation: Any) -> RegistryClient:
    take_all(organisation)
    return RegistryClient(credentials(developer))


def set_clock(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    """Puts this process's clock forward, or back."""
    now, seconds = timezone.now, time.time

    def moved() -> datetime:
        return now() + by

    monkeypatch.setattr(timezone, "now", moved)
    monkeypatch.setattr(time, "time", lambda: seconds() + by.total_seconds())


@pytest.mark.slow
def test_an_upload_that_stops_for_a_day_goes_on(registry: RegistryClient) -> None:
    location = registry.begin()["Location"]
    registry.send("PATCH", location, LAYER[:1000])
    now = timezone.now()
    for hour in range(25):
        sweep(now + timedelta(hours=hour))
        sweep_blobs(now + timedelta(hours=hour))
    assert registry.get(location)["Range"] == "0-999"
    assert registry.send("PUT", f"{location}?digest={sha(LAYER)}", LAYER[1000:]).status_code == 201
    assert body(registry.get(f"blobs/{sha(LAYER)}")) == LAYER


@pytest.mark.slow
def test_a_pull_that_began_ends_though_all_is_deleted_beside_it(registry: RegistryClient) -> None:
    manifest = registry.push_image("latest", LAYER)
    pull = registry.get(f"blobs/{sha(LAYER)}")
    coming = iter(pull.streaming_content)
    first = next(coming)
    assert registry.delete(f"manifests/{sha(manifest)}").status_code == 202
    later = timezone.now() + TRASH_FOR + timedelta(hours=1)
    sweep(later)
    sweep_blobs(later + timedelta(hours=2))
    path = settings.DATA_DIR / "blobs" / "sha256" / sha(LAYER)[7:9] / sha(LAYER)[7:]
    assert not path.exists(), "the bytes are deleted for good"
    assert b"".join([first, *coming]) == LAYER
    assert code(registry.get(f"blobs/{sha(LAYER)}")) == (404, "BLOB_UNKNOWN")


@pytest.mark.slow
@pytest.mark.parametrize("by", [YEARS, -YEARS])
def test_a_clock_that_is_ten_years_off_loses_no_tag(
    registry: RegistryClient, monkeypatch: pytest.MonkeyPatch, by: timedelta
) -> None:
    before = registry.push_image("before", LAYER)
    with monkeypatch.context() as patch:
        set_clock(patch, by)
        sweep()
        sweep_blobs()
        assert body(registry.get("manifests/before")) == before
        during = registry.push_image("during", LAYER[:5000])
        sweep()
        sweep_blobs()
        assert body(registry.get("manifests/during")) == during
    sweep()
    sweep_blobs()
    assert registry.tags() == ["before", "during"]
    for manifest, layer in ((before, LAYER), (during, LAYER[:5000])):
        assert body(registry.get(f"manifests/{sha(manifest)}")) == manifest
        assert body(registry.get(f"blobs/{sha(layer)}")) == layer


@pytest.mark.slow
def test_what_came_while_the_clock_was_ahead_ends_in_its_time_and_not_in_ten_years(
    registry: RegistryClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = registry.push_image("latest", LAYER[:5000])
    with monkeypatch.context() as patch:
        set_clock(patch, YEARS)
        location = registry.begin()["Location"]
        registry.push_blob(b"nobody names this")
        assert registry.delete(f"manifests/{sha(manifest)}").status_code == 202
    now = timezone.now()
    sweep(now)
    assert registry.get(location).status_code == 204
    sweep(now + TRASH_FOR - timedelta(hours=1))
    assert Manifest.objects.filter(blob=sha(manifest)).exists(), "the trash keeps it for its 30 days"
    sweep(now + TRASH_FOR + timedelta(hours=1))
    assert not Manifest.objects.filter(blob=sha(manifest)).exists()
    assert code(registry.get(location)) == (404, "BLOB_UPLOAD_UNKNOWN")
    assert not PushedBlob.objects.exists()


@pytest.mark.slow
def test_an_index_of_manifests_that_are_elsewhere_names_what_is_missing(registry: RegistryClient) -> None:
    here = registry.push_image("", LAYER)
    elsewhere = image(b"a layer of another registry", config=EMPTY)
    sparse = index(here, elsewhere)
    response = registry.push_manifest(sparse, "sparse")
    assert code(response) == (404, "MANIFEST_BLOB_UNKNOWN")
    assert sha(elsewhere) in response.content.decode()
    assert registry.get("manifests/sparse").status_code == 404
