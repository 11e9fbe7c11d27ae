"""Promoting: a deployment serves from now on what the one before it serves, such as production after staging."""

from __future__ import annotations

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.api.acts import act
from forge.core.api.states import IF_MATCH
from forge.core.errors import Conflict, Invalid
from forge.core.preconditions import Precondition, require_precondition
from forge.deployments.errors import NotPromoted
from forge.deployments.etag_facets import serving_facet, source_facet
from forge.deployments.models import Deployment, Release
from forge.deployments.place import DEPLOYMENT
from forge.deployments.releases.actions.records import ReleaseRecord
from forge.deployments.releases.changes import begin_release, lock_deployment, release_now, require_accepted
from forge.deployments.serializers import CHANGED_DEPLOYMENT


@act(
    "POST",
    DEPLOYMENT,
    "promotion",
    "deployments_promote",
    verb=Verb.DEPLOY,
    state=IF_MATCH,
    answer=CHANGED_DEPLOYMENT,
    raises=Conflict,
)
@transaction.atomic
def promote(actor: Actor, deployment: Deployment, *, precondition: Precondition = None) -> Release:
    """Serves what the deployment serves that this one is promoted from, and follows no tag any more."""
    deployment = lock_deployment(deployment)
    source = deployment.promoted_from
    if source is None:
        raise NotPromoted(f"{deployment.title} is promoted from no deployment. Choose one in its settings.")
    before, offered_release = release_now(deployment), release_now(source)
    require_precondition((serving_facet(deployment, before), source_facet(source, offered_release)), precondition)
    if offered_release.digest == before.digest:
        raise Invalid(f"{deployment.title} serves {before.version} already, as {source.title} does.")
    require_accepted(offered_release.build, offered_release.version, offered_release.digest)
    deployment.follows = ""
    release = begin_release(
        deployment,
        offered_release.build,
        offered_release.version,
        offered_release.digest,
        chosen_by=actor.person,
        promoted_from=source.title,
    )
    ReleaseRecord(deployment, release, before.version).record(actor, "deployment.promote")
    return release
