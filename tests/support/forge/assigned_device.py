"""Fixtures: a device of the organisation, and a deployment that is bound to a group which it is in."""

from __future__ import annotations

import pytest
from django.utils import timezone

from forge.accounts.models import Organisation
from forge.fleet.groups.models import Assignment, DeviceGroup, GroupKind
from forge.fleet.models import Device
from tests.support.forge.devices import DeviceClient, device_client
from tests.support.forge.factories.devices import RUNE


@pytest.fixture
def gate(organisation: Organisation) -> DeviceClient:
    return device_client(organisation)


@pytest.fixture
def assignment(organisation: Organisation, gate: DeviceClient) -> Assignment:
    """The assignment of all devices of the organisation: the rune that `gate` runs."""
    group = DeviceGroup.objects.create(
        organisation=organisation,
        name="all",
        title="All",
        kind=GroupKind.GROUP,
        query="site=berlin",
        created=timezone.now(),
    )
    assignment = Assignment.objects.create(
        organisation=organisation,
        group=group,
        deployment="7f1f0f5e-0000-4000-8000-000000000001",
        title="kitchen / Gateways",
        path="acme/kitchen/gateways",
        number=3,
        version="1.4.0",
        rune=RUNE,
        size=4096,
        changed=timezone.now(),
    )
    Device.objects.update(assignment=assignment)
    return assignment
