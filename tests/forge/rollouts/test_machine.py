"""The next step of a rollout follows from what is known of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from forge.rollouts.machine import (
    ENDED,
    AdmitDevices,
    BeginStage,
    EndGoingBack,
    FinishRollout,
    LookAtGuards,
    PassStage,
    ReopenStage,
    RolloutState,
    RolloutStatus,
    Settle,
    StageDevices,
    StageStatus,
    StopReason,
    StopRollout,
    decide,
)
from forge.rollouts.plan import BadPlan, PlannedStage, RolloutPlan, StageSize, SwitchWindow
from rune.assessment.guards.limits import GuardKind

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLAN = RolloutPlan((PlannedStage(StageSize.COUNT, 2, 4, 8, frozenset({GuardKind.LABELS})), PlannedStage(StageSize.ALL)))
RUNNING = StageDevices(running=2)


def status(*stages: StageStatus, state: RolloutState = RolloutState.RUNNING, **values: Any) -> RolloutStatus:
    return RolloutStatus(state, values.pop("plan", PLAN), stages, **values)


def stage(
    devices: StageDevices = RUNNING, *, hours_since: float | None = None, looked: float | None = None, **values: Any
) -> StageStatus:
    def before(hours: float | None) -> datetime | None:
        return None if hours is None else NOW - hours * HOUR

    return StageStatus(devices, NOW - 10 * HOUR, before(hours_since), looked=before(looked), **values)


def test_it_begins_with_its_first_stage() -> None:
    assert decide(status(), NOW) == (BeginStage(0),)


@pytest.mark.parametrize("state", [*sorted(ENDED - {RolloutState.FINISHED}), RolloutState.PAUSED, RolloutState.STOPPED])
def test_nothing_follows_by_itself_while_people_decide_or_after_the_end(state: RolloutState) -> None:
    busy = stage(StageDevices(queued=3), failed_guards=frozenset({GuardKind.LABELS}), is_reopened=True)
    assert decide(status(busy, state=state), NOW) == ()


def test_queued_devices_are_admitted_and_at_most_so_many_at_once() -> None:
    queued = stage(StageDevices(queued=5, on_the_way=1))
    assert decide(status(queued), NOW) == (AdmitDevices(5),)
    assert decide(status(queued, plan=replace(PLAN, at_once=3)), NOW) == (AdmitDevices(2),)
    assert decide(status(queued, plan=replace(PLAN, at_once=1)), NOW) == ()


def test_the_hours_begin_once_no_device_is_on_its_way_and_away_ones_are_not_waited_for() -> None:
    assert decide(status(stage(StageDevices(running=1, on_the_way=1))), NOW) == ()
    assert decide(status(stage(StageDevices(running=1, away=1))), NOW) == (Settle(0),)


def test_guards_are_looked_at_at_once_and_each_hour_from_then_on() -> None:
    assert decide(status(stage(hours_since=0.1)), NOW) == (LookAtGuards(0, 0),)
    assert decide(status(stage(hours_since=0.5, looked=0.4)), NOW) == ()
    assert decide(status(stage(hours_since=3.5, looked=2.6)), NOW) == (LookAtGuards(0, 3),)


def test_a_failed_guard_stops_it_before_anything_else() -> None:
    failed = stage(StageDevices(queued=5), failed_guards=frozenset({GuardKind.LABELS}))
    assert decide(status(failed), NOW) == (StopRollout(StopReason.GUARD_FAILED),)
    assert decide(status(stage(StageDevices(queued=5)), is_withdrawn=True), NOW) == (StopRollout(StopReason.WITHDRAWN),)


def test_a_stage_passes_after_its_hours_if_what_must_be_judged_was() -> None:
    labels_alone = frozenset({GuardKind.LABELS})
    assert decide(status(stage(hours_since=3.9, looked=0.1, judged_guards=labels_alone)), NOW) == ()
    assert decide(status(stage(hours_since=4.1, looked=0.05, judged_guards=labels_alone)), NOW) == (PassStage(0),)
    assert decide(status(stage(hours_since=4.1, looked=0.05)), NOW) == ()
    assert decide(status(stage(hours_since=8.05, looked=0.01)), NOW) == (StopRollout(StopReason.NOT_JUDGED),)
    assert decide(status(stage(hours_since=8.05, looked=0.01), is_waived=True), NOW) == (PassStage(0),)


def test_after_the_last_stage_it_finishes() -> None:
    passed = stage(hours_since=5, looked=1, passed=NOW)
    assert decide(status(passed), NOW) == (BeginStage(1),)
    assert decide(status(passed, passed), NOW) == (FinishRollout(),)


def test_a_device_that_falls_back_opens_its_stage_again_also_after_the_end() -> None:
    fallen = stage(StageDevices(running=1, failed=1), hours_since=5, passed=NOW, is_reopened=True)
    assert decide(status(fallen), NOW) == (ReopenStage(0),)
    assert decide(status(fallen, state=RolloutState.FINISHED), NOW) == (ReopenStage(0),)


def test_no_stage_begins_while_an_earlier_one_is_open_again() -> None:
    first = stage(StageDevices(running=1, failed=1), hours_since=9, looked=0.1)
    second = stage(hours_since=5, passed=NOW)
    assert not any(isinstance(each, BeginStage | FinishRollout) for each in decide(status(first, second), NOW))


def test_going_back_ends_once_nobody_is_on_the_way() -> None:
    going = RolloutState.GOING_BACK
    assert decide(status(stage(StageDevices(on_the_way=1, running=1)), state=going), NOW) == ()
    assert decide(status(stage(StageDevices(away=1, running=1)), state=going), NOW) == (EndGoingBack(),)


def test_an_empty_stage_passes_by() -> None:
    empty = stage(StageDevices())
    assert decide(status(empty), NOW) == (Settle(0),)


@pytest.mark.parametrize(
    "change",
    [
        {"stages": []},
        {"stages": [{"size": "all"}] * 11},
        {"stages": [{"size": "all"}, {"size": "share", "amount": 0.5}]},
        {"stages": [{"size": "all", "shadow": True}]},
        {"stages": [{"size": "share", "amount": 0.5}, {"size": "all", "shadow": True}]},
        {"stages": [{"size": "share", "amount": 1.5}]},
        {"stages": [{"size": "count", "amount": 0}]},
        {"stages": [{"size": "count", "amount": 1.5}]},
        {"stages": [{"size": "all", "hours": -1}]},
        {"stages": [{"size": "all", "hours": 5, "longest": 4}]},
        {"stages": [{"size": "all", "must_judge": ["weather"]}]},
        {"guards": [], "stages": [{"size": "all", "must_judge": ["labels"]}]},
        {"guards": [{"kind": "labels", "limit": 0.1}] * 2},
        {"at_once": 0},
        {"zone": "Mars"},
        {"zone": "../../etc/passwd"},
        {"windows": [{"begin": 60, "end": 60}]},
        {"windows": [{"begin": 0, "end": 1440}]},
        {"windows": [{"begin": 0, "end": 60, "weekdays": [7]}]},
        {"windows": [{"begin": "0", "end": 60}]},
        "all",
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused(change: Any) -> None:
    value = {"stages": [{"size": "all"}], **change} if isinstance(change, dict) else change
    with pytest.raises(BadPlan):
        RolloutPlan.from_json(value)


def test_a_plan_comes_back_from_json() -> None:
    plan = RolloutPlan(
        (
            PlannedStage(StageSize.SHARE, 0.1, 12, 48, frozenset({GuardKind.TIME}), is_shadow=True),
            PlannedStage(StageSize.ALL),
        ),
        at_once=5,
        windows=(SwitchWindow(22 * 60, 4 * 60, frozenset({4})),),
        zone="Europe/Berlin",
    )
    assert RolloutPlan.from_json(plan.to_json()) == plan


def test_a_window_over_midnight_is_of_the_day_on_which_it_begins_and_in_local_time() -> None:
    plan = replace(PLAN, windows=(SwitchWindow(22 * 60, 4 * 60, frozenset({4})),), zone="Europe/Berlin")
    friday = datetime(2026, 12, 4, 21, 30, tzinfo=UTC)
    assert plan.may_switch(friday, "")
    assert plan.may_switch(friday + 5 * HOUR, "")
    assert not plan.may_switch(friday + 6 * HOUR, "")
    assert not plan.may_switch(friday, "America/New_York")
    assert plan.may_switch(friday + 6 * HOUR, "America/New_York")
    assert plan.may_switch(friday, "nowhere")


@pytest.mark.parametrize(
    ("size", "amount", "group", "devices"),
    [
        (StageSize.SHARE, 0.01, 600, 6),
        (StageSize.SHARE, 0.01, 10, 1),
        (StageSize.SHARE, 0.5, 0, 0),
        (StageSize.COUNT, 5, 3, 3),
        (StageSize.ALL, 0, 7, 7),
    ],
)
def test_the_devices_of_a_stage(size: StageSize, amount: float, group: int, devices: int) -> None:
    assert PlannedStage(size, amount).devices_of(group) == devices
