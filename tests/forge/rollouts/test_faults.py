"""Clocks, late reports, lies, groups that become empty, versions that are withdrawn, people who leave, old backups."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from forge.accounts.models import User
from forge.accounts.organisations.actions.members import remove_member
from forge.fleet.groups.membership import assign_devices
from forge.fleet.models import Device, DeviceLabel
from forge.registry.tags.withdrawing.actions import withdraw_tag
from forge.rollouts.actions.deciding import let_rollout_go_on, take_rollout_back
from forge.rollouts.models import GuardReading, RolloutStage
from forge.rollouts.work.evidence import evidence_of
from hmrd.protocol.reports import Phase
from tests.support.forge.factories.deployments import now
from tests.support.forge.factories.devices import first_report
from tests.support.forge.rollouts import ObedientDevice, RolloutFleet
from tests.support.watch import counted

pytestmark = pytest.mark.django_db
HALF_THEN_ALL: dict[str, Any] = {
    "stages": [{"size": "share", "amount": 0.5, "hours": 3}, {"size": "all", "hours": 1}],
    "guards": [{"kind": "installs", "limit": 0.02}, {"kind": "labels", "limit": 0.03}],
}


def send_hour(fleet: RolloutFleet, device: ObedientDevice, back: int, **values: Any) -> str:
    """Sends the counts of an hour that is so many hours before now. Returns what the server says."""
    assert device.running is not None
    hour = timezone.now() - timedelta(hours=back)
    counts = values.pop("counts", counted())
    sender = fleet.counting(device)
    document = sender.document(counts, day=hour.date(), hour=hour.hour, rune=device.running.rune, **values)
    (name,) = sender.names(document)
    return name


def test_hours_of_a_clock_two_days_ahead_are_refused_and_judge_nothing(fleet: RolloutFleet) -> None:
    fleet.start(HALF_THEN_ALL)
    fleet.carry_on()
    fleet.let_pass(2.2)
    assert send_hour(fleet, fleet.admitted()[0], -48) == "day-ahead"
    assert send_hour(fleet, fleet.admitted()[0], 1) == "accepted"
    stage = fleet.rollout.stages.get()
    assert evidence_of(fleet.rollout, stage, timezone.now()).moved.now.answers == 100


def test_hours_from_before_the_stage_are_kept_and_judge_nothing(fleet: RolloutFleet) -> None:
    fleet.start(HALF_THEN_ALL)
    fleet.carry_on()
    fleet.let_pass(2.2)
    assert send_hour(fleet, fleet.admitted()[0], 20) == "accepted"
    assert evidence_of(fleet.rollout, fleet.rollout.stages.get(), timezone.now()).moved.now.answers == 0


def test_a_report_from_last_week_changes_nothing(fleet: RolloutFleet) -> None:
    fleet.start(HALF_THEN_ALL)
    fleet.carry_on()
    device = fleet.admitted()[0]
    late = first_report(sequence=1, phase=Phase.RUNNING, running=device.other)
    assert device.client.report(late).status_code == 409
    fleet.let_pass(1.1)
    assert fleet.look().state == "running"
    assert fleet.rollout.stages.get().passed is None


def test_counts_that_cannot_be_are_refused_and_stop_nothing(fleet: RolloutFleet) -> None:
    fleet.start(HALF_THEN_ALL)
    fleet.carry_on()
    fleet.let_pass(2.2)
    liar = fleet.admitted()[0]
    assert send_hour(fleet, liar, 1, counts=counted((0, 0, 10**9))) == "counts-impossible"
    assert fleet.look().state == "running"


def test_a_group_that_becomes_empty_stops_it_and_nobody_gets_it_when_devices_return(fleet: RolloutFleet) -> None:
    fleet.start(HALF_THEN_ALL)
    fleet.carry_on()
    organisation = fleet.deployment.project.organisation
    DeviceLabel.objects.update(value="hamburg")
    assign_devices(organisation)
    assert fleet.look().state == "stopped"
    assert fleet.rollout.stop_reason == "group-empty"
    DeviceLabel.objects.update(value="berlin")
    assign_devices(organisation)
    fleet.carry_on()
    assert fleet.versions().count("2.0") == 4


def test_a_version_that_is_withdrawn_stops_it_and_devices_go_back(fleet: RolloutFleet, owner: User) -> None:
    fleet.start(HALF_THEN_ALL)
    fleet.carry_on()
    withdraw_tag(owner, fleet.deployment.project, "2.0", "Wrong data.")
    assert fleet.carry_on().state == "stopped"
    assert fleet.rollout.stop_reason == "withdrawn"
    assert fleet.versions().count("2.0") == 4
    take_rollout_back(fleet.person, fleet.rollout)
    fleet.sign()
    fleet.look()
    assert fleet.carry_on().state == "went-back"
    assert fleet.versions() == ["1.0"] * 8


def test_it_goes_on_when_the_person_who_started_it_leaves(fleet: RolloutFleet, owner: User) -> None:
    fleet.start(HALF_THEN_ALL)
    fleet.carry_on()
    remove_member(owner, fleet.deployment.project.organisation, fleet.person.pk)
    assert fleet.look().state == "running"
    take_rollout_back(owner, fleet.rollout)


def test_a_server_that_was_restored_does_not_make_devices_go_back(fleet: RolloutFleet) -> None:
    fleet.start(HALF_THEN_ALL)
    fleet.carry_on()
    # The backup is of before the first stage: the devices have the release, and no row says so.
    fleet.rollout.devices.all().delete()
    RolloutStage.objects.all().delete()
    GuardReading.objects.all().delete()
    Device.objects.update(rollout=None, rollout_role="", running_number=1, running_rune=now(fleet.deployment).rune)
    for each in fleet.devices:
        each.say()
    fleet.carry_on_without_rollout()
    assert fleet.versions().count("2.0") == 4
    fleet.carry_on()
    assert fleet.rollout.state == "running"
    assert fleet.versions().count("2.0") >= 4


def test_one_device_that_lies_within_reason_does_not_stop_it(fleet: RolloutFleet) -> None:
    fleet.start(HALF_THEN_ALL)
    fleet.carry_on()
    fleet.let_pass(2.2)
    for number, each in enumerate(fleet.devices):
        counts = counted((0, 0, 500)) if each is fleet.admitted()[0] else counted((300 + number, 150, 50))
        assert send_hour(fleet, each, 1, counts=counts) == "accepted"
    assert fleet.look().state == "running"


def test_no_rollout_goes_on_by_itself_after_it_stopped(fleet: RolloutFleet) -> None:
    fleet.start(HALF_THEN_ALL)
    fleet.carry_on()
    organisation = fleet.deployment.project.organisation
    DeviceLabel.objects.update(value="hamburg")
    assign_devices(organisation)
    fleet.look()
    DeviceLabel.objects.update(value="berlin")
    assign_devices(organisation)
    fleet.let_pass(10)
    assert fleet.look().state == "stopped"
    let_rollout_go_on(fleet.person, fleet.rollout, "The labels are back.")
    assert fleet.look().state == "running"


def test_while_the_server_was_away_no_device_is_taken_for_away(fleet: RolloutFleet) -> None:
    fleet.start(HALF_THEN_ALL)
    fleet.look()
    ids = {str(each) for each in fleet.rollout.devices.exclude(admitted=None).values_list("device", flat=True)}
    an_hour_ago = timezone.now() - timedelta(hours=1)
    Device.objects.update(seen=an_hour_ago)
    fleet.look()
    assert fleet.rollout.stages.get().settled is None
    # Others poll again, and those of the stage do not: now it is they who are away.
    Device.objects.exclude(pk__in=ids).update(seen=timezone.now())
    fleet.look()
    assert fleet.rollout.stages.get().settled is not None
