"""A repository under pushes, deletes, restores, sweeps and crashes in any order: what it shows is always whole.

A seed decides each step. A crash is an error at one of the places where a process could be killed between two
transactions, or inside of one.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone

from forge.core.blobs.sweep import sweep_blobs
from forge.core.errors import DomainError
from forge.projects.models import Project
from forge.registry.distribution.artifacts.actions import pushing
from forge.registry.distribution.artifacts.models import ArtifactTag
from forge.registry.distribution.artifacts.sweep import sweep
from forge.registry.distribution.trash.access import trash_of
from forge.registry.distribution.trash.actions import restore_manifest
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

pytestmark = pytest.mark.django_db

TAGS = ("latest", "nightly", "edge")
LAYERS = tuple(f"layer {number}".encode() * 20 for number in range(5))
CRASHES = (
    "forge.registry.distribution.artifacts.actions.pushing.put_bytes",
    "forge.registry.distribution.artifacts.actions.pushing._store",
    "forge.registry.distribution.artifacts.actions.pushing._set_tag",
    "forge.registry.distribution.artifacts.actions.pushing.write_entry",
    "forge.registry.distribution.artifacts.actions.deleting.write_entry",
    "forge.registry.distribution.trash.actions.restoring.write_entry",
    "forge.registry.distribution.artifacts.sweep.timezone",
)


class RegistryProcessKilled(BaseException):
    """The process ended here."""


class RegistrySimulation:
    """A repository, and what it must show: the manifest of each tag, as the last push that was answered set it."""

    def __init__(self, seed: int, project: Project, actor: Any) -> None:
        self.random = random.Random(seed)
        self.project, self.actor = project, actor
        self.client = RegistryClient(credentials(actor))
        self.now = timezone.now()
        self.tags: dict[str, bytes] = {}
        self.manifests: dict[str, bytes] = {}
        self.steps: tuple[Callable[[], None], ...] = (
            self.push, self.push, self.push, self.push_index, self.delete_manifest, self.delete_tag, self.delete_blob,
            self.restore, self.collect,
        )  # fmt: skip

    def step(self) -> None:
        """Does one thing, which a crash may end in the middle."""
        action = self.random.choice(self.steps)
        if self.random.random() < 0.25:
            with patch(self.random.choice(CRASHES), side_effect=RegistryProcessKilled):
                try:
                    action()
                except RegistryProcessKilled:
                    self.learn()
        else:
            action()

    def learn(self) -> None:
        """Reads what is true after a crash: nothing says whether the last act was done, and either is right."""
        rows = ArtifactTag.objects.select_related("manifest")
        self.tags = {tag.name: self.manifests[tag.manifest.blob_id] for tag in rows}

    def push(self) -> None:
        layers = self.random.sample(LAYERS, self.random.randint(1, 3))
        for each in (EMPTY, *layers):
            assert self.client.push_blob(each).status_code == 201
        self._push(image(*layers))

    def push_index(self) -> None:
        children = [self.manifests[each] for each in self._standing()]
        if children:
            self._push(index(*self.random.sample(children, min(2, len(children)))))

    def _push(self, manifest: bytes) -> None:
        tags = self.random.sample(TAGS, self.random.randint(1, 2))
        self.manifests[sha(manifest)] = manifest
        assert self.client.push_tags(manifest, *tags).status_code == 201
        self.tags |= dict.fromkeys(tags, manifest)

    def delete_manifest(self) -> None:
        for digest in self._some(self._standing()):
            if self.client.delete(f"manifests/{digest}").status_code == 202:
                self.tags = {name: each for name, each in self.tags.items() if sha(each) != digest}

    def delete_tag(self) -> None:
        for name in self._some(sorted(self.tags)):
            assert self.client.delete(f"manifests/{name}").status_code == 202
            del self.tags[name]

    def delete_blob(self) -> None:
        self.client.delete(f"blobs/{sha(self.random.choice(LAYERS))}")

    def restore(self) -> None:
        for each in self._some(trash_of(self.actor, self.project)):
            try:
                restoration = restore_manifest(self.actor, self.project, each.manifest.blob_id)
            except DomainError:
                continue
            self.tags |= dict.fromkeys(restoration.tags, self.manifests[restoration.manifest.blob_id])

    def collect(self) -> None:
        """Lets time pass, and deletes what is too old."""
        self.now += self.random.choice((timedelta(hours=2), timedelta(days=2), timedelta(days=31)))
        sweep(self.now)
        sweep_blobs(self.now)

    def check(self) -> None:
        """All tags name what they must, and each manifest that is served has all that it names."""
        assert self.client.tags() == sorted(self.tags)
        for name, manifest in self.tags.items():
            assert body(self.client.get(f"manifests/{name}")) == manifest
        for digest in self._standing():
            answer = self.client.get(f"manifests/{digest}")
            assert (answer.status_code, sha(body(answer))) == (200, digest)
            content = json.loads(self.manifests[digest])
            for each in (*content.get("layers", ()), *filter(None, [content.get("config")])):
                assert sha(body(self.client.get(f"blobs/{each['digest']}"))) == each["digest"]
            for each in content.get("manifests", ()):
                assert self.client.get(f"manifests/{each['digest']}").status_code == 200

    def _standing(self) -> list[str]:
        return list(Manifest.objects.filter(trashed=None).order_by("blob_id").values_list("blob_id", flat=True))

    def _some(self, things: list[Any]) -> list[Any]:
        return [self.random.choice(things)] if things else []


def simulate(seed: int, steps: int, project: Project, developer: Any, organisation: Any) -> None:
    take_all(organisation)
    simulation = RegistrySimulation(seed, project, developer)
    simulation.push()
    for _ in range(steps):
        simulation.step()
        simulation.check()


@pytest.mark.slow
@pytest.mark.protects("registry/collection")
def test_what_a_repository_shows_is_whole_after_each_step(project: Any, developer: Any, organisation: Any) -> None:
    simulate(7, 12, project, developer, organisation)


@pytest.mark.proof
@pytest.mark.protects("registry/collection")
@pytest.mark.parametrize("seed", range(12))
def test_any_seed(seed: int, project: Any, developer: Any, organisation: Any) -> None:
    simulate(seed, 50, project, developer, organisation)


def test_two_pushers_of_one_tag_leave_one_of_the_two(project: Any, developer: Any, organisation: Any) -> None:
    take_all(organisation)
    client = RegistryClient(credentials(developer))
    first, second = (client.push_image("", layer) for layer in LAYERS[:2])
    statuses: list[int] = []

    def second_first(*arguments: Any) -> Any:
        """Another process sets the tag, between this one's check of it and its own transaction."""
        stop.stop()
        statuses.append(client.push_manifest(second, "1.0").status_code)
        return real(*arguments)

    real = pushing._push
    stop = patch.object(pushing, "_push", side_effect=second_first)
    stop.start()
    response = client.push_manifest(first, "1.0")
    assert (statuses, response.status_code) == ([201], 403)
    assert body(client.get("manifests/1.0")) == second
