"""Binding a deployment to a group of devices, and the order of a key at home for what they run."""

from __future__ import annotations

from typing import Annotated

from django.db import transaction
from rest_framework.fields import CharField, IntegerField

from forge.accounts.access import require_in
from forge.accounts.permissions import Verb
from forge.accounts.quotas.limits import locked
from forge.core.actors import Actor
from forge.core.api.acts import DONE, act
from forge.core.api.states import IF_MATCH
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict, Invalid, Stale
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition
from forge.deployments.announcements import DEPLOYMENT_CHANGED
from forge.deployments.bound_devices import NotBound, group_facet, order_of, require_count, require_unbound
from forge.deployments.fleet.assigned import assigned_release
from forge.deployments.models import Deployment, DeploymentKind
from forge.deployments.place import DEPLOYMENT
from forge.deployments.releases.changes import FOLLOWING, lock_deployment, stop_following
from forge.fleet.devices.trust import home_keys
from forge.fleet.groups.access import find_group
from forge.fleet.groups.assignments import assignment_of, bind_group, store_key_order, store_order, unbind_group
from forge.fleet.groups.counts import count_groups
from forge.fleet.groups.models import Assignment
from forge.fleet.groups.rollouts import require_no_rollout
from forge.fleet.queries.matching import scope_of
from hmrd.protocol.names import LONGEST_NAME
from hmrd.protocol.orders import KeysOrder, MoveOrder, OrderRefused, RunOrder, read_order
from hmrd.protocol.wanted import LONGEST_ORDER

DeviceCount = Annotated[int, IntegerField(min_value=0, max_value=2**31 - 1)]


@act(
    "PUT",
    DEPLOYMENT,
    "group",
    "deployments_bind_group",
    verb=Verb.DEPLOY,
    state=IF_MATCH,
    answer=DONE,
    raises=(Conflict, Stale),
)
@transaction.atomic
def bind_to_group(
    actor: Actor,
    deployment: Deployment,
    group: Annotated[str, CharField(max_length=LONGEST_NAME)],
    devices: DeviceCount,
    *,
    precondition: Precondition = None,
) -> None:
    """Has the devices of a group run what the deployment serves. `devices` is the number of devices in the group that
    the caller saw. From then on the deployment follows no tag and is promoted from nothing: it changes by "Set version"
    alone."""
    deployment = lock_deployment(deployment)
    organisation = deployment.project.organisation
    require_in(actor, Verb.CHANGE_DEVICES, organisation)
    require_precondition((group_facet(assignment_of(deployment.pk)),), precondition)
    require_unbound(deployment, "End that first.")
    if deployment.kind != DeploymentKind.DEVICES:
        message = f"{deployment.title} is for a {deployment.get_kind_display().lower()}. Create one for devices."
        raise Invalid(message, errors={"group": [message]})
    locked(organisation)
    row = find_group(actor, organisation, group)
    require_count(count_groups([row], scope_of(organisation.pk))[row.pk], devices, row.title)
    bind_group(row, assigned_release(deployment))
    stop_following(deployment)
    deployment.promoted_from = None
    deployment.save(update_fields=[*FOLLOWING, "promoted_from"])
    _record(actor, deployment, "deployment.bind", group=row.title, devices=devices)


@act(
    "DELETE",
    DEPLOYMENT,
    "group",
    "deployments_unbind_group",
    verb=Verb.DEPLOY,
    state=IF_MATCH,
    answer=DONE,
    raises=Conflict,
)
@transaction.atomic
def unbind_from_group(actor: Actor, deployment: Deployment, *, precondition: Precondition = None) -> None:
    """Ends that a deployment is for a group. Its devices keep what they run."""
    deployment = lock_deployment(deployment)
    organisation = deployment.project.organisation
    require_in(actor, Verb.CHANGE_DEVICES, organisation)
    assignment = _bound(deployment, precondition)
    require_no_rollout(assignment)
    locked(organisation)
    unbind_group(deployment.pk)
    _record(actor, deployment, "deployment.unbind", group=assignment.group.title)


@act(
    "PUT",
    DEPLOYMENT,
    "order",
    "deployments_store_order",
    verb=Verb.DEPLOY,
    state=IF_MATCH,
    answer=DONE,
    raises=Conflict,
)
@transaction.atomic
def store_home_order(
    actor: Actor,
    deployment: Deployment,
    envelope: Annotated[str, CharField(max_length=LONGEST_ORDER)],
    *,
    precondition: Precondition = None,
) -> None:
    """Stores an order of a key at home, which `hmrd sign` makes: for the release that the devices shall run, for their
    move to another deployment, or for the keys that they believe from then on."""
    deployment = lock_deployment(deployment)
    assignment = _bound(deployment, precondition)
    keys = [key.public_key for key in home_keys(deployment.project.organisation_id)]
    try:
        order = read_order(envelope, keys)
    except OrderRefused as error:
        raise Invalid(str(error), errors={"envelope": [str(error)]}) from error
    match order:
        case RunOrder() if order == order_of(assignment):
            store_order(assignment, envelope)
        case KeysOrder(organisation=name) if name == deployment.project.organisation.name:
            store_key_order(assignment, envelope)
        case MoveOrder(deployment=path) if path == assignment.path:
            store_key_order(assignment, envelope)
        case _:
            message = f"The order is not for release {assignment.number} ({assignment.version}) of {assignment.path}."
            raise Invalid(message, errors={"envelope": [message]})
    _record(actor, deployment, "deployment.order", version=assignment.version)


def _bound(deployment: Deployment, precondition: Precondition) -> Assignment:
    """Returns the assignment of a deployment's group. Raises `NotBound`."""
    assignment = assignment_of(deployment.pk)
    require_precondition((group_facet(assignment),), precondition)
    if assignment is None:
        raise NotBound(f"{deployment.title} is for no group of devices.")
    return assignment


def _record(actor: Actor, deployment: Deployment, action: str, **what: object) -> None:
    """Writes the entry and the event of a change of who gets what a deployment serves."""
    project = deployment.project
    write_entry(actor, action, project.stream, project.place, deployment=deployment.title, **what)
    append_event(project.stream, DEPLOYMENT_CHANGED(deployment=deployment.name), actor)
