"""The devices of a deployment as its page shows them: the group, how far they are, and the groups to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.deployments.bound_devices import assignments_of
from forge.deployments.fleet.progress import DeviceProgress, progress_of
from forge.deployments.images.access import image_of_release
from forge.deployments.models import Deployment, DeploymentKind
from forge.fleet.devices.models import ClaimedWith
from forge.fleet.groups.access import groups_of
from forge.fleet.groups.counts import count_groups
from forge.fleet.groups.models import Assignment, GroupKind
from forge.fleet.groups.overlaps import decided_elsewhere
from forge.fleet.pages.deployment_address import deployment_address
from forge.fleet.queries.matching import scope_of


@dataclass(frozen=True)
class DeviceCount:
    """Some of the devices, and the list of them."""

    count: int
    words: str
    query: str
    url: str


@dataclass(frozen=True)
class DevicesElsewhere:
    """Devices of the group that run what another deployment serves, since that was bound first."""

    count: int
    title: str
    """The title of the other deployment."""
    deployment_page: str
    url: str
    """The list of these devices."""


@dataclass(frozen=True)
class GroupChoice:
    """A group to which a deployment can be bound."""

    name: str
    title: str
    devices: int

    @property
    def value(self) -> str:
        """The value that the form sends: the group, and the number of devices that its reader saw."""
        return f"{self.name} {self.devices}"


@dataclass(frozen=True)
class DevicesCard:
    """The devices of a deployment of the kind *devices*."""

    url: str
    """The page of the organisation's devices."""
    may_bind: bool
    assignment: Assignment | None
    progress: DeviceProgress
    counts: Sequence[DeviceCount]
    without_image: int
    """Devices with stock clients that are offered nothing, because the release has no image."""
    elsewhere: Sequence[DevicesElsewhere]
    """The devices of its group for which other deployments decide, for members of the organisation."""
    groups: Sequence[GroupChoice]
    """The groups without a deployment, for who may bind it."""

    @property
    def devices_elsewhere(self) -> int:
        """How many devices of its group other deployments decide for."""
        return sum(each.count for each in self.elsewhere)

    @property
    def needs_order(self) -> bool:
        """Whether some of the devices wait for the order of a key at home."""
        is_pending = self.assignment is not None and bool(self.assignment.rune) and not self.assignment.order
        return is_pending and self.progress.believe_home > 0


def devices_card(actor: Actor, deployment: Deployment) -> DevicesCard | None:
    """Returns the devices of a deployment that the caller has found; None of one that is for websites or apps."""
    if deployment.kind != DeploymentKind.DEVICES:
        return None
    organisation = deployment.project.organisation
    assignment = assignments_of([deployment]).get(deployment.pk)
    url = f"/{organisation.name}/devices"
    progress = progress_of([assignment])[assignment.pk] if assignment is not None else DeviceProgress()
    may_bind = can(actor, Verb.DEPLOY, deployment.project) and can(actor, Verb.CHANGE_DEVICES, organisation)
    return DevicesCard(
        url,
        may_bind,
        assignment,
        progress,
        _counts(url, deployment, progress) if assignment is not None else (),
        _without_image(assignment),
        _elsewhere(actor, organisation, assignment) if assignment is not None else (),
        _free_groups(actor, organisation) if may_bind and assignment is None else (),
    )


def _without_image(assignment: Assignment | None) -> int:
    """Devices with stock clients of a group whose release has no image."""
    if assignment is None or not assignment.rune:
        return 0
    count = assignment.devices.in_service().filter(claimed_with=ClaimedWith.STOCK).count()
    return 0 if not count or image_of_release(assignment.deployment, assignment.number) else count


def _elsewhere(actor: Actor, organisation: Organisation, assignment: Assignment) -> list[DevicesElsewhere]:
    """Returns the devices of a group for which other deployments decide. A guest of one
    project learns nothing about others."""
    if not can(actor, Verb.SEE_ORGANISATION, organisation):
        return []
    url = f"/{organisation.name}/devices"
    return [
        DevicesElsewhere(
            each.devices,
            each.assignment.title,
            deployment_address(each.assignment.path),
            f"{url}?{urlencode({'q': each.query})}",
        )
        for each in decided_elsewhere(assignment)
    ]


def _counts(url: str, deployment: Deployment, progress: DeviceProgress) -> list[DeviceCount]:
    """Returns each number with the query that lists its devices; numbers of 0 are left out but the first."""
    own = f"deployment={deployment.project.name}/{deployment.name}"
    rows = (
        (progress.running, "run it", "is:as-wanted"),
        (progress.on_the_way, "on the way", "is:not-as-wanted phase=fetching,checking,trying -is:away"),
        (progress.refused, "have a problem", "is:not-as-wanted -problem=none -is:away"),
        (progress.waiting, "have not asked yet", "is:waiting"),
        (progress.away, "not seen for a day", "is:not-as-wanted is:away"),
    )
    return [
        DeviceCount(count, words, query, f"{url}?{urlencode({'q': f'{own} {query}'})}")
        for number, (count, words, query) in enumerate(rows)
        if count or not number
    ]


def _free_groups(actor: Actor, organisation: Organisation) -> list[GroupChoice]:
    groups = list(groups_of(actor, organisation).filter(kind=GroupKind.GROUP, assignment=None))
    counts = count_groups(groups, scope_of(organisation.pk))
    return [GroupChoice(each.name, each.title, counts[each.pk]) for each in groups]
