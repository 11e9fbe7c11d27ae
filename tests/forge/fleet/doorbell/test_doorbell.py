"""The doorbell with Debian's mosquitto: a device hears its own bell, speaks for itself, and misses nothing without."""

from __future__ import annotations

import json
import queue
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from forge.accounts.models import Organisation, User
from forge.fleet.devices.actions.standing import let_in_device, lock_out_device
from forge.fleet.devices.requests import ask_device
from forge.fleet.doorbell.reports import take_published
from forge.fleet.doorbell.ringing import Bells
from forge.fleet.groups.models import Assignment
from forge.fleet.models import Doorbell
from hmrd.protocol.addresses import DOORBELL, REPORTS
from hmrd.protocol.doorbell import DoorbellAccount, ReportEnvelope, bell_topic, report_topic
from hmrd.protocol.signatures import SignedRequest, sign
from hmrd.protocol.wanted import RequestKind
from tests.support.forge.devices import HOST, DeviceClient, device_client, row_of
from tests.support.forge.factories.devices import first_report
from tests.support.servers.mosquitto import Mosquitto, can_run, until

pytestmark = [pytest.mark.django_db]
needs_broker = pytest.mark.skipif(not can_run(), reason="this needs mosquitto with its dynamic-security plug-in")


@pytest.fixture
def broker(tmp_path: Path, settings: Any) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path) as broker:
        settings.DEVICE_MQTT_URL, settings.DEVICE_MQTT_CREDENTIALS = broker.url, broker.credentials
        yield broker


@pytest.fixture
def bells(broker: Mosquitto) -> Iterator[Bells]:
    bells = Bells()
    yield bells
    bells.close()


class Listener:
    """A client of the broker with an account."""

    def __init__(self, broker: Mosquitto, account: DoorbellAccount) -> None:
        from paho.mqtt.client import Client, MQTTv5
        from paho.mqtt.enums import CallbackAPIVersion

        self.answers: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self.client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
        self.client.username_pw_set(account.user, account.password)
        self.client.on_connect = lambda _c, _d, _f, reason, _p: self.answers.put(("connected", not reason.is_failure))
        self.client.on_subscribe = lambda _c, _d, _m, codes, _p: self.answers.put(
            ("subscribed", not codes[0].is_failure)
        )
        self.client.on_publish = lambda _c, _d, _m, code, _p: self.answers.put(("published", not code.is_failure))
        self.client.on_message = lambda _c, _d, message: self.answers.put(("rang", (message.topic, message.payload)))
        self.client.connect("127.0.0.1", broker.port)
        self.client.loop_start()

    def next(self, kind: str) -> Any:
        """Waits for the next answer, which is of this kind."""
        first, value = self.answers.get(timeout=60)
        assert first == kind
        return value

    def close(self) -> None:
        """Leaves the broker."""
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def listen(broker: Mosquitto) -> Iterator[Any]:
    listeners: list[Listener] = []

    def listened(account: DoorbellAccount) -> Listener:
        listeners.append(Listener(broker, account))
        return listeners[-1]

    yield listened
    for each in listeners:
        each.close()


def _account(client: DeviceClient) -> DoorbellAccount:
    answer = client.send("GET", DOORBELL)
    assert answer.status_code == 200, answer.content
    return DoorbellAccount.from_json(answer.json())


def _ready_account(bells: Bells, client: DeviceClient) -> DoorbellAccount:
    """Returns the account of a device, once the broker has it and nothing is to ring."""
    account = _account(client)

    def has_account() -> bool:
        bells.turn()
        return (
            Doorbell.objects.filter(device__pk=client.device, has_account=True).exists()
            and not Doorbell.objects.to_ring().exists()
        )

    until(has_account)
    return account


def _envelope(client: DeviceClient, sequence: int = 2, **changes: Any) -> bytes:
    body = json.dumps(first_report(sequence=sequence).to_json())
    request = SignedRequest("POST", HOST, REPORTS, "", body.encode())
    headers = sign(request, client.device, time.time(), client.key.sign)
    values = {"host": HOST, "headers": headers, "body": body, **changes}
    return json.dumps(ReportEnvelope(**values).to_json()).encode()


def test_without_a_broker_the_doorbell_is_off(gate: DeviceClient) -> None:
    answer = gate.send("GET", DOORBELL)
    assert (answer.status_code, answer.json()["name"]) == (404, "doorbell-off")
    assert gate.send_as_is("GET", DOORBELL, b"", {}).status_code == 401
    Bells().turn()
    assert not Doorbell.objects.exists()


