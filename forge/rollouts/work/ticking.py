"""Carries rollouts on: reads what is known, asks the machine what follows, and does it, with the rollout locked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from forge.fleet.groups.assignments import assignment_of
from forge.fleet.groups.rollouts import end_rollout, give_roles, open_to_all
from forge.fleet.models import Device, RolloutRole
from forge.rollouts.announcements import announce
from forge.rollouts.label_pairs import disagreement_to_json
from forge.rollouts.machine import (
    AdmitDevices,
    BeginStage,
    Decision,
    EndGoingBack,
    FinishRollout,
    LookAtGuards,
    PassStage,
    ReopenStage,
    RolloutState,
    Settle,
    StopRollout,
    decide,
)
from forge.rollouts.models import GuardReading, Rollout, RolloutDevice, RolloutStage
from forge.rollouts.readings import result_to_json
from forge.rollouts.work.drawing import compared, drawn
from forge.rollouts.work.evidence import attributes_of, evidence_of
from forge.rollouts.work.holding import withhold
from forge.rollouts.work.status import devices_of, runs, status_of
from rune.assessment.guards.carriers import labelled_devices, with_carriers
from rune.assessment.guards.disagreement import disagreement_of
from rune.assessment.guards.judging import count_tested_guards, judge_guards
from rune.assessment.guards.looks import GuardLook
from rune.assessment.guards.verdicts import GuardVerdict

TICK_EVERY: Final = 15.0
"""Seconds."""
REOPENS_FOR_DAYS: Final = 7
"""Days after its end for which a device that falls back opens a rollout again."""
_MOST_ROUNDS: Final = 8
"""Decisions that follow from each other at one time, such as a stage that ends and the next one that begins."""


def tick_all() -> None:
    """Carries on each rollout in which something may follow."""
    now = timezone.now()
    states = (RolloutState.RUNNING, RolloutState.GOING_BACK)
    under_way = Rollout.objects.filter(state__in=states)
    finished = Rollout.objects.filter(
        state=RolloutState.FINISHED,
        changed__gte=now - timedelta(days=REOPENS_FOR_DAYS),
        release__number=F("deployment__last_release"),
    )
    for pk in (under_way | finished).values_list("pk", flat=True):
        tick(pk, now)


def tick(pk: UUID, now: datetime) -> None:
    """Carries on a rollout as far as it goes now. Each round is a transaction."""
    for _ in range(_MOST_ROUNDS):
        if not _round(pk, now):
            return


@transaction.atomic
def _round(pk: UUID, now: datetime) -> bool:
    """Does what is to be done now. Returns whether something may follow from it at once. Another process that carries
    on the same rollout is left alone."""
    rows = Rollout.objects.select_related("deployment__project__organisation", "release", "former")
    rollout = rows.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
    if rollout is None:
        return False
    note_runs(rollout, now)
    decisions = decide(status_of(rollout, now), now)
    for decision in decisions:
        carry_out(rollout, decision, now)
    return bool(decisions)


def carry_out(rollout: Rollout, decision: Decision, now: datetime) -> None:
    """Does what the machine decided. The rollout is locked."""
    match decision:
        case BeginStage(number=number):
            _begin_stage(rollout, number, now)
        case AdmitDevices(count=count):
            _admit(rollout, count, now)
        case Settle(number=number):
            rollout.stages.filter(number=number).update(settled=now)
            _note_restarts(rollout)
        case LookAtGuards(number=number, hour=hour):
            _look(rollout, rollout.stages.get(number=number), hour, now)
        case PassStage(number=number):
            stage = status_of(rollout, now).stages[number]
            devices = {"failed_when_passed": stage.devices.failed, "devices_when_passed": stage.devices.count}
            rollout.stages.filter(number=number).update(passed=now, **devices)
            _set_state(rollout, RolloutState.RUNNING, now, is_waived=False)
        case ReopenStage(number=number):
            # Its hours begin anew, so that what made the device fall back has the time to show elsewhere.
            rollout.stages.filter(number=number).update(passed=None, looked=None, settled=None)
            if rollout.state == RolloutState.FINISHED:
                # All devices have the release already: people decide what becomes of those that fell back.
                _set_state(rollout, RolloutState.RUNNING, now)
        case StopRollout(reason=reason):
            withhold(rollout)
            _set_state(rollout, RolloutState.STOPPED, now, stop_reason=reason)
            announce(rollout, "stopped", None)
        case FinishRollout():
            if (assignment := assignment_of(rollout.deployment_id)) is not None:
                open_to_all(assignment)
            _set_state(rollout, RolloutState.FINISHED, now)
            announce(rollout, "finished", None)
        case EndGoingBack():
            _set_state(rollout, RolloutState.WENT_BACK, now)
            announce(rollout, "went-back", None)


def note_runs(rollout: Rollout, now: datetime) -> None:
    """Notes which devices run the release, by which a later fallback is known."""
    devices_of(rollout).filter(runs(rollout), admitted__isnull=False, ran=None).update(ran=now)


def _begin_stage(rollout: Rollout, number: int, now: datetime) -> None:
    """Draws the devices of a stage. Devices that join the group later are in a later stage."""
    assignment = assignment_of(rollout.deployment_id)
    if assignment is None:
        _set_state(rollout, RolloutState.ABORTED, now)
        return
    members = assignment.devices.in_service().values_list("pk", flat=True)
    order = drawn(rollout.pk, members)
    planned = rollout.plan.stages[number]
    if number and rollout.plan.stages[number - 1].is_shadow:
        _end_shadow(rollout)
    earlier = set(rollout.devices.exclude(stage=None).values_list("device", flat=True))
    size = planned.devices_of(len(order))
    chosen_ids = [each for each in order if each not in earlier][: max(0, size - len(earlier & set(order)))]
    places = {device: place for place, device in enumerate(order)}
    RolloutDevice.objects.bulk_create(
        (RolloutDevice(rollout=rollout, device_id=each, stage=number, place=places[each]) for each in chosen_ids),
        update_conflicts=True,
        unique_fields=["rollout", "device"],
        update_fields=["stage", "place", "admitted"],
    )
    if number == 0:
        rest = compared(order, len(chosen_ids))
        RolloutDevice.objects.bulk_create(
            RolloutDevice(rollout=rollout, device_id=each, place=places[each]) for each in rest
        )
        give_roles(rollout.pk, rest, RolloutRole.COMPARED)
    RolloutStage.objects.create(rollout=rollout, number=number, began=now)


def _end_shadow(rollout: Rollout) -> None:
    """Has the devices of the shadow run the former release alone, and be compared with until a stage draws them."""
    rows = rollout.devices.filter(stage=0)
    ids = list(rows.values_list("device", flat=True))
    rows.update(stage=None, admitted=None, ran=None)
    give_roles(rollout.pk, ids, RolloutRole.COMPARED)


def _admit(rollout: Rollout, count: int, now: datetime) -> None:
    """Allows devices of the newest stage the release, whose window is open and whose deployment has it signed."""
    stage = rollout.stages.order_by("-number")[0]
    assignment = assignment_of(rollout.deployment_id)
    if assignment is None or assignment.number != rollout.release.number:
        return
    queued = devices_of(rollout).filter(stage=stage.number, admitted=None).order_by("place")
    plan, zones = rollout.plan, _zones(queued.values_list("device", flat=True)) if rollout.plan.windows else {}
    rows = [row for row in queued if plan.may_switch(now, zones.get(row.device_id, ""))][:count]
    role = RolloutRole.SHADOW if plan.stages[stage.number].is_shadow else RolloutRole.NEW
    RolloutDevice.objects.filter(pk__in=[row.pk for row in rows]).update(admitted=now)
    give_roles(rollout.pk, [row.device_id for row in rows], role)


def _zones(devices: Any) -> dict[UUID, str]:
    """Returns the time zones of devices that have a label for it."""
    rows = Device.objects.filter(pk__in=devices, labels__key="timezone").annotate(zone=F("labels__value"))
    return dict(rows.values_list("pk", "zone"))


def _note_restarts(rollout: Rollout) -> None:
    """Notes the restarts until now, of which those in the stage are told apart."""
    rows = list(devices_of(rollout).select_related("device"))
    for row in rows:
        row.restarts_before = row.device.totals.get("restarts")
    RolloutDevice.objects.bulk_update(rows, ["restarts_before"], batch_size=500)


def _look(rollout: Rollout, stage: RolloutStage, hour: int, now: datetime) -> None:
    """Judges the guards of a stage and writes what they say."""
    plan = rollout.plan
    planned = plan.stages[stage.number]
    evidence = evidence_of(rollout, stage, now)
    guards = count_tested_guards(plan.guards, is_counted=evidence.is_counted)
    # The look when the devices began to run the release is one of the looks.
    look = GuardLook(len(plan.stages), guards, hour + 1, planned.hours + 1, planned.longest + 1)
    results = judge_guards(evidence, plan.guards, look)
    failed_kinds, lacking_kinds = (
        {each.kind for each in results if each.verdict is verdict}
        for verdict in (GuardVerdict.FAILED, GuardVerdict.NOT_JUDGED)
    )
    if failed_kinds:
        results = with_carriers(results, evidence, attributes_of(labelled_devices(evidence)))
    values = {
        "at": now,
        "results": [result_to_json(each) for each in results],
        "failed": sorted(failed_kinds),
        "judged": sorted({each.kind for each in results} - lacking_kinds),
    }
    # A stage that is open again is judged once more in the same hour.
    GuardReading.objects.update_or_create(stage=stage, hour=hour, defaults=values)
    pairs = {} if evidence.pairs is None else {"disagreement": disagreement_to_json(disagreement_of(evidence.pairs))}
    RolloutStage.objects.filter(pk=stage.pk).update(looked=now, **pairs)


def _set_state(rollout: Rollout, state: RolloutState, now: datetime, **fields: Any) -> None:
    if rollout.state != state:
        fields = {**fields, "state": state, "changed": now}
    for name, value in fields.items():
        setattr(rollout, name, value)
    rollout.save(update_fields=list(fields))
    if state in (RolloutState.ABORTED, RolloutState.WENT_BACK):
        assignment = assignment_of(rollout.deployment_id)
        if assignment is not None and assignment.rollout == rollout.pk:
            end_rollout(assignment)
