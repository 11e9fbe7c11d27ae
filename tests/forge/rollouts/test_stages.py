"""A rollout goes to the devices of its stages and to no others, stops, goes on, goes back and ends."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from forge.accounts.models import User
from forge.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Stale
from forge.deployments.actions import serve_tag
from forge.fleet.groups.assignments import assignment_of
from forge.fleet.groups.rollouts import RolloutUnderWay
from forge.rollouts.actions.deciding import (
    abort_rollout,
    let_rollout_go_on,
    pause_rollout,
    resume_rollout,
    take_rollout_back,
)
from forge.rollouts.actions.starting import start_rollout
from forge.rollouts.models import Rollout, RolloutDevice
from forge.rollouts.work.ticking import tick
from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.wanted import Telemetry
from tests.support.forge.devices import device_client
from tests.support.forge.rollouts import ObedientDevice, RolloutFleet

pytestmark = pytest.mark.django_db

ONE_THEN_ALL: dict[str, Any] = {
    "stages": [{"size": "count", "amount": 1, "hours": 1}, {"size": "all", "hours": 1}],
    "guards": [{"kind": "installs", "limit": 0.02}, {"kind": "self-test", "limit": 0}],
}
FOUR_THEN_ALL = {**ONE_THEN_ALL, "stages": [{"size": "share", "amount": 0.5, "hours": 1}, {"size": "all", "hours": 1}]}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"tag": "3.0"}, NotFound),
        ({"digest": "sha256:" + "0" * 64}, Stale),
        ({"digest": ""}, Invalid),
        ({"devices": 7}, Stale),
        ({"plan": {"stages": []}}, Invalid),
        ({"plan": {"stages": [{"size": "half"}]}}, Invalid),
        ({"plan": {**ONE_THEN_ALL, "zone": "Mars/Olympus"}}, Invalid),
        ({"plan": {**ONE_THEN_ALL, "guards": [{"kind": "self-test", "limit": 3}]}}, Invalid),
        ({"tag": "1.0"}, Stale),
    ],
)
def test_a_rollout_that_does_not_fit_is_refused(
    fleet: RolloutFleet, change: dict[str, Any], error: type[DomainError]
) -> None:
    values = {"tag": "2.0", "digest": fleet.tag.manifest.blob_id, "devices": 8, "plan": ONE_THEN_ALL, **change}
    with pytest.raises(error):
        start_rollout(fleet.person, fleet.deployment, **values)
    assert not Rollout.objects.exists()
    assert fleet.carry_on_without_rollout() == ["1.0"] * 8


def test_who_may_not_deploy_starts_nothing(fleet: RolloutFleet, reviewer: User) -> None:
    with pytest.raises(Forbidden):
        fleet.start(ONE_THEN_ALL, reviewer)


def test_no_device_gets_the_release_before_its_stage(fleet: RolloutFleet) -> None:
    fleet.start(ONE_THEN_ALL)
    for each in fleet.devices:
        each.obey()
    assert fleet.versions() == ["1.0"] * 8
    fleet.carry_on()
    assert fleet.versions() == ["1.0"] * 7 + ["2.0"]
    fleet.carry_on()
    assert fleet.versions() == ["1.0"] * 7 + ["2.0"]
    fleet.let_pass(1.1)
    fleet.carry_on()
    assert fleet.versions() == ["2.0"] * 8
    fleet.let_pass(1.1)
    assert fleet.carry_on().state == "finished"
    assert assignment_of(fleet.deployment.pk).rollout is None  # type: ignore[union-attr]


def test_devices_that_are_tried_or_compared_send_hours(fleet: RolloutFleet) -> None:
    fleet.start(ONE_THEN_ALL)
    assert {each.state().telemetry for each in fleet.devices} == {Telemetry.DAY}
    fleet.carry_on()
    assert {each.state().telemetry for each in fleet.devices} == {Telemetry.HOUR}
    take_rollout_back(fleet.person, fleet.rollout)
    fleet.sign()
    fleet.carry_on()
    assert {each.state().telemetry for each in fleet.devices} == {Telemetry.DAY}


def test_no_other_version_is_set_meanwhile(fleet: RolloutFleet) -> None:
    fleet.start(ONE_THEN_ALL)
    with pytest.raises(RolloutUnderWay):
        serve_tag(fleet.person, fleet.deployment, "1.0", devices=8)
    with pytest.raises(Conflict):
        fleet.start(ONE_THEN_ALL)


def test_a_paused_rollout_gives_nobody_the_release(fleet: RolloutFleet) -> None:
    fleet.start(ONE_THEN_ALL)
    fleet.carry_on()
    pause_rollout(fleet.person, fleet.rollout)
    fleet.let_pass(2)
    fleet.carry_on()
    assert fleet.versions() == ["1.0"] * 7 + ["2.0"]
    resume_rollout(fleet.person, fleet.rollout)
    fleet.carry_on()
    assert fleet.versions() == ["2.0"] * 8


def test_a_device_with_other_bits_stops_it_at_once(fleet: RolloutFleet) -> None:
    fleet.start(FOUR_THEN_ALL)
    fleet.look()
    bad = fleet.admitted()[0]
    bad.problem = DeviceProblem(ProblemName.SELF_TEST_FAILED, "The outputs differ.")
    assert fleet.carry_on().state == "stopped"
    assert fleet.rollout.stop_reason == "guard-failed"
    let_rollout_go_on(fleet.person, fleet.rollout, "One broken board.")
    assert fleet.look().state == "running"


def test_failed_installs_stop_it_and_it_goes_back_without_what_never_had_it(fleet: RolloutFleet) -> None:
    fleet.start(FOUR_THEN_ALL)
    fleet.look()
    for each in fleet.admitted()[:3]:
        each.problem = DeviceProblem(ProblemName.CRASHES, "The rune stopped again and again.")
    assert fleet.carry_on().state == "stopped"
    assert fleet.versions() == ["1.0"] * 7 + ["2.0"]
    take_rollout_back(fleet.person, fleet.rollout)
    fleet.sign()
    assert fleet.look().state == "going-back"
    assert fleet.carry_on().state == "went-back"
    assert fleet.versions() == ["1.0"] * 8
    assert {each.running.number for each in fleet.devices if each.problem is None and each.running} == {3}


def test_an_aborted_rollout_leaves_everything_as_it_is(fleet: RolloutFleet) -> None:
    fleet.start(ONE_THEN_ALL)
    fleet.carry_on()
    abort_rollout(fleet.person, fleet.rollout)
    fleet.let_pass(5)
    fleet.carry_on()
    assert fleet.versions() == ["1.0"] * 7 + ["2.0"]
    serve_tag(fleet.person, fleet.deployment, "1.0", devices=8)
    fleet.sign()
    fleet.carry_on()
    assert fleet.versions() == ["1.0"] * 8


def test_a_device_that_falls_back_opens_its_stage_again(fleet: RolloutFleet) -> None:
    fleet.start(ONE_THEN_ALL)
    fleet.carry_on()
    fleet.let_pass(1.1)
    fleet.look()
    stage = fleet.rollout.stages.get(number=0)
    assert stage.passed is not None
    (first,) = [each for each in fleet.devices if each.running and each.running.version == "2.0"]
    first.running, first.problem = first.other, DeviceProblem(ProblemName.CRASHES, "It stopped again and again.")
    first.say()
    fleet.look()
    stage.refresh_from_db()
    assert stage.passed is None


def test_a_device_that_joins_later_does_not_change_a_stage_that_began(fleet: RolloutFleet) -> None:
    fleet.start(FOUR_THEN_ALL)
    fleet.carry_on()
    fleet.devices = [
        *fleet.devices,
        ObedientDevice(device_client(fleet.deployment.project.organisation, "gate-late")),
    ]
    fleet.carry_on()
    assert RolloutDevice.objects.filter(stage=0).count() == 4
    assert fleet.devices[-1].obey().version == "1.0"  # type: ignore[union-attr]


def test_the_draw_is_no_order_of_age_and_the_same_each_time(fleet: RolloutFleet) -> None:
    fleet.start(FOUR_THEN_ALL)
    fleet.look()
    first = set(RolloutDevice.objects.filter(stage=0).values_list("device", flat=True))
    tick(fleet.rollout.pk, timezone.now())
    assert set(RolloutDevice.objects.filter(stage=0).values_list("device", flat=True)) == first


def test_one_person_does_not_agree_twice(fleet: RolloutFleet) -> None:
    fleet.start(ONE_THEN_ALL)
    with pytest.raises(Conflict):
        let_rollout_go_on(fleet.person, fleet.rollout, "It is running.")
