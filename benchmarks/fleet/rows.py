"""`python -m benchmarks.fleet.rows <organisation> <devices> [<site> <devices>...]` adds devices to the installation of
the environment.

They have keys of their own (`SimulatedKey`), are labelled `site=berlin` or with the sites in their order, and reported
once, that they run nothing or what a deployment for them serves.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from benchmarks.fleet.simulated_keys import SimulatedKey
from hmrd.protocol.reports import InstalledRune, Phase, Report

if TYPE_CHECKING:
    from forge.accounts.models import Organisation
    from forge.fleet.models import Assignment, Device

BATCH = 2000


def first_report(running: InstalledRune | None) -> Report:
    """Returns the report with which a device joined."""
    return Report(1, "hmrd 0.1.0", "linux-x86_64", Phase.RUNNING if running else Phase.EMPTY, running)


def fill(name: str, count: int, sites: Mapping[str, int]) -> None:
    """Writes the devices, and says of each which deployment it is for."""
    from django.utils import timezone

    from forge.accounts.models import Organisation
    from forge.fleet.groups.membership import assign_devices
    from forge.fleet.models import Assignment, Device, DeviceLabel

    now, organisation = timezone.now(), Organisation.objects.get(name=name)
    assignments = {each.group.query: each for each in Assignment.objects.filter(organisation=organisation)}
    labels_by_number = [site for site, size in sites.items() for _ in range(size)]
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        values = {number: labels_by_number[number] for number in numbers}
        chunk = [_device(organisation, assignments.get(f"site={values[each]}"), each, now) for each in numbers]
        Device.objects.bulk_create(chunk)
        DeviceLabel.objects.bulk_create(
            DeviceLabel(device=each, organisation=organisation, key="site", value=value)
            for each, value in zip(chunk, values.values(), strict=True)
        )
    assign_devices(organisation)


def _device(organisation: Organisation, assignment: Assignment | None, number: int, now: datetime) -> Device:
    from forge.fleet.devices.reported import reported_state
    from forge.fleet.models import Device
    from forge.fleet.self_tests.requests import day_of

    key = SimulatedKey(number)
    running = None
    if assignment is not None:
        running = InstalledRune(assignment.path, assignment.number, assignment.version, assignment.rune)
    return Device(
        id=key.device,
        organisation=organisation,
        name=f"gate-{number:05}",
        public_key=key.public,
        trust="server",
        claimed=now - timedelta(days=30),
        claimed_with="batch",
        self_test="passed" if running else "",
        self_test_day=day_of(key.device, now),
        **reported_state(first_report(running), now),
    )


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forge.settings")
    django.setup()
    organisation, count, *sites = sys.argv[1:]
    sizes = {name: int(size) for name, size in zip(sites[::2], sites[1::2], strict=True)}
    fill(organisation, int(count), sizes or {"berlin": int(count)})
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    main()
