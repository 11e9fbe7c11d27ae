"""Devices in shadow run both releases and answer with the former one; where both disagree stops the rollout."""

from __future__ import annotations

from typing import Any

import pytest

from hmrd.protocol.wanted import Telemetry
from tests.support.forge.rollouts import RolloutFleet
from tests.support.forge.shadows import in_shadow, send_pairs

pytestmark = pytest.mark.django_db

SHADOW_THEN_ALL: dict[str, Any] = {
    "stages": [
        {"size": "share", "amount": 0.75, "hours": 2, "shadow": True, "must_judge": ["disagreement"]},
        {"size": "count", "amount": 2, "hours": 1},
        {"size": "all", "hours": 1},
    ],
    "guards": [{"kind": "installs", "limit": 0.02}, {"kind": "disagreement", "limit": 0.01}],
}
AGREEING = ((60, 0, 0), (0, 30, 0), (0, 0, 10))
SWAPPED = ((60, 0, 0), (0, 20, 10), (0, 8, 2))


def test_devices_in_shadow_answer_with_the_former_release_and_send_hours(fleet: RolloutFleet) -> None:
    fleet.start(SHADOW_THEN_ALL)
    fleet.carry_on()
    assert fleet.versions() == ["1.0"] * 8
    assert [each.shadow.version for each in in_shadow(fleet) if each.shadow] == ["2.0"] * 6
    assert {each.state().telemetry for each in fleet.devices} == {Telemetry.HOUR}


def test_a_shadow_that_disagrees_stops_it_and_nobody_ever_answered_with_it(fleet: RolloutFleet) -> None:
    fleet.start(SHADOW_THEN_ALL)
    fleet.carry_on()
    fleet.let_pass(2.2)
    assert {send_pairs(each, SWAPPED) for each in in_shadow(fleet)} == {"accepted"}
    assert fleet.carry_on().state == "stopped"
    assert fleet.versions() == ["1.0"] * 8


def test_a_shadow_that_agrees_goes_on_to_the_next_stage(fleet: RolloutFleet) -> None:
    fleet.start(SHADOW_THEN_ALL)
    fleet.carry_on()
    fleet.let_pass(2.2)
    for each in in_shadow(fleet):
        send_pairs(each, AGREEING)
    assert fleet.carry_on().state == "running"
    assert fleet.versions() == ["1.0"] * 6 + ["2.0"] * 2
    assert in_shadow(fleet) == []
    fleet.let_pass(1.2)
    fleet.carry_on()
    fleet.let_pass(1.2)
    assert fleet.carry_on().state == "finished"
    assert fleet.versions() == ["2.0"] * 8


def test_without_pairs_it_waits_and_says_that_it_is_not_judged(fleet: RolloutFleet) -> None:
    fleet.start(SHADOW_THEN_ALL)
    fleet.carry_on()
    fleet.let_pass(3.2)
    assert fleet.carry_on().state == "running"
    assert fleet.versions() == ["1.0"] * 8
    fleet.let_pass(96)
    assert fleet.look().stop_reason == "not-judged"
