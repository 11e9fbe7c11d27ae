"""The facets of a deployment that can change between reading it and changing it."""

from __future__ import annotations

from forge.core.preconditions import Facet
from forge.deployments.bound_devices import assignments_of, group_facet
from forge.deployments.models import Deployment, DeploymentKey, DeploymentKind, Release
from forge.fleet.groups.models import Assignment


def serving_facet(deployment: Deployment, release: Release) -> Facet:
    """Returns which release it serves, and which tag it follows."""
    sentence = f"{deployment.title} serves {release.version} now."
    return Facet("serves", [release.number, deployment.follows], sentence)


def settings_facet(deployment: Deployment) -> Facet:
    """Returns its title, the origins whose pages may use it, and the deployment that it is promoted from."""
    source = deployment.promoted_from
    values = [deployment.title, deployment.origins, source.name if source else ""]
    return Facet("settings", values, "The settings of the deployment changed.")


def source_facet(source: Deployment, release: Release) -> Facet:
    """Returns which release the deployment serves that another one is promoted from."""
    return Facet("source", [source.name, release.number], f"{source.title} serves {release.version} now.")


def key_facet(key: DeploymentKey) -> Facet:
    """Returns whether a key ends, and when."""
    ends = [None if each is None else each.isoformat() for each in (key.expires, key.revoked)]
    return Facet(f"key{key.pk.hex[:8]}", ends, f"The end of the key {key.name} changed.")


def deployment_facets(deployment: Deployment) -> tuple[Facet, ...]:
    """Returns all facets of a deployment. The caller has found it with its releases and keys."""
    return facets_with_group(deployment, assignments_of([deployment]).get(deployment.pk))


def facets_with_group(deployment: Deployment, assignment: Assignment | None) -> tuple[Facet, ...]:
    """Returns all facets of a deployment whose devices shall run what `assignment` says."""
    source = deployment.promoted_from
    return (
        serving_facet(deployment, _release_now(deployment)),
        settings_facet(deployment),
        *((group_facet(assignment),) if deployment.kind == DeploymentKind.DEVICES else ()),
        *((source_facet(source, _release_now(source)),) if source else ()),
        *(key_facet(each) for each in deployment.keys.all()),
    )


def _release_now(deployment: Deployment) -> Release:
    return next(each for each in deployment.releases.all() if each.ended is None)
