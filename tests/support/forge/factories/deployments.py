"""Deployments that serve something, for tests."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from forge.builds.models import Build
from forge.deployments.actions import create_deployment
from forge.deployments.models import Deployment, Release
from forge.projects.actions import write_file
from forge.projects.models import Project
from forge.registry.models import Tag
from forge.registry.tags.publishing.actions import publish_build
from tests.support.forge.factories.builds import RUNE, approved, built


def published(user: Any, project: Project, tag: str, rune: bytes = RUNE) -> Tag:
    """A tag of a build with these bytes, approved where somebody can approve it."""
    return publish_build(user, approved(built_with(user, project, rune)), tag)


def built_with(user: Any, project: Project, rune: bytes) -> Build:
    """A build with these bytes, of files that no build with other bytes has."""
    write_file(user, project, "bytes.md", sha256(rune).hexdigest().encode())
    return built(user, project, rune)


def deployed(
    user: Any,
    project: Project,
    tag: str = "stable",
    *,
    title: str = "Website",
    follow: bool = False,
    kind: str = "web",
    promoted_from: str = "",
) -> Deployment:
    """A deployment of a tag, which is published first where it is not there."""
    if not Tag.objects.filter(repository__project=project, name=tag).exists():
        published(user, project, tag)
    values: dict[str, Any] = {"origins": ["https://acme.example"], "promoted_from": promoted_from}
    return create_deployment(user, project, title, kind, tag, follow, **values)


def now(deployment: Deployment) -> Release:
    """The release that a deployment serves."""
    return deployment.releases.get(ended=None)


def versions(deployment: Deployment) -> list[str]:
    """The versions of its releases, the oldest first."""
    return list(deployment.releases.order_by("number").values_list("version", flat=True))
