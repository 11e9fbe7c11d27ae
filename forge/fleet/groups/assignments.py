"""The releases that the devices of groups shall run: the floor of deployments binds a deployment to a group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from forge.core.errors import Conflict
from forge.fleet.groups.membership import assign_devices
from forge.fleet.groups.models import Assignment, DeviceGroup, GroupKind
from forge.fleet.groups.rollouts import open_to_all
from forge.fleet.self_tests.requests import prepare_outputs
from hmrd.protocol.wanted import MOST_ORDERS, Telemetry

MOST_KEY_ORDERS: Final = MOST_ORDERS - 2
"""Beside the order for the release, and one about a request."""


class GroupInUse(Conflict):
    """Another deployment is for the group."""

    title = "The group has a deployment"


class NotAGroup(Conflict):
    """A saved search asks for what devices report, so no deployment can be for it."""

    title = "A deployment is for a group"


@dataclass(frozen=True)
class AssignedRelease:
    """The release of a deployment that devices may run: signed, and not withdrawn."""

    deployment: UUID
    title: str
    """How pages call the deployment: `door-knock / Gateways`."""
    path: str
    """`acme/door-knock/gateways`."""
    number: int
    version: str
    rune: str
    """The digest of the rune, or "" while devices shall keep what they run."""
    size: int
    telemetry: Telemetry = Telemetry.OFF
    """The counts that the devices send."""


def assignment_of(deployment: UUID) -> Assignment | None:
    """Returns what the devices of a deployment's group shall run; None if it is bound to none. The caller has found the
    deployment."""
    return Assignment.objects.select_related("group", "organisation").filter(deployment=deployment).first()


def bind_group(group: DeviceGroup, release: AssignedRelease) -> Assignment:
    """Has the devices of a group run what a deployment serves. The caller has locked the organisation. Raises
    `GroupInUse` and `NotAGroup`."""
    if group.kind != GroupKind.GROUP:
        raise NotAGroup(
            f"{group.title} is a saved search. Save its query as a group, if it asks for labels and boards."
        )
    other = Assignment.objects.filter(group=group).first()
    if other is not None:
        raise GroupInUse(f"{other.title} is for {group.title}. A group has one deployment.")
    now = timezone.now()
    assignment = Assignment.objects.create(
        organisation=group.organisation, group=group, bound=now, changed=now, **vars(release)
    )
    assign_devices(group.organisation)
    _prepare(assignment)
    return assignment


def unbind_group(deployment: UUID) -> None:
    """Leaves the devices of a deployment's group without one: they keep what they run."""
    assignment = assignment_of(deployment)
    if assignment is None:
        return
    organisation = assignment.organisation
    assignment.delete()
    assign_devices(organisation)


def assign_release(release: AssignedRelease) -> bool:
    """Writes the release that a deployment's devices shall run, and returns whether that changed. An order of a key at
    home was for the former one."""
    rows = Assignment.objects.filter(deployment=release.deployment)
    current = rows.first()
    fields = vars(release)
    if current is None or all(getattr(current, name) == value for name, value in fields.items()):
        return False
    is_same = (current.number, current.rune, current.path) == (release.number, release.rune, release.path)
    order = current.order if is_same else ""
    rows.update(**fields, order=order, revision=F("revision") + 1, changed=timezone.now())
    current.refresh_from_db()
    if current.rollout is not None and current.number > current.rollout_number:
        # A later release than that of the rollout, such as one that goes back, is for all devices.
        open_to_all(current)
    _prepare(current)
    return True


def _prepare(assignment: Assignment) -> None:
    """Has the outputs computed with which devices compare theirs before they switch."""
    if assignment.rune:
        prepare_outputs(assignment.organisation_id, assignment.rune)


def store_order(assignment: Assignment, order: str) -> None:
    """Stores the order of a key at home for the release that devices shall run."""
    _store(assignment, order=order)


def store_key_order(assignment: Assignment, order: str) -> None:
    """Stores an order of a key at home that changes whom the devices believe. The newest ones go to the devices."""
    _store(assignment, key_orders=[*assignment.key_orders, order][-MOST_KEY_ORDERS:])


def _store(assignment: Assignment, **fields: Any) -> None:
    rows = Assignment.objects.filter(pk=assignment.pk)
    rows.update(**fields, revision=F("revision") + 1, changed=timezone.now())
