"""The people whom telemetry of a deployment concerns."""

from __future__ import annotations

from uuid import UUID

from forge.deployments.models import Deployment, Release


def people_of_deployment(project: UUID, deployment: str) -> frozenset[UUID]:
    """Returns who created the deployment, or chose what it served."""
    rows = Deployment.objects.filter(project=project, name=deployment)
    releases = Release.objects.filter(deployment__in=rows)
    people = {*rows.values_list("created_by", flat=True), *releases.values_list("chosen_by", flat=True)}
    return frozenset(each for each in people if each is not None)
