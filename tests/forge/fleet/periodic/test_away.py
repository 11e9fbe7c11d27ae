"""Devices that are away: members hear of them once, all of an organisation together."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.core.models import Event
from forge.fleet import registrations
from forge.fleet.devices.seen import seen_devices, write_seen
from forge.fleet.models import Device
from forge.fleet.periodic.away import LOOK_EVERY, tell_away
from forge.notices.access import notices_of
from forge.notices.serializers import notice_to_json
from forge.webhooks.actions import create_webhook
from forge.webhooks.models import Delivery
from tests.support.forge.devices import DeviceClient, device_client, row_of
from tests.support.forge.factories.devices import first_report

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def gates(organisation: Organisation) -> list[DeviceClient]:
    return [device_client(organisation, f"gate-{number}") for number in range(9)]


def leave_for(hours: float) -> None:
    """The devices were seen last so long ago."""
    Device.objects.update(seen=NOW - timedelta(hours=hours))


def counts() -> list[int]:
    """Returns the announced numbers of devices, in order."""
    return [each.data["count"] for each in Event.objects.filter(type="devices.away").order_by("pk")]


def test_devices_that_are_away_are_told_once(gates: list[DeviceClient]) -> None:
    leave_for(23)
    tell_away(NOW)
    assert counts() == []
    tell_away(NOW + timedelta(hours=2))
    tell_away(NOW + timedelta(hours=3))
    assert counts() == [9]


def test_who_may_change_devices_gets_a_notice_that_says_where(
    gates: list[DeviceClient], developer: User, viewer: User
) -> None:
    leave_for(25)
    tell_away(NOW)
    (notice,) = [notice_to_json(each) for each in notices_of(developer)]
    assert notice["text"] == "9 devices of berlin have not been seen for a day"
    assert notice["url"].endswith("/acme/devices?q=is%3Aaway")
    assert list(notices_of(viewer)) == []


def test_one_device_is_one(organisation: Organisation, developer: User) -> None:
    device_client(organisation)
    Device.objects.get().labels.all().delete()
    leave_for(25)
    tell_away(NOW)
    (notice,) = [notice_to_json(each) for each in notices_of(developer)]
    assert notice["text"] == "1 device has not been seen for a day"


def test_a_label_that_not_all_of_them_have_is_not_named(gates: list[DeviceClient]) -> None:
    row_of(gates[0]).labels.update(value="hamburg")
    leave_for(25)
    tell_away(NOW)
    assert Event.objects.get(type="devices.away").data["labels"] == []


def test_a_device_that_came_back_is_told_again(gates: list[DeviceClient]) -> None:
    leave_for(25)
    tell_away(NOW)
    for gate in gates[:2]:
        seen_devices.note(row_of(gate).pk, timezone.now())
    write_seen()
    gates[2].report(first_report(sequence=2))
    leave_for(25)
    tell_away(NOW)
    assert counts() == [9, 3]


@pytest.mark.parametrize("field", ["retired", "locked_out"])
def test_devices_out_of_service_are_not_missed(gates: list[DeviceClient], field: str) -> None:
    leave_for(25)
    Device.objects.update(**{field: NOW})
    tell_away(NOW)
    assert counts() == []


def test_each_organisation_hears_of_its_own(gates: list[DeviceClient], stranger: User) -> None:
    device_client(Organisation.objects.get(name="other"))
    leave_for(25)
    tell_away(NOW)
    assert sorted(counts()) == [1, 9]


def test_a_server_that_was_off_waits(gates: list[DeviceClient], monkeypatch: pytest.MonkeyPatch) -> None:
    leave_for(25)
    monkeypatch.setattr(registrations, "_started", time.monotonic())
    registrations.look_for_away()
    assert counts() == []
    monkeypatch.setattr(registrations, "_started", time.monotonic() - LOOK_EVERY)
    registrations.look_for_away()
    assert counts() == [9]


def test_webhooks_of_the_organisation_get_a_message_and_those_of_a_project_do_not(
    gates: list[DeviceClient], owner: User, organisation: Organisation, project: object
) -> None:
    create_webhook(owner, organisation, "https://example.com/hook", ["device"])
    create_webhook(owner, organisation, "https://example.com/project", ["device"], project="kitchen")
    leave_for(25)
    tell_away(NOW)
    body = json.loads(Delivery.objects.get().body)
    assert (body["type"], body["data"]["count"], body["data"]["labels"]) == ("devices.away", 9, ["site=berlin"])
    assert body["data"]["organisation"]["name"] == "acme"
    assert "project" not in body["data"]
    assert body["data"]["url"].endswith("/acme/devices?q=is%3Aaway")


def test_webhooks_hear_of_a_device_that_joined(owner: User, organisation: Organisation) -> None:
    create_webhook(owner, organisation, "https://example.com/hook", ["device"])
    gate = device_client(organisation)
    body = json.loads(Delivery.objects.get().body)
    assert (body["type"], body["data"]["device"], body["data"]["name"]) == ("device.joined", gate.device, "gate-7")
    assert body["data"]["url"].endswith("/acme/devices/gate-7")
