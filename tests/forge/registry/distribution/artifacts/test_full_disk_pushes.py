"""A push while the disk is full at any of its writes: a named error, nothing half visible, and a second try works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from forge.projects.models import Project
from forge.registry.distribution.artifacts.models import ArtifactTag, Upload
from forge.registry.models import Manifest
from tests.support.clients.registry_client import (
    RegistryClient,
    body,
    code,
    credentials,
    image,
    sha,
    take_all,
)
from tests.support.forge.full_disk import FullDisk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

FIRST = 1000
"""Bytes of the first part."""
STEPS = ("begin", "first part", "second part", "end", "config", "manifest")


class _Push:
    """A push in steps, each of which is sent again after an error as a client does."""

    def __init__(self, registry: RegistryClient) -> None:
        self._registry = registry
        self._location = ""
        # Bytes of its own: what other pushes stored must not help.
        self._config = registry.repository.encode()
        self._layer = self._config + bytes(range(256)) * 40
        self._manifest = image(self._layer, config=self._config)

    def step(self, name: str) -> Any:
        send, location, layer = self._registry.send, self._location, self._layer
        last = len(layer) - 1
        steps: dict[str, Callable[[], Any]] = {
            "begin": self._registry.begin,
            "first part": lambda: send("PATCH", location, layer[:FIRST], Content_Range=f"0-{FIRST - 1}"),
            "second part": lambda: send("PATCH", location, layer[FIRST:], Content_Range=f"{FIRST}-{last}"),
            "end": lambda: send("PUT", f"{location}?digest={sha(layer)}"),
            "config": lambda: send("POST", f"blobs/uploads/?digest={sha(self._config)}", self._config),
            "manifest": lambda: self._registry.push_manifest(self._manifest, "latest"),
        }
        response = steps[name]()
        if name == "begin" and response.status_code == 202:
            self._location = response["Location"]
        return response

    def expect_nothing_half_visible(self, step: str) -> None:
        """Expects that readers see after a refused step what they saw before it."""
        registry = self._registry
        if step in ("first part", "second part"):
            assert registry.get(self._location)["Range"] == ("0-0" if step == "first part" else f"0-{FIRST - 1}")
        if STEPS.index(step) < STEPS.index("end"):
            assert registry.get(f"blobs/{sha(self._layer)}").status_code == 404
        assert registry.get("manifests/latest").status_code == 404
        _, name = registry.repository.split("/")
        here = {"repository__project__name": name}
        assert not Manifest.objects.filter(**here).exists()
        assert not ArtifactTag.objects.filter(**here).exists()

    def expect_all(self) -> None:
        registry = self._registry
        assert body(registry.get(f"blobs/{sha(self._layer)}")) == self._layer
        assert body(registry.get("manifests/latest")) == self._manifest
        assert registry.tags() == ["latest"]


def _pushed_with_one_write_failing(registry: RegistryClient, number: int) -> str:
    """Pushes all; returns the write that failed, "" where there are not so many."""
    push, disk = _Push(registry), FullDisk(settings.DATA_DIR, number)
    for step in STEPS:
        with disk.active():
            before, response = disk.failed, push.step(step)
        if response.status_code >= 300:
            assert disk.failed, (step, response.content)
            assert not before, "one write fails"
            assert code(response) == (507, "UNAVAILABLE"), disk.failed
            push.expect_nothing_half_visible(step)
            response = push.step(step)
        assert response.status_code < 300, (step, disk.failed, response.content)
    push.expect_all()
    return disk.failed


@pytest.mark.protects("registry/full-disk")
def test_a_push_survives_a_disk_that_is_full_at_any_write(
    project: Any, developer: Any, organisation: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forge.core.blobs.parts.PIECE", 4000)
    take_all(organisation)
    headers, failures = credentials(developer), [""]
    while failures[-1] or len(failures) == 1:
        name = f"kitchen-{len(failures)}"
        Project.objects.create(organisation=organisation, name=name, created_by=developer)
        registry = RegistryClient(headers, f"acme/{name}")
        failures.append(_pushed_with_one_write_failing(registry, len(failures)))
    assert {"write", "replace", "link", "touch", "open xb", "open r+b"} <= set(failures)
    assert any(name.startswith("INSERT") for name in failures)
    assert any(name.startswith("UPDATE") for name in failures)
    assert len(failures) > 40
    assert not Upload.objects.exists(), "no upload is left whose address its client never learned"
