"""`python -m benchmarks.fleet.watched_rows <organisation> <devices> <days>` has devices have counted for some days.

The devices are those of `benchmarks.fleet.rows`. Each has a signed document a day, in the largest layout; one in twenty
became 6 dB louder some days ago. Totals and alerts are made by the program's own functions.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks.field.simulated_field import (
    LAYOUT,
    FieldChange,
    FieldSpread,
    SimulatedField,
    batch_of,
    reference_counts,
    simulate_field,
)
from benchmarks.fleet.simulated_keys import SimulatedKey
from hmrd.protocol.counts import CountedPeriod, CountsDocument, device_key, rune_key
from rune.digests import digest_of
from rune.watch.counts import Counts
from rune.watch.encoding import encode
from rune.watch.record import WatchRecord, counts_of_numbers

if TYPE_CHECKING:
    from forge.accounts.models import Organisation
    from forge.deployments.models import Deployment
    from forge.fleet.models import Device
    from forge.telemetry.models import DeviceCounts, WatchedRune

SITES: Final = 10
"""Groups of devices."""
BATCH: Final = "B"
"""The batch that became louder."""
_VERSIONS: Final = ("1.0", "1.1")
_SECOND_FROM: Final = 7
"""The first day, from 0, of the second version."""
_LOUD_FOR: Final = 6
_BOARDS: Final = ("linux-aarch64", "linux-armv7", "linux-x86_64")
_CHUNK: Final = 500
"""Devices whose documents are written at once."""


def fill(name: str, devices: int, days: int) -> None:
    """Writes groups, documents, totals and alerts."""
    from django.utils import timezone

    from forge.accounts.models import Organisation
    from forge.deployments.models import Deployment
    from forge.fleet.models import Device
    from forge.telemetry.alerts.judging import judge
    from forge.telemetry.models import DeviceCounts
    from forge.telemetry.totals.merging import merge_all

    organisation, now = Organisation.objects.get(name=name), timezone.now()
    rows = list(Device.objects.filter(organisation=organisation).order_by("name"))
    _place(organisation, rows, now)
    random = np.random.default_rng(1)
    reference = reference_counts(random)
    runes = _runes(Deployment.objects.get(project__organisation=organisation), reference)
    change = FieldChange(days - _LOUD_FOR, batch_of(devices), shift=1.0)
    field = simulate_field(random, FieldSpread(2.0), devices, days, change)
    last = now.date() - timedelta(days=1)
    for start in range(0, devices, _CHUNK):
        documents = _documents(rows[start : start + _CHUNK], start, field, runes, last, now)
        DeviceCounts.objects.bulk_create(documents, batch_size=2000)
    merge_all()
    for back in (1, 0):
        judge(runes[1], last - timedelta(days=back))


def _place(organisation: Organisation, rows: list[Device], now: datetime) -> None:
    """Gives devices boards and labels, and makes a group of each site."""
    from forge.fleet.models import Device, DeviceGroup, DeviceLabel

    batch = set(batch_of(len(rows)))
    labels = []
    for number, device in enumerate(rows):
        device.board = _BOARDS[number * 7 % len(_BOARDS)]
        values = {"batch": BATCH if number in batch else f"A{number % 7}", "hall": f"hall-{number * 13 % SITES}"}
        labels += [DeviceLabel(device=device, organisation=organisation, key=k, value=v) for k, v in values.items()]
    Device.objects.bulk_update(rows, ["board"], batch_size=2000)
    DeviceLabel.objects.bulk_create(labels, batch_size=5000)
    for site in range(SITES):
        DeviceGroup.objects.create(
            organisation=organisation,
            name=f"hall-{site}",
            title=f"Hall {site}",
            kind="group",
            query=f"hall=hall-{site}",
            created=now,
        )


def _runes(deployment: Deployment, reference: Counts) -> tuple[WatchedRune, ...]:
    from forge.telemetry.models import WatchedRune

    record = WatchRecord(LAYOUT, reference).to_json()
    return tuple(
        WatchedRune.objects.create(
            deployment=deployment,
            key=rune_key(digest_of(version.encode())).hex(),
            rune=digest_of(version.encode()),
            version=version,
            layout_json=record["layout"],
            reference=record["reference"],
        )
        for version in _VERSIONS
    )


def _documents(
    rows: list[Device], start: int, field: SimulatedField, runes: tuple[WatchedRune, ...], last: date, now: datetime
) -> Iterator[DeviceCounts]:
    from forge.telemetry.models import DeviceCounts

    counts = field.fleet.counts.astype(int)
    day_count = counts.shape[1]
    for number, device in enumerate(rows, start):
        key = SimulatedKey(number)
        for place in range(day_count):
            numbers = counts[number, place].tolist()
            if not any(numbers):
                continue
            rune = runes[place >= _SECOND_FROM]
            day = last - timedelta(days=day_count - 1 - place)
            document = CountsDocument(
                CountedPeriod(day), device_key(device.pk), bytes.fromhex(rune.key), encode(_with_costs(numbers))
            )
            yield DeviceCounts(device=device, watched=rune, day=day, document=document.signed(key.sign), received=now)


def _with_costs(numbers: list[int]) -> Counts:
    counts = counts_of_numbers(numbers, LAYOUT)
    runs = counts.answers
    return replace(counts, time=(0, runs, 0, 0, 0, 0, 0, 0), microseconds=2_000 * runs, memory=61_440)


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forge.settings")
    django.setup()
    fill(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    main()
