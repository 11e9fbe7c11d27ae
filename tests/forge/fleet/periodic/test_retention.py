"""Deletion of old reports."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.accounts.tokens.secrets import hash_secret
from forge.fleet.devices.expired_requests import NO_ANSWER, expire_requests
from forge.fleet.devices.requests import ask_device
from forge.fleet.models import ClaimCode, Device, DeviceCandidate, DeviceDay, DeviceEntry, DeviceRequest, SelfTest
from forge.fleet.periodic.retention import delete_old
from hmrd.protocol.reports import RequestAnswer
from hmrd.protocol.wanted import RequestKind
from tests.support.forge.devices import DeviceClient, device_client, row_of
from tests.support.forge.factories.devices import RUNE, first_report

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def gate(organisation: Organisation) -> DeviceClient:
    return device_client(organisation)


def test_reports_are_kept_for_400_days_and_the_last_state_for_ever(gate: DeviceClient) -> None:
    gate.report(first_report(sequence=2))
    for days, count in ((399, 1), (401, 0)):
        DeviceEntry.objects.update(received=NOW - timedelta(days=days))
        DeviceDay.objects.update(day=(NOW - timedelta(days=days)).date())
        delete_old()
        assert (DeviceEntry.objects.count(), DeviceDay.objects.count()) == (count, count)
    assert row_of(gate).running_version == "1.4.0"


def test_a_log_is_kept_for_a_week_and_the_request_longer(gate: DeviceClient, owner: User) -> None:
    request = ask_device(row_of(gate), RequestKind.LOG, owner)
    gate.report(first_report(sequence=2, answers=(RequestAnswer(request.pk, log="started"),)))
    for days, log in ((6, "started"), (8, "")):
        DeviceRequest.objects.update(answered=NOW - timedelta(days=days))
        delete_old()
        assert DeviceRequest.objects.get().log == log
    DeviceRequest.objects.update(created=NOW - timedelta(days=401))
    delete_old()
    assert not DeviceRequest.objects.exists()


def test_codes_and_candidates_go_after_their_end(gate: DeviceClient, organisation: Organisation) -> None:
    common = {"organisation": organisation, "trust": "server", "created": NOW}
    ClaimCode.objects.create(code_hash=hash_secret("x"), hint="ABC", expires=NOW, device=row_of(gate), **common)
    DeviceCandidate.objects.create(label="0" * 16, secret="0" * 32, expires=NOW - timedelta(seconds=1), **common)
    delete_old()
    assert (ClaimCode.objects.count(), DeviceCandidate.objects.count()) == (1, 0)
    ClaimCode.objects.update(expires=NOW - timedelta(days=8))
    delete_old()
    assert (ClaimCode.objects.count(), Device.objects.count()) == (0, 1)


def test_old_self_tests_go(organisation: Organisation) -> None:
    for days in (1, 31):
        created = NOW - timedelta(days=days)
        SelfTest.objects.create(organisation=organisation, rune=RUNE, seed=days, created=created, day=created.date())
    delete_old()
    assert [each.seed for each in SelfTest.objects.all()] == [1]


def test_what_is_not_answered_for_a_week_is_given_up_but_leaving_is_not(gate: DeviceClient, owner: User) -> None:
    log = ask_device(row_of(gate), RequestKind.LOG, owner)
    ask_device(row_of(gate), RequestKind.LEAVE, owner)
    etag = gate.poll()["ETag"]
    expire_requests(NOW + timedelta(days=6))
    assert gate.poll(etag).status_code == 304
    expire_requests(NOW + timedelta(days=8))
    assert [each["kind"] for each in gate.poll(etag).json()["requests"]] == ["leave"]
    log.refresh_from_db()
    assert log.problem_detail == NO_ANSWER
