"""Choosing what a deployment serves, and going back to what it served before."""

from __future__ import annotations

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.errors import Invalid, NotFound
from forge.core.preconditions import Precondition, require_precondition
from forge.deployments.facets import serving_facet
from forge.deployments.models import Deployment, Release
from forge.deployments.releases.actions.records import ReleaseRecord
from forge.deployments.releases.changes import begin_release, lock_deployment, release_now, require_accepted
from forge.deployments.releases.choices import TagChoice, chosen_tag
from forge.projects.access import require


@transaction.atomic
def serve_tag(actor: Actor, deployment: Deployment, choice: TagChoice, *, precondition: Precondition = None) -> Release:
    """Serves the build of a tag from now on. The same build again makes no release.

    Raises `Forbidden`, `Stale`, `NoSuchTag`, `TagWithdrawn`, `Invalid` and `VersionNotAccepted`.
    """
    project = deployment.project
    require(actor, Verb.DEPLOY, project)
    deployment = lock_deployment(deployment)
    before = release_now(deployment)
    require_precondition((serving_facet(deployment, before),), precondition)
    if choice.follow and deployment.promoted_from is not None:
        message = (
            f"{deployment.title} is promoted from {deployment.promoted_from.title}, so it cannot follow a tag too."
        )
        raise Invalid(message, errors={"follow": [message]})
    tag, version = chosen_tag(actor, project, choice)
    require_accepted(tag.build, version, tag.manifest.blob_id)
    follows = tag.name if choice.follow else ""
    if (before.digest, before.version, deployment.follows) == (tag.manifest.blob_id, version, follows):
        return before
    deployment.follows = follows
    release = begin_release(deployment, tag.build, version, tag.manifest.blob_id, chosen_by=actor.person)
    ReleaseRecord(deployment, release, before.version).record(actor, "deployment.serve")
    return release


@transaction.atomic
def go_back(actor: Actor, deployment: Deployment, number: int, *, precondition: Precondition = None) -> Release:
    """Serves the build of an earlier release again, and follows no tag any more.

    Raises `Forbidden`, `Stale`, `NotFound`, `Invalid` and `VersionNotAccepted`.
    """
    require(actor, Verb.DEPLOY, deployment.project)
    deployment = lock_deployment(deployment)
    before = release_now(deployment)
    require_precondition((serving_facet(deployment, before),), precondition)
    earlier = deployment.releases.select_related("build__artefact", "build__project").filter(number=number).first()
    if earlier is None:
        raise NotFound(f"{deployment.title} has no release {number}.")
    if earlier.digest == before.digest:
        raise Invalid(f"{deployment.title} serves {before.version} already.")
    require_accepted(earlier.build, earlier.version, earlier.digest)
    deployment.follows = ""
    release = begin_release(deployment, earlier.build, earlier.version, earlier.digest, chosen_by=actor.person)
    ReleaseRecord(deployment, release, before.version).record(actor, "deployment.return")
    return release
