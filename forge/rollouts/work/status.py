"""Reads what is known of a rollout from its rows and from those of its devices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Count, F, Max, Q, QuerySet

from forge.fleet.groups.assignments import assignment_of
from forge.fleet.models import Device
from forge.registry.models import WithdrawnRune
from forge.rollouts.machine import RolloutState, RolloutStatus, StageDevices, StageStatus
from forge.rollouts.models import GuardReading, Rollout, RolloutDevice, RolloutStage
from hmrd.protocol.problems import ProblemName
from hmrd.protocol.reports import Phase, SelfTestOutcome
from rune.assessment.guards.limits import GuardKind

_MISSED_POLLS: Final = 2
_LEAST_AWAY: Final = timedelta(minutes=10)
_NO_FAULT: Final = (ProblemName.SERVER_AWAY, ProblemName.OUTPUT_LOST, ProblemName.OLDER)
"""Problems that say nothing against a rune."""


def status_of(rollout: Rollout, now: datetime) -> RolloutStatus:
    """Returns what is known of a rollout. A few queries, whatever the number of its devices."""
    devices = devices_by_stage(rollout, now)
    readings = newest_readings(rollout)
    assignment = assignment_of(rollout.deployment_id)
    return RolloutStatus(
        RolloutState(rollout.state),
        rollout.plan,
        tuple(
            _stage(each, devices.get(each.number, StageDevices()), readings.get(each.pk))
            for each in rollout.stages.all()
        ),
        members=0 if assignment is None else assignment.devices.in_service().count(),
        is_withdrawn=WithdrawnRune.objects.filter(
            repository__project=rollout.deployment.project_id, digest=rollout.release.digest
        ).exists(),
        is_waived=rollout.is_waived,
    )


def devices_of(rollout: Rollout) -> QuerySet[RolloutDevice]:
    """Returns the drawn devices that are still in the group and in service."""
    assignment = assignment_of(rollout.deployment_id)
    return RolloutDevice.objects.filter(
        rollout=rollout, device__assignment=assignment, device__retired=None, device__assignment__isnull=False
    )


def devices_by_stage(rollout: Rollout, now: datetime) -> Mapping[int, StageDevices]:
    """Returns the devices of each stage that began, counted by how far they are on their way: to the release, or back
    to the former one. One query."""
    is_queued = Q(admitted=None)
    is_there = ~is_queued & (runs_former(rollout) if rollout.state == RolloutState.GOING_BACK else is_on(rollout))
    has_failed = ~is_queued & ~is_there & failed(rollout)
    is_away = ~is_queued & ~is_there & ~has_failed & unseen_for(away_after(), last_contact(rollout, now))
    rows = devices_of(rollout).exclude(stage=None).order_by().values("stage")
    counts = rows.annotate(
        devices_in_stage=Count("pk"),
        queued=Count("pk", is_queued),
        running=Count("pk", is_there),
        failed=Count("pk", has_failed),
        away=Count("pk", is_away),
        self_tests_failed=Count("pk", ~is_queued & fails_self_test(rollout)),
    )
    return {row.pop("stage"): _counted(**row) for row in counts}


def runs(rollout: Rollout) -> Q:
    """Returns the condition of drawn devices that run the release, with their health confirmed."""
    return Q(
        device__running_rune=rollout.release.rune,
        device__running_number=rollout.release.number,
        device__phase=Phase.RUNNING,
    )


def is_on(rollout: Rollout) -> Q:
    """Returns the condition of drawn devices that run the release as their stage wants it: as their answers, or in
    shadow."""
    return in_shadow_stage(rollout) & Q(device__shadow_rune=rollout.release.rune) | runs(rollout)


def in_shadow_stage(rollout: Rollout) -> Q:
    """Returns the condition of drawn devices whose stage is the shadow."""
    return Q(stage=0) if rollout.plan.stages[0].is_shadow else Q(pk__in=[])


def runs_former(rollout: Rollout) -> Q:
    """Returns the condition of drawn devices that run the rune that they had before, and not the new one beside it."""
    runs_beside = Q(device__shadow_rune=rollout.release.rune)
    return Q(device__running_rune=rollout.former.rune, device__phase=Phase.RUNNING) & ~runs_beside


def failed(rollout: Rollout) -> Q:
    """Returns the condition of drawn devices, of those that do not run what they shall, which could not: they ran the
    release before, or reported a problem since they were allowed it."""
    has_reported = Q(device__reported__gte=F("admitted"))
    has_problem = ~Q(device__problem="") & ~Q(device__problem__in=_NO_FAULT) & has_reported
    if rollout.state == RolloutState.GOING_BACK:
        return has_problem
    has_no_shadow = in_shadow_stage(rollout) & ~Q(device__shadow_problem="") & has_reported
    return has_problem | has_no_shadow | Q(ran__isnull=False)


def fails_self_test(rollout: Rollout) -> Q:
    """Returns the condition of drawn devices that compute other bits with the release than the approved build does."""
    has_refused = Q(device__problem=ProblemName.SELF_TEST_FAILED, device__reported__gte=F("admitted"))
    return has_refused | Q(device__running_rune=rollout.release.rune, device__self_test=SelfTestOutcome.FAILED)


def unseen_for(time: timedelta, now: datetime) -> Q:
    """Returns the condition of drawn devices that were not seen for some time."""
    return Q(device__seen=None) | Q(device__seen__lt=now - time)


def last_contact(rollout: Rollout, now: datetime) -> datetime:
    """Returns when the server last heard any device of the organisation. While the server was away itself it heard
    none, which says of no device that it is away: the hours of a stage must not begin without them."""
    devices = Device.objects.filter(organisation=rollout.deployment.project.organisation_id)
    last: datetime | None = devices.aggregate(last=Max("seen"))["last"]
    return now if last is None else min(now, last)


def away_after() -> timedelta:
    """Returns the time after which a device that was not seen is not waited for."""
    return max(_LEAST_AWAY, _MISSED_POLLS * timedelta(seconds=settings.DEVICE_POLL_SECONDS))


def newest_readings(rollout: Rollout) -> Mapping[int, GuardReading]:
    """Returns the newest look at the guards of each stage, by the id of the stage."""
    readings: dict[int, GuardReading] = {}
    for reading in GuardReading.objects.filter(stage__rollout=rollout).order_by("hour"):
        readings[reading.stage_id] = reading
    return readings


def _counted(
    devices_in_stage: int, queued: int, running: int, failed: int, away: int, self_tests_failed: int
) -> StageDevices:
    on_the_way = devices_in_stage - queued - running - failed - away
    return StageDevices(queued, on_the_way, running, failed, away, self_tests_failed)


def _stage(row: RolloutStage, devices: StageDevices, reading: GuardReading | None) -> StageStatus:
    failed_guards = set[GuardKind]()
    if reading is not None:
        # The self-tests are counted below: people decide about each device that fails.
        failed_guards |= set(map(GuardKind, reading.failed)) - {GuardKind.SELF_TEST, *row.waived}
    if devices.self_tests_failed > row.decided_failures:
        # Bits differ or not, and no further device is needed to know it.
        failed_guards.add(GuardKind.SELF_TEST)
    return StageStatus(
        devices,
        row.began,
        row.settled,
        row.passed,
        row.looked,
        frozenset(failed_guards),
        frozenset(map(GuardKind, reading.judged)) if reading is not None else frozenset(),
        is_reopened=row.passed is not None and devices.failed > row.failed_when_passed,
    )
