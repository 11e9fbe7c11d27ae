"""Many devices at once: a code works once, a batch counts, a report is taken once, whichever database there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.fleet.enrolment.secret_hashes import enrolment_hash
from forge.fleet.groups.models import Assignment
from forge.fleet.models import ClaimCode, Device, DeviceBatch, DeviceDay, DeviceRequest, SelfTest
from hmrd.protocol.enrolment import BatchProof, CodeProof
from tests.support.forge.devices import DeviceClient, device_client, row_of
from tests.support.forge.factories.devices import first_report

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
CODE, SECRET = "KN472Q8XW", "ab" * 16


def at_once(asks: Sequence[Callable[[], Any]]) -> Counter[int]:
    """Returns the statuses of requests that are sent at the same time."""

    def ask(send: Callable[[], Any]) -> int:
        try:
            status: int = send().status_code
            return status
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(asks)) as threads:
        return Counter(threads.map(ask, asks))


@pytest.fixture
def code(organisation: Organisation, developer: User) -> ClaimCode:
    return ClaimCode.objects.create(
        organisation=organisation,
        code_hash=enrolment_hash(CODE),
        hint=CODE[:3],
        trust="server",
        created_by=developer,
        created=timezone.now(),
        expires=timezone.now() + timedelta(days=1),
    )


def test_a_code_that_eight_devices_bring_at_once_lets_one_join(code: ClaimCode) -> None:
    gates = [DeviceClient() for _ in range(8)]
    assert at_once([partial(gate.enrol, CodeProof(CODE)) for gate in gates]) == {201: 1, 403: 7}
    assert Device.objects.count() == 1


def test_a_device_that_brings_its_code_several_times_at_once_joins_once(code: ClaimCode) -> None:
    gate = DeviceClient()
    same = [DeviceClient(key=gate.key) for _ in range(6)]
    assert at_once([partial(each.enrol, CodeProof(CODE)) for each in same]) == {201: 6}
    assert len({each.device for each in same}) == Device.objects.count() == 1


def test_twenty_devices_at_once_with_a_batch_of_ten_are_ten(organisation: Organisation, developer: User) -> None:
    batch = DeviceBatch.objects.create(
        organisation=organisation,
        title="Line 3",
        secret_hash=enrolment_hash(SECRET),
        limit=10,
        trust="server",
        created_by=developer,
        created=timezone.now(),
        expires=timezone.now() + timedelta(days=1),
    )
    proof = BatchProof(f"{batch.pk}.{SECRET}")
    gates = [DeviceClient() for _ in range(20)]
    assert at_once([partial(gate.enrol, proof) for gate in gates]) == {201: 10, 403: 10}
    batch.refresh_from_db()
    assert (batch.used, Device.objects.count()) == (10, 10)


def test_a_report_that_is_sent_eight_times_at_once_counts_once(organisation: Organisation) -> None:
    gate = device_client(organisation)
    report = first_report(sequence=2)
    assert at_once([partial(gate.report, report)] * 8) == {204: 8}
    assert DeviceDay.objects.get().reports == 1


def test_eight_reports_of_one_number_that_say_different_things_are_one(organisation: Organisation) -> None:
    gate = device_client(organisation)
    reports = [first_report(sequence=2, agent=f"hmrd {number}") for number in range(8)]
    statuses = at_once([partial(gate.report, report) for report in reports])
    assert statuses == {204: 1, 409: 7}
    assert (DeviceDay.objects.get().reports, row_of(gate).sequence) == (1, 2)


def test_a_device_that_polls_eight_times_at_once_is_asked_for_one_self_test(
    gate: DeviceClient, assignment: Assignment
) -> None:
    assert at_once([gate.poll] * 8) == {200: 8}
    assert DeviceRequest.objects.count() == 1


def test_devices_that_poll_at_once_share_a_seed(
    organisation: Organisation, gate: DeviceClient, assignment: Assignment
) -> None:
    gates = [gate, *(device_client(organisation, f"door-{number}") for number in range(7))]
    Device.objects.update(assignment=assignment)
    assert at_once([each.poll for each in gates]) == {200: 8}
    # Their days begin at different moments, so that there are two days at most.
    assert SelfTest.objects.count() <= 2
    assert DeviceRequest.objects.count() == 8
