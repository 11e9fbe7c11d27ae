"""Asks devices once a day for a self-test of what they run, and a worker for what the approved rune answers.

A device's day begins at a moment of its own, so that not all devices are asked in the same minute.
"""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from forge.compute.scheduler.slots import Party
from forge.fleet.devices.expired_requests import NO_ANSWER
from forge.fleet.devices.releases import release_of
from forge.fleet.models import Assignment, Device, DeviceRequest, SelfTest
from forge.fleet.self_tests.job import SELF_TEST
from forge.jobs.models import WorkerCapability
from forge.jobs.queue import enqueue
from forge.jobs.workers.slots import notify_workers
from hmrd.protocol.wanted import LARGEST_SEED, RequestKind

_DAY_SECONDS = 86_400


def day_of(device: UUID, now: datetime) -> date:
    """Returns the day on which a device is: its days begin between midnight and the next, by its id."""
    return (now - timedelta(seconds=device.int % _DAY_SECONDS)).date()


def is_due(device: Device, now: datetime) -> bool:
    """Returns whether a device runs what it shall run, and was not asked for a self-test on its day. No query."""
    release = release_of(device)
    if release is None or not release.rune or device.running_rune != release.rune:
        return False
    return device.self_test_day is None or device.self_test_day < day_of(device.pk, now)


@transaction.atomic
def ask_daily(device: Device, now: datetime) -> Device:
    """Asks a device for the self-test of its day, which takes the place of one that it did not answer.

    Returns the device as it is then.
    """
    day = day_of(device.pk, now)
    before = Q(self_test_day=None) | Q(self_test_day__lt=day)
    rows = Device.objects.filter(before, pk=device.pk)
    # Of two polls at once, one asks.
    if rows.update(self_test_day=day, revision=F("revision") + 1):
        test = _test_of_day(device.organisation_id, device.running_rune, day, now)
        open_requests = DeviceRequest.objects.filter(device=device, kind=RequestKind.SELF_TEST, answered=None)
        open_requests.filter(created_by=None).update(answered=now, problem_detail=NO_ANSWER)
        DeviceRequest.objects.create(
            device=device, kind=RequestKind.SELF_TEST, seed=test.seed, rune=test.rune, created=now
        )
    return Device.objects.select_related("organisation", "assignment").get(pk=device.pk)


@transaction.atomic
def request_outputs(test: SelfTest) -> None:
    """Has a worker compute the outputs of a self-test, unless it did."""
    if test.computed is not None:
        return
    spec = {"self_test": str(test.pk)}
    party = Party(test.organisation_id, None, is_program=True)
    enqueue(SELF_TEST, test.organisation_id, spec, party=party, project=None)
    transaction.on_commit(partial(notify_workers, WorkerCapability.BUILD), robust=True)


def prepare_outputs(organisation: UUID, rune: str) -> None:
    """Has the outputs computed of a rune that devices are about to get, so that each can compare before it switches."""
    test, _ = SelfTest.objects.get_or_create(
        organisation_id=organisation,
        rune=rune,
        is_announced=True,
        defaults={"seed": _seed(), "created": timezone.now()},
    )
    request_outputs(test)


def is_served(organisation: UUID, rune: str) -> bool:
    """Returns whether devices of an organisation shall run a rune: of no other one anything is computed for a device
    that says that it runs it."""
    of_rune = Q(rune=rune) | Q(former_rune=rune, rollout__isnull=False)
    return Assignment.objects.filter(of_rune, organisation=organisation).exists()


def _test_of_day(organisation: UUID, rune: str, day: date, now: datetime) -> SelfTest:
    """Returns the self-test of a rune on a day, whose seed nobody knew before."""
    test, _ = SelfTest.objects.get_or_create(
        organisation_id=organisation,
        rune=rune,
        day=day,
        defaults={"seed": _seed(), "created": now},
    )
    request_outputs(test)
    return test


def _seed() -> int:
    return secrets.randbelow(LARGEST_SEED + 1)
