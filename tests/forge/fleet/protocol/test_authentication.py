"""Authentication in the device protocol: each refusal, and that one key speaks for one device alone."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.accounts.tokens.secrets import hash_secret
from forge.fleet.models import Device
from hmrd.protocol.addresses import DEVICE, ENROLMENTS, KEY, REPORTS, ROOT, STATE
from hmrd.protocol.signatures import TOLERANCE
from tests.support.forge.devices import DeviceClient, DeviceKey, device_client, row_of
from tests.support.forge.factories.devices import first_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def gate(organisation: Organisation) -> DeviceClient:
    return device_client(organisation)


def refusal(answer: Any) -> tuple[int, str]:
    """Returns the status and the name of a refusal, which is a problem."""
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Cache-Control"] == "no-store"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["detail"]
    return answer.status_code, problem["name"]


@pytest.mark.protects("devices/forged-requests")
def test_a_request_without_a_signature_is_refused(gate: DeviceClient) -> None:
    assert refusal(gate.send_as_is("GET", STATE, b"", {})) == (401, "signature-missing")


@pytest.mark.parametrize("age", [TOLERANCE + 2, -TOLERANCE - 2, 56 * 365 * 86_400])
def test_a_device_whose_clock_is_wrong_learns_the_time(gate: DeviceClient, age: float) -> None:
    answer = gate.poll(age=age)
    assert refusal(answer) == (401, "clock-wrong")
    assert abs(answer.json()["now"] - time.time()) < 5


@pytest.mark.protects("devices/forged-requests")
@pytest.mark.parametrize(
    "changes",
    [
        {"key": DeviceKey()},
        {"host": "other.example"},
        {"signed_path": REPORTS},
        {"signed_method": "PUT"},
        {"signed_query": "wait=1"},
        {"query": "wait=60", "signed_query": ""},
    ],
    ids=["key", "host", "path", "method", "query", "query added"],
)
def test_a_signature_is_about_this_very_request(gate: DeviceClient, changes: dict[str, Any]) -> None:
    assert refusal(gate.poll(**changes)) == (401, "signature-refused")
    assert row_of(gate).seen == row_of(gate).claimed


@pytest.mark.protects("devices/forged-requests")
def test_a_changed_body_is_refused(gate: DeviceClient) -> None:
    answer = gate.report(first_report(sequence=2), changed_body=b"{}")
    assert refusal(answer) == (401, "body-changed")


@pytest.mark.protects("devices/forged-requests")
def test_a_body_whose_digest_was_changed_too_is_refused(gate: DeviceClient) -> None:
    other = DeviceClient(gate.device).send("POST", REPORTS, {}, key=gate.key, signed_path=STATE)
    assert refusal(other) == (401, "signature-refused")


@pytest.mark.parametrize("device", ["5c4b7f0e-8f6a-4c57-9d0e-3a1b2c4d5e6f", "new", "-" * 36])
def test_an_unknown_device_is_refused(gate: DeviceClient, device: str) -> None:
    assert refusal(gate.poll(device=device)) == (401, "device-unknown")


@pytest.mark.protects("devices/other-devices")
def test_a_stolen_key_speaks_for_its_own_device_alone(gate: DeviceClient, organisation: Organisation) -> None:
    other = device_client(organisation, "gate-8")
    assert refusal(other.poll(key=gate.key)) == (401, "signature-refused")
    assert refusal(gate.poll(device=other.device)) == (401, "signature-refused")
    assert gate.poll().status_code == 200


@pytest.mark.protects("devices/retired")
def test_a_device_that_is_locked_out_is_told_so_and_nobody_else_is(gate: DeviceClient) -> None:
    Device.objects.update(locked_out=timezone.now())
    assert refusal(gate.poll()) == (403, "locked-out")
    assert refusal(gate.report(first_report(sequence=2))) == (403, "locked-out")
    assert refusal(gate.poll(key=DeviceKey())) == (401, "signature-refused")


@pytest.mark.protects("devices/retired")
def test_a_retired_device_is_gone(gate: DeviceClient) -> None:
    Device.objects.update(retired=timezone.now())
    assert refusal(gate.poll()) == (410, "retired")
    assert refusal(gate.send("GET", ENROLMENTS)) == (410, "retired")
    assert refusal(gate.poll(key=DeviceKey())) == (401, "signature-refused")


def test_devices_of_a_deleted_organisation_are_unknown(gate: DeviceClient, organisation: Organisation) -> None:
    organisation.delete()
    assert refusal(gate.poll()) == (401, "device-unknown")


def test_a_device_with_a_stock_client_has_no_key(gate: DeviceClient) -> None:
    Device.objects.update(public_key=None)
    assert refusal(gate.poll()) == (401, "device-unknown")


@pytest.mark.parametrize(("method", "path"), [("POST", STATE), ("GET", REPORTS), ("PATCH", KEY), ("GET", DEVICE)])
def test_another_method_is_refused(gate: DeviceClient, method: str, path: str) -> None:
    answer = gate.send(method, path)
    assert refusal(answer) == (405, "method-refused")
    assert answer["Allow"]


def test_another_address_is_unknown(gate: DeviceClient) -> None:
    assert refusal(gate.send("GET", f"{ROOT}devices")) == (404, "address-unknown")


def test_neither_a_session_nor_a_token_says_anything(gate: DeviceClient, client: Client, user: User) -> None:
    assert refusal(client.get(STATE)) == (401, "signature-missing")
    answer = gate.poll()
    assert not answer.cookies
    assert hash_secret(gate.key.public) not in answer.content.decode()


def test_a_request_that_is_sent_again_changes_nothing(gate: DeviceClient) -> None:
    """A request that somebody recorded works as long as its signature is fresh, and says nothing new."""
    message = first_report(sequence=2)
    assert [gate.report(message).status_code for _ in range(2)] == [204, 204]
    assert row_of(gate).days.get().reports == 1
