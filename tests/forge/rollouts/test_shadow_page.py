"""The page and the API of a rollout say where both versions disagree in shadow, while it runs and afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.rollouts.pages.shadow_pairs import percent_text
from forge.telemetry.models import DevicePairs
from forge.telemetry.switch.actions import turn_off
from tests.support.forge.rollouts import RolloutFleet
from tests.support.forge.shadows import in_shadow, send_pairs

pytestmark = pytest.mark.django_db
PAGE = "/acme/kitchen/deployments/gateways/rollouts/1"
API = "/api/v1/projects/acme/kitchen/deployments/gateways/rollouts/1"
SHADOW_THEN_ALL: dict[str, Any] = {
    "stages": [
        {"size": "share", "amount": 0.75, "hours": 3, "shadow": True},
        {"size": "count", "amount": 2, "hours": 1},
        {"size": "all", "hours": 1},
    ],
    "guards": [{"kind": "installs", "limit": 0.02}, {"kind": "disagreement", "limit": 0.5}],
}
DIFFERING = ((60, 0, 0), (0, 20, 10), (0, 2, 8))
AGREEING = ((60, 0, 0), (0, 30, 0), (0, 0, 10))


@pytest.fixture
def reader(viewer: User, browser_of: Callable[[User | None], Client]) -> Client:
    return browser_of(viewer)


def words(answer: Any) -> str:
    assert answer.status_code == 200, answer.content
    return " ".join(answer.content.decode().split())


def begun(fleet: RolloutFleet) -> None:
    fleet.start(SHADOW_THEN_ALL)
    fleet.carry_on()


def test_before_the_first_pairs_it_says_when_they_come(fleet: RolloutFleet, reader: Client) -> None:
    begun(fleet)
    page = words(reader.get(PAGE))
    assert "Disagreement in shadow" in page
    assert "No device has sent pairs of labels yet. Each sends those of an hour once the hour is over." in page
    assert "said</th>" not in page


def test_it_says_which_labels_disagree_on_how_many_devices_with_ranges(fleet: RolloutFleet, reader: Client) -> None:
    begun(fleet)
    fleet.let_pass(2.2)
    for place, each in enumerate(in_shadow(fleet)):
        assert send_pairs(each, DIFFERING if place else AGREEING, misses=place) == "accepted"
    fleet.look()
    page = words(reader.get(PAGE))
    assert "1.0 and 2.0 gave different labels to 60 of 600 windows (10.0 %, " in page
    assert ", on 5 of 6 devices." in page
    assert '<span class="break">speech</span></th> <td data-title="2.0 said"><b class="break">knock</b></td>' in page
    assert '<td data-title="Windows">50 of 600</td> <td data-title="Share (95 % range)"><span>8.3 %, ' in page
    assert '<td data-title="Devices">5 of 6</td>' in page
    assert "15 windows were not compared: 2.0 was not ready, or had no answer." in page
    assert "The table has the hours until the last look." in page
    (stage,) = reader.get(API).json()["stages"]
    pairs = stage["disagreement"]
    assert (pairs["windows"], pairs["devices"], pairs["missed"]) == (600, 6, 15)
    assert [(each["former"], each["new"], each["counted"]["windows"]) for each in pairs["pairs"]] == [
        ("speech", "knock", 50),
        ("knock", "speech", 10),
    ]
    first = pairs["pairs"][0]["counted"]
    assert 0 < first["low"] < 50 / 600 < first["high"]
    assert stage["devices_when_passed"] is None


def test_a_share_of_few_devices_has_no_range(fleet: RolloutFleet, reader: Client) -> None:
    begun(fleet)
    fleet.let_pass(2.2)
    for place, each in enumerate(in_shadow(fleet)):
        send_pairs(each, AGREEING if place else DIFFERING)
    fleet.look()
    page = words(reader.get(PAGE))
    assert "gave different labels to 12 of 600 windows, on 1 of 6 devices." in page
    assert "<span>1 device: too few for a range" in page


def test_a_shadow_that_agrees_says_so(fleet: RolloutFleet, reader: Client) -> None:
    begun(fleet)
    fleet.let_pass(2.2)
    for each in in_shadow(fleet):
        send_pairs(each, AGREEING)
    fleet.look()
    assert "1.0 and 2.0 gave the same label to all 600 windows of 6 devices." in words(reader.get(PAGE))


def test_afterwards_it_keeps_the_pairs_and_the_number_of_its_devices(fleet: RolloutFleet, reader: Client) -> None:
    begun(fleet)
    fleet.let_pass(3.2)
    for each in in_shadow(fleet):
        send_pairs(each, DIFFERING)
    fleet.carry_on()
    assert in_shadow(fleet) == []
    DevicePairs.objects.all().delete()
    page = words(reader.get(PAGE))
    assert "gave different labels to 72 of 600 windows" in page
    assert "The table has the hours until the last look." not in page
    assert "<span>6 devices, 3 hours</span>" in page
    assert "<span>2 devices, 0 minutes</span>" in page
    shadow, second = reader.get(API).json()["stages"]
    assert (shadow["devices_when_passed"], shadow["devices"]["running"]) == (6, 0)
    assert (second["devices_when_passed"], second["devices"]["running"]) == (None, 2)
    assert "2 of 8 devices run 2.0" in page


def test_without_telemetry_it_says_why_there_are_none(fleet: RolloutFleet, reader: Client) -> None:
    turn_off(fleet.person, fleet.deployment)
    begun(fleet)
    assert "Telemetry is off, so devices count no labels." in words(reader.get(PAGE))


def test_a_rollout_without_a_shadow_has_no_such_part(fleet: RolloutFleet, reader: Client) -> None:
    fleet.start({**SHADOW_THEN_ALL, "stages": SHADOW_THEN_ALL["stages"][1:]})
    fleet.carry_on()
    assert "Disagreement in shadow" not in words(reader.get(PAGE))


@pytest.mark.parametrize(("share", "text"), [(0.052, "5.2"), (0.0, "0.0"), (0.0004, "0.04"), (0.001, "0.1")])
def test_a_small_share_is_not_rounded_to_nothing(share: float, text: str) -> None:
    assert percent_text(share) == text
