"""Choosing what a deployment serves, and going back to what it served before."""

from __future__ import annotations

from typing import Annotated

from django.db import transaction
from rest_framework.fields import IntegerField

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.api.acts import act
from forge.core.api.states import IF_MATCH
from forge.core.errors import Conflict, Gone, Invalid, NotFound, Stale
from forge.core.preconditions import Precondition, require_precondition
from forge.deployments.bound_devices import require_seen_devices, require_unbound
from forge.deployments.etag_facets import serving_facet
from forge.deployments.models import Deployment, Release
from forge.deployments.place import DEPLOYMENT
from forge.deployments.releases.actions.records import ReleaseRecord
from forge.deployments.releases.changes import begin_release, lock_deployment, release_now, require_accepted
from forge.deployments.releases.choices import Follow, SeenDigest, TagName, chosen_tag
from forge.deployments.serializers import CHANGED_DEPLOYMENT


@act(
    "PUT",
    DEPLOYMENT,
    "version",
    "deployments_serve",
    verb=Verb.DEPLOY,
    state=IF_MATCH,
    answer=CHANGED_DEPLOYMENT,
    raises=(Conflict, Gone, Stale),
)
@transaction.atomic
def serve_tag(
    actor: Actor,
    deployment: Deployment,
    tag: TagName,
    follow: Follow = False,
    digest: SeenDigest = "",
    devices: Annotated[int | None, IntegerField(min_value=0, max_value=2**31 - 1)] = None,
    *,
    precondition: Precondition = None,
) -> Release:
    """Serves the build of a tag from now on; with `follow` it moves along with the tag, as far as the gate allows. With
    `digest` the tag must name that manifest. The same build again makes no release. Of a
    deployment that is for a group, `devices` is the number of devices that the caller saw."""
    deployment = lock_deployment(deployment)
    before = release_now(deployment)
    require_precondition((serving_facet(deployment, before),), precondition)
    if follow:
        require_unbound(deployment, "It follows no tag: choose each version.")
    require_seen_devices(deployment, devices)
    if follow and deployment.promoted_from is not None:
        message = (
            f"{deployment.title} is promoted from {deployment.promoted_from.title}, so it cannot follow a tag too."
        )
        raise Invalid(message, errors={"follow": [message]})
    row, version = chosen_tag(actor, deployment.project, tag, follow=follow, digest=digest)
    require_accepted(row.build, version, row.manifest.blob_id)
    follows = row.name if follow else ""
    if (before.digest, before.version, deployment.follows) == (row.manifest.blob_id, version, follows):
        return before
    deployment.follows = follows
    release = begin_release(deployment, row.build, version, row.manifest.blob_id, chosen_by=actor.person)
    ReleaseRecord(deployment, release, before.version).record(actor, "deployment.serve")
    return release


@act(
    "POST",
    DEPLOYMENT,
    "return",
    "deployments_go_back",
    verb=Verb.DEPLOY,
    state=IF_MATCH,
    answer=CHANGED_DEPLOYMENT,
    raises=(Conflict, Stale),
)
@transaction.atomic
def go_back(
    actor: Actor,
    deployment: Deployment,
    release: Annotated[int, IntegerField(min_value=1, max_value=2**31 - 1)],
    devices: Annotated[int | None, IntegerField(min_value=0, max_value=2**31 - 1)] = None,
    *,
    precondition: Precondition = None,
) -> Release:
    """Serves the build of an earlier release again, and follows no tag any more. Of a deployment that is for a group,
    `devices` is the number of devices that the caller saw."""
    deployment = lock_deployment(deployment)
    before = release_now(deployment)
    require_precondition((serving_facet(deployment, before),), precondition)
    require_seen_devices(deployment, devices)
    earlier = deployment.releases.select_related("build__artefact", "build__project").filter(number=release).first()
    if earlier is None:
        raise NotFound(f"{deployment.title} has no release {release}.")
    if earlier.digest == before.digest:
        raise Invalid(f"{deployment.title} serves {before.version} already.")
    require_accepted(earlier.build, earlier.version, earlier.digest)
    deployment.follows = ""
    new = begin_release(deployment, earlier.build, earlier.version, earlier.digest, chosen_by=actor.person)
    ReleaseRecord(deployment, new, before.version).record(actor, "deployment.return")
    return new