@needs_broker
def test_a_device_hears_its_bell_when_something_is_asked_of_it(
    gate: DeviceClient, bells: Bells, listen: Any, assignment: Assignment
) -> None:
    listener = listen(_ready_account(bells, gate))
    assert listener.next("connected")
    listener.client.subscribe(bell_topic(gate.device), 1)
    assert listener.next("subscribed")
    bells.turn()
    ask_device(row_of(gate), RequestKind.LOG, None)
    bells.turn()
    assert listener.next("rang") == (bell_topic(gate.device), b"")
    Assignment.objects.update(revision=7)
    bells.turn()
    assert listener.next("rang") == (bell_topic(gate.device), b"")
    bells.turn()
    assert listener.answers.empty()


@needs_broker
@pytest.mark.protects("devices/doorbell")
def test_a_device_hears_and_speaks_for_itself_alone(
    organisation: Organisation, gate: DeviceClient, bells: Bells, listen: Any
) -> None:
    other = device_client(organisation, "gate-8")
    account, _ = _ready_account(bells, gate), _ready_account(bells, other)
    listener = listen(account)
    assert listener.next("connected")
    for topic in (bell_topic(other.device), "hmrd/+/bell", "#", report_topic(gate.device), "$CONTROL/#"):
        listener.client.subscribe(topic, 1)
        assert not listener.next("subscribed"), topic
    for topic in (report_topic(other.device), bell_topic(other.device), "$CONTROL/dynamic-security/v1"):
        listener.client.publish(topic, b"{}", qos=1)
        assert not listener.next("published"), topic
    listener.client.publish(report_topic(gate.device), b"{}", qos=1)
    assert listener.next("published")
    stranger = listen(DoorbellAccount(other.device, account.password))
    assert not stranger.next("connected")


@needs_broker
def test_a_published_report_is_taken(gate: DeviceClient, bells: Bells, listen: Any) -> None:
    listener = listen(_ready_account(bells, gate))
    assert listener.next("connected")
    listener.client.publish(report_topic(gate.device), _envelope(gate), qos=1)
    assert listener.next("published")

    def has_report() -> bool:
        bells.turn()
        return row_of(gate).sequence == 2

    until(has_report)


@needs_broker
def test_a_device_that_is_locked_out_loses_its_account(
    gate: DeviceClient, owner: User, bells: Bells, listen: Any
) -> None:
    account = _ready_account(bells, gate)
    lock_out_device(owner, row_of(gate))
    bells.turn()
    assert not listen(account).next("connected")
    let_in_device(owner, row_of(gate))
    bells.turn()
    assert listen(account).next("connected")


@needs_broker
def test_a_broker_that_was_away_rings_later_and_polls_go_on(
    gate: DeviceClient, broker: Mosquitto, bells: Bells, listen: Any, caplog: pytest.LogCaptureFixture
) -> None:
    account = _ready_account(bells, gate)
    broker.stop()
    ask_device(row_of(gate), RequestKind.LOG, None)
    bells.turn()
    assert "Devices poll meanwhile" in caplog.text
    assert [each["kind"] for each in gate.poll().json()["requests"]] == ["log"]
    broker.start()
    listener = listen(account)
    assert listener.next("connected")
    listener.client.subscribe(bell_topic(gate.device), 1)
    assert listener.next("subscribed")

    def rings() -> bool:
        bells.turn()
        return not Doorbell.objects.to_ring().exists()

    until(rings)
    assert listener.next("rang") == (bell_topic(gate.device), b"")


@pytest.mark.protects("devices/doorbell")
def test_published_reports_are_refused_as_over_https(organisation: Organisation, gate: DeviceClient) -> None:
    other = device_client(organisation, "gate-8")
    topic = report_topic(gate.device)
    assert not take_published(report_topic(other.device), _envelope(gate)), "another device's topic"
    assert not take_published("hmrd/x/report", _envelope(gate))
    assert not take_published(topic, _envelope(gate, body='{"sequence": 2}')), "another body"
    assert not take_published(topic, _envelope(gate, host="elsewhere.example")), "signed for another host"
    assert not take_published(topic, b"{}")
    assert not take_published(topic, b"[" * 100_000)
    assert row_of(gate).sequence == 1
    assert take_published(topic, _envelope(gate))
    assert take_published(topic, _envelope(gate)), "the same report again"
    assert not take_published(topic, _envelope(gate, sequence=1)), "an earlier report"
    assert row_of(gate).sequence == 2
