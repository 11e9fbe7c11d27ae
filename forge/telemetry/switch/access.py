"""Reading whether deployments count. The callers have found the deployments."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from forge.deployments.models import Deployment
from forge.telemetry.switch.models import DeploymentTelemetry


def switch_of(deployment: Deployment) -> DeploymentTelemetry | None:
    """Returns the last decision about a deployment; None of one that never counted."""
    return DeploymentTelemetry.objects.select_related("changed_by").filter(deployment=deployment).first()


def states_of(deployments: Collection[UUID]) -> Mapping[UUID, bool]:
    """Returns whether deployments count, by their ids; without those that never did."""
    rows = DeploymentTelemetry.objects.filter(deployment__in=deployments)
    return dict(rows.values_list("deployment", "is_on"))
