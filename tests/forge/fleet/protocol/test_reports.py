"""Reports: each number of a device once, and what becomes of what they say."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.core.models import AuditEntry, Event
from forge.fleet.devices.models import HandOver
from forge.fleet.devices.requests import ask_device
from forge.fleet.models import Device, DeviceRequest
from hmrd.protocol.addresses import DEVICE, ENROLMENTS, KEY, REPORTS
from hmrd.protocol.enrolment import KeyChange, key_change_text
from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.reports import (
    DeviceEvent,
    EventKind,
    InstalledRune,
    Phase,
    RequestAnswer,
    SelfTestOutcome,
    Totals,
)
from hmrd.protocol.wanted import RequestKind
from tests.support.forge.devices import DeviceClient, DeviceKey, device_client, row_of
from tests.support.forge.factories.devices import first_report

pytestmark = pytest.mark.django_db
_FIELDS = {"events": "kind of an event", "running": "an installed rune"}
NEWER = InstalledRune("acme/kitchen/gateways", 4, "1.5.0", f"sha256:{'0b' * 32}")


def refusal(answer: Any) -> tuple[int, str, int | None]:
    """Returns the status, the name and the number of the last report."""
    problem = answer.json()
    return answer.status_code, problem["name"], problem.get("last")


def test_a_report_becomes_the_state_of_its_device(gate: DeviceClient) -> None:
    problem = DeviceProblem(ProblemName.DISK_FULL, "12 MB are free.")
    report = first_report(sequence=2, running=NEWER, phase=Phase.TRYING, problem=problem, agent="hmrd 0.2.0")
    answer = gate.report(report)
    assert (answer.status_code, answer.content) == (204, b"")
    row = row_of(gate)
    assert (row.running_version, row.running_number, row.phase, row.agent) == ("1.5.0", 4, "trying", "hmrd 0.2.0")
    assert (row.problem, row.problem_detail, row.sequence) == ("disk-full", "12 MB are free.", 2)
    assert gate.report(first_report(sequence=3, running=None, phase=Phase.EMPTY)).status_code == 204
    assert (row_of(gate).running_rune, row_of(gate).problem) == ("", "")


def test_a_report_says_what_runs_beside(gate: DeviceClient) -> None:
    assert gate.report(first_report(sequence=2, shadow=NEWER)).status_code == 204
    assert (row_of(gate).shadow_rune, row_of(gate).shadow_version) == (NEWER.rune, "1.5.0")
    problem = DeviceProblem(ProblemName.MEMORY_SHORT, "It needs 80 MB.")
    assert gate.report(first_report(sequence=3, shadow_problem=problem)).status_code == 204
    row = row_of(gate)
    assert (row.shadow_rune, row.shadow_problem, row.shadow_problem_detail) == ("", "memory-short", problem.detail)
    assert row.problem == ""


@pytest.mark.protects("devices/replayed-reports")
def test_a_number_is_taken_once(gate: DeviceClient) -> None:
    assert gate.report(first_report(sequence=5)).status_code == 204
    assert gate.report(first_report(sequence=5)).status_code == 204
    assert refusal(gate.report(first_report(sequence=5, agent="another"))) == (409, "report-refused", 5)
    assert refusal(gate.report(first_report(sequence=4))) == (409, "report-refused", 5)
    assert gate.report(first_report(sequence=6)).status_code == 204
    assert row_of(gate).days.get().reports == 2


@pytest.mark.protects("devices/replayed-reports")
def test_reports_that_overtake_each_other_are_not_mixed(gate: DeviceClient) -> None:
    assert gate.report(first_report(sequence=3, running=NEWER)).status_code == 204
    assert gate.report(first_report(sequence=2)).status_code == 409
    assert row_of(gate).running_version == "1.5.0"


@pytest.mark.parametrize(
    "change",
    [
        {"phase": "flying"},
        {"sequence": 0},
        {"sequence": -1},
        {"sequence": 2**60},
        {"board": "<script>"},
        {"events": [{}]},
        {"totals": {"traps": -1}},
        {"running": 1},
        {"agent": "x" * 61},
    ],
)
def test_a_report_of_another_form_is_refused_with_its_field(gate: DeviceClient, change: dict[str, Any]) -> None:
    message = {**first_report(sequence=2).to_json(), **change}
    answer = gate.send("POST", REPORTS, message)
    assert refusal(answer)[:2] == (400, "message-wrong")
    assert _FIELDS.get(key := next(iter(change)), key) in answer.json()["detail"]
    assert row_of(gate).sequence == 1


def test_what_is_no_json_is_refused(gate: DeviceClient) -> None:
    assert refusal(gate.send("POST", REPORTS))[:2] == (400, "message-wrong")


def test_counts_are_differences_of_totals(gate: DeviceClient) -> None:
    for sequence, restarts in ((2, 3), (3, 3), (4, 10), (5, 2)):
        report = first_report(sequence=sequence, totals=Totals(restarts=restarts, answers_dropped=restarts * 1000))
        assert gate.report(report).status_code == 204
    day = row_of(gate).days.get()
    # The last totals fell: the device was installed anew, and counts from 0.
    assert (day.reports, day.restarts, day.answers_dropped) == (4, 12, 12_000)
    assert row_of(gate).restarts == 12


def test_the_restarts_of_a_day_begin_anew(gate: DeviceClient) -> None:
    gate.report(first_report(sequence=2, totals=Totals(restarts=3)))
    Device.objects.update(restarts_day=timezone.now().date().replace(year=2020))
    gate.report(first_report(sequence=3, totals=Totals(restarts=4)))
    assert row_of(gate).restarts == 1


def test_events_become_the_timeline_and_a_clock_that_is_ahead_is_not_believed(gate: DeviceClient) -> None:
    problem = DeviceProblem(ProblemName.CRASHES, "It stopped 3 times.")
    events = (
        DeviceEvent(EventKind.INSTALLED, 0, "1.5.0", NEWER.rune, 12),
        DeviceEvent(EventKind.FELL_BACK, 2**52, "1.5.0", NEWER.rune, problem=problem),
    )
    assert gate.report(first_report(sequence=2, events=events)).status_code == 204
    fell_back, installed = row_of(gate).entries.exclude(kind="claimed").order_by("-id")
    assert (installed.kind, installed.version, installed.seconds, installed.at.year) == ("installed", "1.5.0", 12, 1970)
    assert (fell_back.problem, fell_back.problem_detail) == ("crashes", "It stopped 3 times.")
    assert fell_back.at == fell_back.received


def test_members_hear_of_the_last_install_and_fallback_of_a_report(gate: DeviceClient) -> None:
    events = tuple(DeviceEvent(EventKind.INSTALLED, 0, f"1.{number}.0") for number in range(5, 9))
    gate.report(first_report(sequence=2, events=(*events, DeviceEvent(EventKind.FELL_BACK, 0, "1.8.0"))))
    events_of_report = Event.objects.filter(type__startswith="device.").exclude(type="device.changed").order_by("pk")
    assert [(each.type, each.data["version"]) for each in events_of_report] == [
        ("device.installed", "1.8.0"),
        ("device.fell_back", "1.8.0"),
    ]


def test_an_answer_ends_its_request_once(gate: DeviceClient, owner: User) -> None:
    request = ask_device(row_of(gate), RequestKind.LOG, owner)
    gate.report(first_report(sequence=2, answers=(RequestAnswer(request.pk, log="started"),)))
    gate.report(first_report(sequence=3, answers=(RequestAnswer(request.pk, log="forged"),)))
    request.refresh_from_db()
    assert (request.log, request.answered is not None) == ("started", True)


def test_a_log_that_nobody_asked_for_is_not_stored(gate: DeviceClient, owner: User) -> None:
    request = ask_device(row_of(gate), RequestKind.RESTART, owner)
    gate.report(first_report(sequence=2, answers=(RequestAnswer(request.pk, log="private"),)))
    assert DeviceRequest.objects.get().log == ""


@pytest.mark.protects("devices/other-devices")
def test_nobody_answers_for_another_device(gate: DeviceClient, organisation: Organisation, owner: User) -> None:
    other = device_client(organisation, "gate-8")
    request = ask_device(row_of(other), RequestKind.LOG, owner)
    assert gate.report(first_report(sequence=2, answers=(RequestAnswer(request.pk, log="x"),))).status_code == 204
    request.refresh_from_db()
    assert (request.answered, request.log) == (None, "")


def test_what_a_device_says_of_its_own_test_counts_until_the_server_judged(gate: DeviceClient) -> None:
    gate.report(first_report(sequence=2, self_test=SelfTestOutcome.PASSED))
    assert row_of(gate).self_test == "passed"
    Device.objects.update(self_test="failed")
    gate.report(first_report(sequence=3, self_test=SelfTestOutcome.PASSED))
    assert row_of(gate).self_test == "failed"
    gate.report(first_report(sequence=4, running=NEWER, self_test=SelfTestOutcome.NOT_VERIFIED))
    assert row_of(gate).self_test == "not-verified"


def test_a_device_that_leaves_is_out_of_service(gate: DeviceClient) -> None:
    assert gate.send("DELETE", DEVICE).status_code == 204
    assert row_of(gate).retired is not None
    assert gate.send("DELETE", DEVICE).status_code == 410
    assert AuditEntry.objects.filter(action="device.left").count() == 1


def test_a_retired_device_that_says_that_it_left_is_heard(gate: DeviceClient) -> None:
    Device.objects.update(retired=timezone.now())
    request = ask_device(row_of(gate), RequestKind.LEAVE, None)
    answer = gate.report(first_report(sequence=2, running=None, answers=(RequestAnswer(request.pk),)))
    assert answer.status_code == 204
    assert gate.poll().status_code == 410


@pytest.mark.protects("devices/former-owner")
def test_a_device_that_was_handed_over_moves_without_its_past(gate: DeviceClient, stranger: User) -> None:
    receiver = Organisation.objects.get(name="other")
    HandOver.objects.create(
        device=row_of(gate),
        to=receiver,
        offered=timezone.now(),
        accepted=timezone.now(),
        accepted_by=stranger,
        name="door-1",
        trust="server",
    )
    request = ask_device(row_of(gate), RequestKind.HAND_OVER, None)
    gate.report(first_report(sequence=2, events=(DeviceEvent(EventKind.RESTARTED, 0),)))
    gate.report(first_report(sequence=3, answers=(RequestAnswer(request.pk),)))
    row = row_of(gate)
    assert (row.organisation, row.name) == (receiver, "door-1")
    assert [each.kind for each in row.entries.all()] == ["handed-over"]
    assert (row.labels.count(), row.days.count(), row.requests.count()) == (0, 0, 0)
    enrolment = gate.send("GET", ENROLMENTS).json()
    assert (enrolment["organisation"], enrolment["name"], enrolment["device"]) == ("other", "door-1", gate.device)


def test_a_hand_over_that_became_impossible_says_why(gate: DeviceClient, stranger: User) -> None:
    receiver = Organisation.objects.get(name="other")
    offer = HandOver.objects.create(
        device=row_of(gate), to=receiver, offered=timezone.now(), accepted=timezone.now(), name="door-1", trust="home"
    )
    request = ask_device(row_of(gate), RequestKind.HAND_OVER, None)
    assert gate.report(first_report(sequence=2, answers=(RequestAnswer(request.pk),))).status_code == 204
    request.refresh_from_db()
    assert "no key that it keeps at home" in request.problem_detail
    assert row_of(gate).organisation.name == "acme"
    assert HandOver.objects.filter(pk=offer.pk).exists()


def change_to(gate: DeviceClient, key: DeviceKey, signer: DeviceKey | None = None) -> dict[str, Any]:
    """Returns the message that replaces a key, with the proof that the device has the new one."""
    proof = (signer or key).sign(key_change_text(gate.device, key.public)).hex()
    return dict(KeyChange(key.public, proof).to_json())


def test_a_device_replaces_its_key(gate: DeviceClient) -> None:
    key = DeviceKey()
    message = change_to(gate, key)
    assert gate.send("PUT", KEY, message).status_code == 204
    assert gate.poll().status_code == 401
    # The answer was lost: the device tries with the new key, and is acknowledged.
    gate.key = key
    assert gate.send("PUT", KEY, message).status_code == 204
    assert gate.poll().status_code == 200
    assert AuditEntry.objects.filter(action="device.key").count() == 1


def test_a_key_that_the_device_does_not_have_is_refused(gate: DeviceClient) -> None:
    answer = gate.send("PUT", KEY, change_to(gate, DeviceKey(), DeviceKey()))
    assert refusal(answer)[:2] == (400, "key-refused")
    assert gate.poll().status_code == 200


@pytest.mark.protects("devices/other-devices")
def test_a_proof_for_another_device_is_refused(gate: DeviceClient, organisation: Organisation) -> None:
    other = device_client(organisation, "gate-8")
    assert refusal(gate.send("PUT", KEY, change_to(other, DeviceKey())))[:2] == (400, "key-refused")


def test_two_devices_have_two_keys(gate: DeviceClient, organisation: Organisation) -> None:
    other = device_client(organisation, "gate-8")
    assert gate.send("PUT", KEY, change_to(gate, other.key)).status_code == 409
    assert gate.poll().status_code == 200
