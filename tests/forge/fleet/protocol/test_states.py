"""The answer to a poll: what is wanted and asked, and that an unchanged one costs one query."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.fleet.devices.requests import ask_device, end_requests
from forge.fleet.devices.seen import seen_devices, write_seen
from forge.fleet.groups.models import Assignment
from forge.fleet.models import Device
from forge.fleet.protocol.limits import REQUESTS_A_MINUTE
from hmrd.protocol.wanted import DesiredState, RequestKind
from tests.support.forge.devices import DeviceClient, device_client, row_of
from tests.support.forge.factories.devices import RUNE, first_report

pytestmark = pytest.mark.django_db


def state(answer: Any) -> DesiredState:
    """Returns the state in an answer, as a device reads it."""
    assert answer.status_code == 200
    return DesiredState.from_json(answer.json())


def test_a_device_without_a_deployment_is_wanted_to_run_nothing(gate: DeviceClient) -> None:
    desired = state(gate.poll())
    assert (desired.wanted, desired.interval, desired.wait, desired.sequence) == (None, 60, 0, 1)
    assert (desired.requests, desired.orders) == ((), ())


def test_a_device_gets_the_release_of_its_deployment(gate: DeviceClient, assignment: Assignment) -> None:
    Assignment.objects.update(order="signed at home")
    wanted_rune = state(gate.poll()).wanted
    assert wanted_rune is not None
    assert (wanted_rune.deployment, wanted_rune.number, wanted_rune.version) == ("acme/kitchen/gateways", 3, "1.4.0")
    assert (wanted_rune.rune, wanted_rune.size, wanted_rune.self_test) == (RUNE, 4096, None)
    assert state(gate.poll()).orders == ("signed at home",)


def test_a_withdrawn_rune_is_not_wanted(gate: DeviceClient, assignment: Assignment) -> None:
    Assignment.objects.update(rune="")
    assert state(gate.poll()).wanted is None


def test_an_unchanged_state_is_answered_304_with_one_query(
    gate: DeviceClient, assignment: Assignment, django_assert_num_queries: Callable[[int], Any]
) -> None:
    etag = gate.poll()["ETag"]
    with django_assert_num_queries(1):
        answer = gate.poll(etag)
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)


def test_each_change_ends_the_tag_and_a_report_does_not(
    gate: DeviceClient, assignment: Assignment, settings: Any
) -> None:
    etag = gate.poll()["ETag"]
    assert gate.report(first_report(sequence=2)).status_code == 204
    assert gate.poll(etag).status_code == 304
    changes: list[Callable[[], Any]] = [
        lambda: Assignment.objects.update(revision=2, number=4),
        lambda: ask_device(row_of(gate), RequestKind.RESTART, None),
        lambda: end_requests(row_of(gate)),
        lambda: Device.objects.update(assignment=None, revision=9),
        lambda: setattr(settings, "DEVICE_POLL_SECONDS", 120),
    ]
    for change in changes:
        change()
        answer = gate.poll(etag)
        assert answer.status_code == 200
        assert answer["ETag"] != etag
        etag = answer["ETag"]
    assert state(gate.poll()).interval == 120


@pytest.mark.protects("devices/other-devices")
def test_what_is_asked_of_a_device_is_asked_of_it_alone(
    gate: DeviceClient, organisation: Organisation, owner: User
) -> None:
    other = device_client(organisation, "gate-8")
    log = ask_device(row_of(gate), RequestKind.LOG, owner)
    (request,) = state(gate.poll()).requests
    assert (request.id, request.kind, request.seed) == (log.pk, RequestKind.LOG, None)
    assert state(other.poll()).requests == ()


def test_a_request_comes_with_the_order_of_the_key_at_home(gate: DeviceClient) -> None:
    ask_device(row_of(gate), RequestKind.HAND_OVER, None, "leave, signed")
    desired = state(gate.poll())
    assert ([each.kind for each in desired.requests], desired.orders) == ([RequestKind.HAND_OVER], ("leave, signed",))


def test_a_retired_device_is_asked_to_leave_and_for_nothing_else(gate: DeviceClient, assignment: Assignment) -> None:
    Device.objects.update(retired=timezone.now())
    ask_device(row_of(gate), RequestKind.RESTART, None)
    ask_device(row_of(gate), RequestKind.LEAVE, None)
    desired = state(gate.poll())
    assert ([each.kind for each in desired.requests], desired.wanted) == ([RequestKind.LEAVE], None)
    end_requests(row_of(gate))
    assert gate.poll().status_code == 410


@pytest.mark.protects("devices/floods")
def test_a_device_that_asks_too_often_waits_and_others_at_its_address_do_not(
    gate: DeviceClient, organisation: Organisation
) -> None:
    other = device_client(organisation, "gate-8")
    answers = [gate.poll().status_code for _ in range(REQUESTS_A_MINUTE + 1)]
    assert set(answers[:-1]) == {200}
    answer = gate.poll()
    assert (answer.status_code, answer.json()["name"], answer["Retry-After"]) == (429, "too-often", "60")
    assert other.poll().status_code == 200


@pytest.mark.protects("devices/floods")
def test_forged_requests_do_not_use_up_the_rate_of_a_device(gate: DeviceClient, organisation: Organisation) -> None:
    other = device_client(organisation, "gate-8")
    for _ in range(REQUESTS_A_MINUTE + 1):
        assert gate.poll(key=other.key).status_code == 401
    assert gate.poll().status_code == 200


def test_a_poll_writes_nothing_and_is_seen_later(gate: DeviceClient, assignment: Assignment) -> None:
    long_ago = timezone.now().replace(year=2020)
    Device.objects.update(seen=long_ago)
    etag = gate.poll()["ETag"]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        gate.poll(etag)
    assert [each["sql"].split()[0] for each in queries] == ["SELECT"]
    assert row_of(gate).seen == long_ago
    write_seen()
    assert (timezone.now() - row_of(gate).seen).total_seconds() < 30  # type: ignore[operator]


def test_when_a_device_was_seen_never_goes_back(gate: DeviceClient) -> None:
    before = row_of(gate).seen
    assert before is not None
    seen_devices.note(row_of(gate).pk, before.replace(year=2020))
    write_seen()
    assert row_of(gate).seen == before


def test_what_the_database_does_not_take_is_written_the_next_time(
    gate: DeviceClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    Device.objects.update(seen=None)
    gate.poll()

    def fail(_: object) -> None:
        raise RuntimeError("away")

    with monkeypatch.context() as patch:
        patch.setattr("forge.fleet.devices.seen._store", fail)
        with pytest.raises(RuntimeError):
            write_seen()
    assert row_of(gate).seen is None
    write_seen()
    assert row_of(gate).seen is not None
