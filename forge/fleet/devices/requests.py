"""Requests to a device, which it gets with its next poll."""

from __future__ import annotations

import secrets
from typing import Any

from django.db.models import F
from django.utils import timezone

from forge.fleet.devices.given_up import GIVEN_UP
from forge.fleet.devices.models import Device, DeviceRequest
from forge.fleet.errors import NothingRuns, RequestWaits, StockClient
from hmrd.protocol.wanted import LARGEST_SEED, RequestKind


def ask_device(device: Device, kind: RequestKind, person: Any, order: str = "") -> DeviceRequest:
    """Writes a request. Call it with the device locked. `person` is a user, or None where the server asks by itself;
    `order` is that of the key at home, for a device that does it by such an order alone.

    Raises `RequestWaits` while the device has not answered the same one, `NothingRuns` for a self-test of a device
    without a rune, and `StockClient` for a device that answers nothing.
    """
    if device.public_key is None:
        raise StockClient
    if device.requests.filter(kind=kind, answered=None).exists():
        raise RequestWaits("The device has not answered the same request yet. It does with its next poll.")
    is_test = kind is RequestKind.SELF_TEST
    if is_test and not device.running_rune:
        raise NothingRuns("A self-test needs a rune that runs. Install one first.")
    request = DeviceRequest.objects.create(
        device=device,
        kind=kind.value,
        seed=secrets.randbelow(LARGEST_SEED + 1) if is_test else None,
        rune=device.running_rune if is_test else "",
        order=order,
        created_by=person,
        created=timezone.now(),
    )
    raise_revision(device)
    return request


def raise_revision(device: Device) -> None:
    """Makes the next poll of a device get an answer: something is asked of it, or is not asked any more."""
    Device.objects.filter(pk=device.pk).update(revision=F("revision") + 1)


def end_requests(device: Device, kind: RequestKind | None = None) -> None:
    """Gives up what was asked of a device and is not answered: all of it, or what is of one kind."""
    requests = device.requests.filter(answered=None)
    requests = requests if kind is None else requests.filter(kind=kind)
    requests.update(answered=timezone.now(), problem_detail=GIVEN_UP)
    raise_revision(device)
