"""The rows that acts on a deployment change: locking it, and beginning a release."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from forge.builds.models import Build
from forge.core.blobs.links import link_blobs
from forge.deployments.errors import DeploymentNotFound, VersionNotAccepted
from forge.deployments.models import Deployment, Release
from forge.deployments.releases.gate import NO_RUNE, missing_for
from forge.projects.models import Project


def lock_project(project: Project) -> None:
    """Locks the project's row, which publishing and verdicts lock too: nothing changes between the gate and its act."""
    list(Project.objects.select_for_update(of=("self",), no_key=True).filter(pk=project.pk).values_list("pk"))


def lock_deployment(deployment: Deployment) -> Deployment:
    """Locks a deployment, after its project, and reads it again. Raises `DeploymentNotFound` where it was deleted."""
    lock_project(deployment.project)
    rows = Deployment.objects.select_for_update(of=("self",), no_key=True)
    row = rows.select_related("project__organisation", "promoted_from").filter(pk=deployment.pk).first()
    if row is None:
        raise DeploymentNotFound(f"{deployment.title} was deleted.")
    return row


def release_now(deployment: Deployment) -> Release:
    """The release that a deployment serves. The caller has locked the deployment."""
    return deployment.releases.select_related("build__artefact").get(ended=None)


def require_accepted(build: Build, version: str, manifest: str) -> None:
    """Raises `VersionNotAccepted` where the gate refuses a build."""
    if missing := missing_for(build, manifest):
        raise VersionNotAccepted(version, missing)


FOLLOWING = ("follows", "blocked_digest", "block_reasons")
"""The fields of a deployment that say which tag it follows, and why it stays behind that tag."""


def begin_release(deployment: Deployment, build: Build, version: str, digest: str, **values: Any) -> Release:
    """Makes a build, which the gate has accepted, the one that the locked deployment serves. Raises
    `VersionNotAccepted` for a build without a rune."""
    if build.artefact is None:
        raise VersionNotAccepted(version, [NO_RUNE])
    now = timezone.now()
    deployment.releases.filter(ended=None).update(ended=now)
    deployment.last_release += 1
    release = Release.objects.create(
        deployment=deployment,
        number=deployment.last_release,
        build=build,
        version=version,
        digest=digest,
        rune=build.artefact.digest,
        size=build.artefact.size,
        started=now,
        **values,
    )
    link_blobs(release, [release.rune], deployment.project.organisation_id)
    deployment.blocked_digest, deployment.block_reasons = "", []
    deployment.save(update_fields=[*FOLLOWING, "last_release"])
    return release


def stop_following(deployment: Deployment) -> None:
    """Sets the fields of a deployment that follows no tag. Save `FOLLOWING` then."""
    deployment.follows, deployment.blocked_digest, deployment.block_reasons = "", "", []
