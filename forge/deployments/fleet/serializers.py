"""The devices of a deployment as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.deployments.bound_devices import order_of
from forge.deployments.fleet.progress import DeviceProgress
from forge.fleet.groups.models import Assignment
from hmrd.protocol.orders import RunOrder


class RunOrderJson(TypedDict):
    """The payload of an order for a release."""

    kind: str
    deployment: str
    number: int
    version: str
    rune: Annotated[str, "the digest of its bytes"]
    size: int


class HomeOrderJson(TypedDict):
    """The order that a key at home has to sign, for devices that believe one."""

    needed_by: Annotated[int, "devices that run nothing without it"]
    is_stored: bool
    payload: Annotated[RunOrderJson | None, "what `hmrd sign` signs; null while nothing is wanted"]


class DeploymentDevicesJson(TypedDict):
    """The devices that a deployment is for, each counted in one of `running` to `waiting`."""

    group: Annotated[str, "the name of the group, the last word of its address"]
    title: str
    devices: Annotated[int, "devices in service; changing the version takes this number as `devices`"]
    wanted: Annotated[str, "the version that they shall run; empty while it is not signed, or was withdrawn"]
    running: Annotated[int, "run it, with confirmed health"]
    on_the_way: Annotated[int, "fetch, check or try it"]
    refused: Annotated[int, "say why they do not run it"]
    away: Annotated[int, "not seen for a day"]
    waiting: Annotated[int, "have not asked since it is wanted"]
    problems: Annotated[dict[str, int], "devices by the name of their problem"]
    order: HomeOrderJson


def devices_to_json(assignment: Assignment, progress: DeviceProgress) -> DeploymentDevicesJson:
    """Returns the wanted version of a group's devices, and their progress."""
    order = order_of(assignment)
    return {
        "group": assignment.group.name,
        "title": assignment.group.title,
        "devices": progress.devices,
        "wanted": assignment.version if assignment.rune else "",
        "running": progress.running,
        "on_the_way": progress.on_the_way,
        "refused": progress.refused,
        "away": progress.away,
        "waiting": progress.waiting,
        "problems": dict(progress.problems),
        "order": {
            "needed_by": progress.believe_home,
            "is_stored": bool(assignment.order),
            "payload": None if order is None else _order_to_json(order),
        },
    }


def _order_to_json(order: RunOrder) -> RunOrderJson:
    return {
        "kind": "run",
        "deployment": order.deployment,
        "number": order.number,
        "version": order.version,
        "rune": order.rune,
        "size": order.size,
    }
