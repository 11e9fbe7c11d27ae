"""Devices in shadow run both releases and answer with the former one; where both disagree stops the rollout."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from hmrd.protocol.addresses import COUNTS
from hmrd.protocol.counts import CountedPeriod, device_key, rune_key
from hmrd.protocol.pairs import PairsDocument
from hmrd.protocol.wanted import Telemetry
from rune.watch.pairs import LabelPairs, PairBins, encode
from tests.support.forge.counts import message
from tests.support.forge.rollouts import ObedientDevice, RolloutFleet

pytestmark = pytest.mark.django_db

SHADOW_THEN_ALL: dict[str, Any] = {
    "stages": [
        {"size": "share", "amount": 0.75, "hours": 2, "shadow": True, "must_judge": ["disagreement"]},
        {"size": "count", "amount": 2, "hours": 1},
        {"size": "all", "hours": 1},
    ],
    "guards": [{"kind": "installs", "limit": 0.02}, {"kind": "disagreement", "limit": 0.01}],
}
LAYOUT_LABELS = ("nothing", "speech", "knock")
AGREEING = ((60, 0, 0), (0, 30, 0), (0, 0, 10))
SWAPPED = ((60, 0, 0), (0, 20, 10), (0, 8, 2))


def in_shadow(fleet: RolloutFleet) -> list[ObedientDevice]:
    return [each for each in fleet.devices if each.shadow is not None]


def send_pairs(device: ObedientDevice, counts: tuple[tuple[int, ...], ...]) -> str:
    """Sends the pairs of the last whole hour. Returns what the server says."""
    assert device.running is not None
    assert device.shadow is not None
    hour = timezone.now() - timedelta(hours=1)
    document = PairsDocument(
        CountedPeriod(hour.date(), hour.hour),
        device_key_of(device),
        rune_key(device.running.rune),
        rune_key(device.shadow.rune),
        encode(LabelPairs(counts), PairBins(LAYOUT_LABELS, LAYOUT_LABELS)),
    )
    answer = device.client.send("POST", COUNTS, message([document.signed(device.client.key.sign)]))
    (verdict,) = answer.json()["answers"]
    return str(verdict["name"])


def device_key_of(device: ObedientDevice) -> bytes:
    return device_key(UUID(device.client.device))


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
