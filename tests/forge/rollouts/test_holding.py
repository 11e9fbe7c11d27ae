"""While a rollout does not run, no device begins to run its release: neither one on its way nor one that was away."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from forge.accounts.models import User
from forge.core.errors import DomainError
from forge.fleet.devices.releases import runs_its_release
from forge.fleet.models import Device
from forge.rollouts.actions.deciding import (
    abort_rollout,
    let_rollout_go_on,
    pause_rollout,
    resume_rollout,
    take_rollout_back,
)
from forge.rollouts.models import Rollout
from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.wanted import Telemetry
from tests.forge.rollouts.test_shadow import SHADOW_THEN_ALL
from tests.forge.rollouts.test_stages import FOUR_THEN_ALL
from tests.support.forge.rollouts import RolloutFleet

pytestmark = pytest.mark.django_db

ALL_AT_ONCE = {**FOUR_THEN_ALL, "stages": [{"size": "all", "hours": 1}]}


@pytest.mark.parametrize("act", [pause_rollout, abort_rollout, take_rollout_back])
def test_a_device_that_was_allowed_and_has_not_asked_keeps_what_it_runs(
    fleet: RolloutFleet, act: Callable[[User, Rollout], Rollout]
) -> None:
    fleet.start(FOUR_THEN_ALL)
    fleet.look()
    allowed_devices = fleet.admitted()
    assert allowed_devices[0].obey() is not None
    act(fleet.person, fleet.rollout)
    # The press counts at once: of going back, nothing is signed yet.
    assert fleet.carry_on_without_rollout() == ["1.0"] * 7 + ["2.0"]
    assert allowed_devices[0].running is not None
    assert allowed_devices[0].running.version == "2.0"


def test_a_guard_that_fails_stops_those_that_are_on_their_way(fleet: RolloutFleet) -> None:
    fleet.start(FOUR_THEN_ALL)
    fleet.look()
    bad, good, *_ = fleet.admitted()
    bad.problem = DeviceProblem(ProblemName.SELF_TEST_FAILED, "The outputs differ.")
    for each in (bad, good):
        each.obey()
    assert fleet.look().state == "stopped"
    bad.problem = None
    assert fleet.carry_on_without_rollout() == ["1.0"] * 7 + ["2.0"]
    let_rollout_go_on(fleet.person, fleet.rollout, "One broken board.")
    assert fleet.carry_on_without_rollout() == ["1.0"] * 4 + ["2.0"] * 4


def test_those_on_their_way_get_it_once_a_pause_ends(fleet: RolloutFleet) -> None:
    fleet.start(FOUR_THEN_ALL)
    fleet.look()
    pause_rollout(fleet.person, fleet.rollout)
    assert fleet.carry_on_without_rollout() == ["1.0"] * 8
    resume_rollout(fleet.person, fleet.rollout)
    assert fleet.carry_on_without_rollout() == ["1.0"] * 4 + ["2.0"] * 4


def test_a_device_whose_report_comes_after_the_pause_keeps_the_release(fleet: RolloutFleet) -> None:
    fleet.start(FOUR_THEN_ALL)
    fleet.look()
    device = fleet.admitted()[0]
    rune = device.state().wanted
    pause_rollout(fleet.person, fleet.rollout)
    assert rune is not None
    assert rune.version == "2.0"
    device.running, device.other = rune, device.running  # type: ignore[assignment]
    device.say()
    # It keeps what it runs.
    assert device.state().wanted == rune
    take_rollout_back(fleet.person, fleet.rollout)
    fleet.sign()
    assert fleet.carry_on().state == "went-back"
    assert fleet.versions() == ["1.0"] * 8


def test_a_device_that_falls_back_during_a_pause_does_not_begin_again(fleet: RolloutFleet) -> None:
    fleet.start(FOUR_THEN_ALL)
    fleet.carry_on()
    device = fleet.admitted()[0]
    pause_rollout(fleet.person, fleet.rollout)
    device.running, device.other = device.other, device.running
    device.say()
    assert fleet.carry_on_without_rollout() == ["1.0"] * 5 + ["2.0"] * 3
    resume_rollout(fleet.person, fleet.rollout)
    assert fleet.carry_on_without_rollout() == ["1.0"] * 4 + ["2.0"] * 4


def test_devices_that_keep_it_are_as_wanted_and_send_hours(fleet: RolloutFleet) -> None:
    fleet.start(FOUR_THEN_ALL)
    fleet.look()
    fleet.admitted()[0].obey()
    pause_rollout(fleet.person, fleet.rollout)
    assert Device.objects.filter(runs_its_release()).count() == 8
    assert {each.state().telemetry for each in fleet.devices} == {Telemetry.HOUR}


def test_a_shadow_goes_on_during_a_pause(fleet: RolloutFleet) -> None:
    fleet.start(SHADOW_THEN_ALL)
    fleet.carry_on()
    pause_rollout(fleet.person, fleet.rollout)
    fleet.carry_on_without_rollout()
    assert len([each for each in fleet.devices if each.shadow is not None]) == 6


def test_a_shadow_does_not_begin_during_a_pause_and_begins_after_it(fleet: RolloutFleet) -> None:
    fleet.start(SHADOW_THEN_ALL)
    fleet.look()
    pause_rollout(fleet.person, fleet.rollout)
    fleet.carry_on_without_rollout()
    assert [each.shadow for each in fleet.devices] == [None] * 8
    resume_rollout(fleet.person, fleet.rollout)
    fleet.carry_on_without_rollout()
    assert len([each for each in fleet.devices if each.shadow is not None]) == 6


def test_going_back_from_the_end_gives_it_to_no_further_device(fleet: RolloutFleet) -> None:
    fleet.start(ALL_AT_ONCE)
    fleet.look()
    late, *others = fleet.devices
    for each in others:
        each.obey()
    Rollout.objects.filter(pk=fleet.rollout.pk).update(state="finished")
    fleet.rollout.refresh_from_db()
    take_rollout_back(fleet.person, fleet.rollout)
    running = late.obey()
    assert running is not None
    assert running.version == "1.0"
    fleet.sign()
    assert fleet.carry_on().state == "went-back"
    assert fleet.versions() == ["1.0"] * 8


def test_what_cannot_be_done_withholds_nothing(fleet: RolloutFleet) -> None:
    fleet.start(FOUR_THEN_ALL)
    fleet.look()
    with pytest.raises(DomainError):
        resume_rollout(fleet.person, fleet.rollout)
    assert fleet.carry_on_without_rollout() == ["1.0"] * 4 + ["2.0"] * 4
