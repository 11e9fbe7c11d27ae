"""Reading rollouts for people: unknown and forbidden look the same."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from forge.accounts.models import User
from forge.builds.models import Build
from forge.core.errors import NotFound
from forge.deployments.models import Deployment
from forge.fleet.models import Device
from forge.registry.hooks import approvals
from forge.rollouts.machine import ENDED, RolloutState
from forge.rollouts.models import GuardReading, Rollout, RolloutDecision, RolloutDevice
from forge.rollouts.readings import result_from_json
from hmrd.protocol.reports import EventKind
from rune.assessment.guards.verdicts import GuardResult, GuardVerdict


@dataclass(frozen=True)
class Approver:
    """A person who approves the bytes of a build; `round` is that of the review, 0 outside of one."""

    person: User
    round: int
    time: datetime


class RolloutNotFound(NotFound):
    """A deployment has no such rollout."""


def rollouts_of(deployment: Deployment) -> QuerySet[Rollout]:
    """Returns the rollouts of a deployment that the caller has found, the newest first."""
    rows = Rollout.objects.filter(deployment=deployment)
    return rows.select_related("deployment__project__organisation", "release__build", "former", "started_by")


def find_rollout(deployment: Deployment, number: int) -> Rollout:
    """Returns a rollout of a deployment that the caller has found. Raises `RolloutNotFound`."""
    rollout = rollouts_of(deployment).filter(number=number).first()
    if rollout is None:
        raise RolloutNotFound(f"{deployment.title} has no rollout {number}.")
    return rollout


def present_rollout(deployment: Deployment) -> Rollout | None:
    """Returns the newest rollout of a deployment that the caller has found; None before the first."""
    return rollouts_of(deployment).first()


def results_of(reading: GuardReading | None) -> tuple[GuardResult, ...]:
    """Returns the results of a look; none of none."""
    return () if reading is None else tuple(map(result_from_json, reading.results))


def readings_of(rollout: Rollout) -> Mapping[int, Sequence[GuardReading]]:
    """Returns the looks at the guards of each stage, by the id of the stage, the oldest first."""
    readings: dict[int, list[GuardReading]] = {}
    for reading in GuardReading.objects.filter(stage__rollout=rollout).order_by("hour"):
        readings.setdefault(reading.stage_id, []).append(reading)
    return readings


def states_under_way(deployment: Deployment) -> Sequence[RolloutState]:
    """Returns the states of the rollouts of a deployment that have not ended: one at most."""
    rows = Rollout.objects.filter(deployment=deployment).exclude(state__in=ENDED)
    return [RolloutState(state) for state in rows.values_list("state", flat=True)]


def rollout_of_device(device: Device) -> tuple[Rollout, RolloutDevice | None] | None:
    """Returns the rollout that decides which release a device runs, and its place in that, None before its stage; None
    without a rollout. The caller has found the device with its assignment."""
    assignment = device.assignment
    if assignment is None or assignment.rollout is None or assignment.rollout_number != assignment.number:
        return None
    rows = Rollout.objects.select_related("deployment__project__organisation", "release", "former")
    rollout = rows.filter(pk=assignment.rollout).first()
    if rollout is None:
        return None
    return rollout, RolloutDevice.objects.filter(rollout=rollout, device=device).first()


def has_installed(rollout: Rollout) -> bool:
    """Returns whether a device has installed the release since the rollout began. Timelines are kept for some time."""
    return RolloutDevice.objects.filter(
        rollout=rollout,
        device__entries__kind=EventKind.INSTALLED,
        device__entries__rune=rollout.release.rune,
        device__entries__received__gte=rollout.started,
    ).exists()


def approvers_of(build: Build) -> Sequence[Approver]:
    """Returns who approves the bytes of a build that the caller has found, the first one first."""
    facts = sorted((each for some in approvals.call(build) for each in some), key=lambda each: each.time)
    people = User.objects.in_bulk([each.person for each in facts])
    return tuple(Approver(people[each.person], each.round, each.time) for each in facts if each.person in people)


def newest_failures(rollout: Rollout) -> Sequence[GuardResult]:
    """Returns the results of guards that failed at the newest look, without those about which people decided: the one
    that differs by the largest ratio first, which says most."""
    reading = GuardReading.objects.filter(stage__rollout=rollout).select_related("stage").first()
    waived = set(reading.stage.waived) if reading is not None else set()
    failures = [each for each in results_of(reading) if each.verdict is GuardVerdict.FAILED and each.kind not in waived]
    return sorted(failures, key=_ratio, reverse=True)


def _ratio(result: GuardResult) -> float:
    """Returns how many times as large one of both figures is as the other; as large as can be where one is 0."""
    if result.new is None or result.old is None:
        return math.inf
    low, high = sorted((abs(result.new), abs(result.old)))
    return high / low if low else math.inf


def people_of_rollout(project: UUID, deployment: str, number: int) -> frozenset[UUID]:
    """Returns who started a rollout, decided about it, or created its deployment."""
    rollouts = Rollout.objects.filter(deployment__project=project, deployment__name=deployment, number=number)
    people = {
        *rollouts.values_list("started_by", flat=True),
        *rollouts.values_list("deployment__created_by", flat=True),
        *RolloutDecision.objects.filter(rollout__in=rollouts).values_list("person", flat=True),
    }
    return frozenset(each for each in people if each is not None)
