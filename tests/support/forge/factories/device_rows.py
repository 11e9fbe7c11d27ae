"""Rows of devices, as reports of devices leave them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from forge.accounts.models import Organisation
from forge.fleet.groups.models import GroupKind
from forge.fleet.models import Assignment, Device, DeviceGroup, DeviceLabel


def device_row(organisation: Organisation, name: str, labels: Mapping[str, str] | None = None, **fields: Any) -> Device:
    """Makes a device that was seen a minute ago; `fields` are columns of it."""
    now = timezone.now()
    usual = {
        "board": "gateway",
        "agent": "hmrd 0.1.0",
        "trust": "server",
        "claimed": now - timedelta(days=30),
        "claimed_with": "code",
        "seen": now - timedelta(minutes=1),
        "phase": "running",
    }
    device = Device.objects.create(organisation=organisation, name=name, **(usual | fields))
    DeviceLabel.objects.bulk_create(
        DeviceLabel(device=device, organisation=organisation, key=key, value=value)
        for key, value in (labels or {}).items()
    )
    return device


def group_row(
    organisation: Organisation, name: str, query: str, kind: str = GroupKind.GROUP, **fields: Any
) -> DeviceGroup:
    """Makes a group."""
    title = name.replace("-", " ").title()
    return DeviceGroup.objects.create(
        organisation=organisation, name=name, title=title, kind=kind, query=query, created=timezone.now(), **fields
    )


def assignment_row(
    group: DeviceGroup, deployment: str, version: str, rune: str, number: int = 1, **fields: Any
) -> Assignment:
    """Makes what the devices of a group shall run. `deployment` is its path below the organisation."""
    organisation, now = group.organisation, timezone.now()
    usual = {"title": deployment, "path": f"{organisation.name}/{deployment}", "size": 1000, "changed": now}
    numbers = {"number": number, "version": version, "rune": rune}
    identifier = {"deployment": fields.pop("id", group.pk)}
    return Assignment.objects.create(organisation=organisation, group=group, **identifier, **(usual | numbers | fields))
