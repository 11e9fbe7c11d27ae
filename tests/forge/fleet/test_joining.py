"""A device joins: its row, its timeline, the audit log, and what is refused."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import pytest

from forge.accounts.audit.log import organisation_entries
from forge.accounts.audit.sentences import render_entries
from forge.accounts.models import Organisation, Quota, User
from forge.fleet.devices.labels import labels_of
from forge.fleet.devices.models import ClaimedWith, Device, PersonEntry
from forge.fleet.enrolment.joining import join
from forge.fleet.errors import BadDeviceName, DeviceKeyInUse, DeviceNameInUse, DeviceQuotaReached, NoKeyAtHome
from forge.fleet.hooks import devices_changed
from hmrd.protocol.enrolment import TrustKind
from hmrd.protocol.names import is_device_name
from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.reports import Phase, Report
from tests.support.forge.factories.devices import RUNE, first_report, joined, key_of

pytestmark = pytest.mark.django_db


def _join(organisation: Organisation, name: str, key: str = "", report: Report | None = None) -> Device:
    return join(
        organisation=organisation,
        public_key=key or key_of(name),
        name=name,
        report=report or first_report(),
        labels={},
        note="",
        trust=TrustKind.SERVER,
        claimed_with=ClaimedWith.CODE,
        claimed_by=None,
    )


def test_its_state_is_that_of_its_first_report(organisation: Organisation, owner: User) -> None:
    device = joined(organisation, "gate-7", {"site": "berlin"}, by=owner)
    device.refresh_from_db()
    assert (device.running_version, device.running_rune, device.phase) == ("1.4.0", RUNE, Phase.RUNNING)
    assert (device.sequence, device.seen, device.claimed_by) == (1, device.claimed, owner)
    assert labels_of(device) == {"site": "berlin"}
    assert [entry.kind for entry in device.entries.all()] == [PersonEntry.CLAIMED]


def test_the_problem_of_its_first_report_is_kept(organisation: Organisation) -> None:
    report = first_report(
        phase=Phase.EMPTY, running=None, problem=DeviceProblem(ProblemName.DISK_FULL, "2 MB are free.")
    )
    device = _join(organisation, "gate-7", report=report)
    assert (device.problem, device.problem_detail) == ("disk-full", "2 MB are free.")
    assert (device.running_rune, device.phase) == ("", "empty")


def test_the_audit_log_says_how_it_joined(organisation: Organisation, owner: User) -> None:
    joined(organisation, "gate-7", by=owner)
    entries = render_entries(list(organisation_entries(owner, organisation)))
    assert "The installation let gate-7 join with a code of Mika Kallio." in [each.sentence for each in entries]


def test_it_gets_a_name_if_its_person_chose_none(organisation: Organisation) -> None:
    first, second = _join(organisation, "", key_of("a")), _join(organisation, "", key_of("b"))
    assert first.name.startswith("device-")
    assert is_device_name(first.name)
    assert first.name != second.name


def test_groups_hear_of_it(organisation: Organisation) -> None:
    device_ids: list[UUID] = []

    def hear(_: Organisation, devices: Collection[UUID]) -> None:
        device_ids.extend(devices)

    devices_changed.register(hear)
    try:
        device = joined(organisation)
    finally:
        devices_changed._functions.remove(hear)
    assert device_ids == [device.pk]


def test_a_name_of_a_key_twice_is_refused(organisation: Organisation) -> None:
    _join(organisation, "gate-7", key_of("a"))
    with pytest.raises(DeviceNameInUse, match="a device named gate-7"):
        _join(organisation, "gate-7", key_of("b"))
    with pytest.raises(DeviceKeyInUse):
        _join(organisation, "gate-8", key_of("a"))


def test_a_name_outside_the_grammar_is_refused(organisation: Organisation) -> None:
    with pytest.raises(BadDeviceName):
        _join(organisation, "Gate 7")


def test_above_the_quota_it_is_refused(organisation: Organisation) -> None:
    Quota.objects.create(holder=organisation.stream, resource="devices", limit=1)
    _join(organisation, "gate-7")
    with pytest.raises(DeviceQuotaReached, match="has 1 device, which is the limit"):
        _join(organisation, "gate-8")
    assert Device.objects.count() == 1


def test_without_a_key_at_home_it_can_believe_none(organisation: Organisation) -> None:
    with pytest.raises(NoKeyAtHome):
        join(
            organisation=organisation,
            public_key=key_of("a"),
            name="gate-7",
            report=first_report(),
            labels={},
            note="",
            trust=TrustKind.HOME,
            claimed_with=ClaimedWith.BATCH,
            claimed_by=None,
        )
