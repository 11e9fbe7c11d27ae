"""Moving a deployment along with the tag that it follows, or saying why it stays."""

from __future__ import annotations

from django.db import transaction

from forge.accounts.access import require_operator
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.events.log import append_event
from forge.deployments.access import version_of
from forge.deployments.announcements import DEPLOYMENT_BLOCKED, DEPLOYMENT_CHANGED
from forge.deployments.models import Deployment, Release
from forge.deployments.releases.actions.records import ReleaseRecord
from forge.deployments.releases.changes import begin_release, lock_deployment, release_now
from forge.deployments.releases.gate import missing_for
from forge.registry.models import Tag


@transaction.atomic
def follow_tag(actor: Actor, deployment: Deployment) -> None:
    """Serves what the followed tag names. Where the gate refuses that, the deployment stays and stores the reasons.

    Raises `Forbidden` for anyone but the server itself, and `DeploymentNotFound`.
    """
    require_operator(actor)
    deployment = lock_deployment(deployment)
    if not deployment.follows:
        return
    before = release_now(deployment)
    tags = Tag.objects.filter(repository__project=deployment.project_id, name=deployment.follows)
    tag = tags.select_related("manifest", "build__artefact", "build__project", "repository").first()
    if tag is None:
        # A tag of builds is never deleted; one that somebody pushed in its place names no build.
        return
    digest = tag.manifest.blob_id
    if digest == before.digest:
        _end_block(actor, deployment)
        return
    if missing := missing_for(tag.build, digest):
        _block(actor, deployment, before, tag, missing)
        return
    release = begin_release(deployment, tag.build, version_of(tag), digest, tag=tag.name)
    ReleaseRecord(deployment, release, before.version).record(actor, "deployment.follow")


def _block(actor: Actor, deployment: Deployment, release: Release, tag: Tag, missing: tuple[str, ...]) -> None:
    """Stores why a deployment does not move, and tells of it once for each build and each set of reasons."""
    digest = tag.manifest.blob_id
    if (deployment.blocked_digest, deployment.block_reasons) == (digest, list(missing)):
        return
    deployment.blocked_digest, deployment.block_reasons = digest, list(missing)
    deployment.save(update_fields=["blocked_digest", "block_reasons"])
    project, reason = deployment.project, " ".join(missing)
    what = {"deployment": deployment.title, "version": release.version, "reason": reason, "digest": digest}
    write_entry(actor, "deployment.block", project.stream, project.place, **what)
    event = DEPLOYMENT_BLOCKED(
        deployment=deployment.name, title=deployment.title, tag=tag.name, version=release.version, reason=reason
    )
    append_event(project.stream, event, actor)


def _end_block(actor: Actor, deployment: Deployment) -> None:
    """Forgets the reasons of a block whose tag came back to what the deployment serves."""
    if not deployment.blocked_digest:
        return
    deployment.blocked_digest, deployment.block_reasons = "", []
    deployment.save(update_fields=["blocked_digest", "block_reasons"])
    project = deployment.project
    write_entry(actor, "deployment.unblock", project.stream, project.place, deployment=deployment.title)
    append_event(project.stream, DEPLOYMENT_CHANGED(deployment=deployment.name), actor)
