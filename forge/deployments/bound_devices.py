"""The group of devices that a deployment is for, among what can change between reading and acting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from forge.core.errors import Conflict, Stale
from forge.core.preconditions import Facet
from forge.deployments.models import Deployment, DeploymentKind
from forge.fleet.groups.assignments import assignment_of
from forge.fleet.groups.models import Assignment
from forge.fleet.groups.rollouts import require_no_rollout
from hmrd.protocol.orders import RunOrder
from rune.wording import counted


class BoundToGroup(Conflict):
    """A version of devices changes by a person's press alone."""

    title = "The deployment is for a group of devices"


class NotBound(Conflict):
    """The deployment is for no group of devices."""

    title = "The deployment is for no group"


def group_facet(assignment: Assignment | None) -> Facet:
    """Returns the group whose devices it is for, and whether a key at home has signed its release."""
    if assignment is None:
        return Facet("group", None, "The deployment is for no group of devices now.")
    value = [assignment.group.name, assignment.number, bool(assignment.order)]
    return Facet("group", value, f"The deployment is for {assignment.group.title} now.")


def assignments_of(deployments: Iterable[Deployment]) -> Mapping[UUID, Assignment]:
    """Returns what the devices of some deployments shall run, by the deployment; those left out are for no group. The
    caller has found the deployments."""
    ids = [each.pk for each in deployments if each.kind == DeploymentKind.DEVICES]
    rows = Assignment.objects.filter(deployment__in=ids).select_related("group") if ids else ()
    return {row.deployment: row for row in rows}


def require_unbound(deployment: Deployment, what: str) -> None:
    """Raises `BoundToGroup` where a deployment is for a group: it then changes by "Set version" alone."""
    assignment = assignment_of(deployment.pk)
    if assignment is not None:
        raise BoundToGroup(f"{deployment.title} is for the devices of {assignment.group.title}. {what}")


def require_seen_devices(deployment: Deployment, expected: int | None) -> None:
    """Raises `Stale` where a version of devices changes and the caller expects another number of them, and
    `RolloutUnderWay` while a rollout changes it."""
    assignment = assignment_of(deployment.pk)
    if assignment is None:
        return
    require_no_rollout(assignment)
    require_count(assignment.devices.in_service().count(), expected, assignment.group.title)


def require_count(count: int, expected: int | None, what: str) -> None:
    """Raises `Stale` unless the caller expects this number of devices, which `what` has."""
    if expected != count:
        raise Stale(f"{what} has {counted(count, 'device')} now. Confirm that number.")


def order_of(assignment: Assignment) -> RunOrder | None:
    """Returns the order that a key at home has to sign for what devices shall run; None while nothing is wanted."""
    if not assignment.rune:
        return None
    return RunOrder(assignment.path, assignment.number, assignment.version, assignment.rune, assignment.size)
