"""Several processes that merge or judge at once: no document is counted twice or lost, and a subject has one alert."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import date

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from forge.accounts.models import Organisation
from forge.core.models import Event
from forge.fleet.models import Device
from forge.telemetry.intake.partitions import prepare_days
from forge.telemetry.models import DayTotal, DeviceCounts, WatchAlert, WatchedRune
from forge.telemetry.totals.sums import counts_of, from_bytes
from hmrd.protocol.counts import CountedPeriod, CountsDocument, device_key, rune_key
from rune.watch.encoding import encode
from tests.conftest import REPOSITORY
from tests.support.forge.counts import CountingFleet, yesterday
from tests.support.forge.factories.device_rows import device_row
from tests.support.forge.simulated_fleet import DAYS, SimulatedFleet, is_of_batch_b
from tests.support.watch import counted

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PROCESSES = 4
DEVICES = 150
DAYS_OF_EACH = 4
MERGE = """
from forge.telemetry.totals.merging import merge_batch
print("ready", flush=True)
input()
while merge_batch(40):
    pass
"""
JUDGE = """
from datetime import date
from forge.telemetry.alerts.judging import judge
from forge.telemetry.models import WatchedRune
rune = WatchedRune.objects.select_related("deployment__project").get(pk={rune})
print("ready", flush=True)
input()
judge(rune, date.fromisoformat("{day}"))
"""


def started(code: str, number: int) -> list[subprocess.Popen[str]]:
    """Processes that are about to do it, on the database of this test."""
    place = connection.settings_dict
    address = f"postgresql://{place['USER']}@{place['HOST']}:{place['PORT']}/{place['NAME']}"
    environment = {
        **os.environ,
        "DATABASE_URL": address,
        "DATA_DIR": str(settings.DATA_DIR),
        "DJANGO_SETTINGS_MODULE": "forge.settings",
    }
    command = [sys.executable, "-c", f"import django\ndjango.setup()\n{code}"]
    processes = [
        subprocess.Popen(
            command, cwd=REPOSITORY, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(number)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    return processes


def begin(processes: Sequence[subprocess.Popen[str]]) -> None:
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()


def ended(processes: Sequence[subprocess.Popen[str]]) -> None:
    for process in processes:
        process.communicate(timeout=120)
    assert [process.returncode for process in processes] == [0] * len(processes)


def store(rune: WatchedRune, devices: Sequence[Device], days: Sequence[date]) -> None:
    counts = encode(counted((1, 2, 3), restarts=1))
    for row in devices:
        DeviceCounts.objects.bulk_create(
            DeviceCounts(
                device=row,
                watched=rune,
                day=day,
                document=CountsDocument(CountedPeriod(day), device_key(row.pk), rune_key(rune.rune), counts).signed(
                    lambda _: bytes(64)
                ),
                received=timezone.now(),
            )
            for day in days
        )


def test_processes_that_merge_at_once_count_each_document_once(
    fleet: CountingFleet, organisation: Organisation
) -> None:
    fleet.names(fleet.document())
    DeviceCounts.objects.all().delete()
    rune = WatchedRune.objects.get()
    devices = [device_row(organisation, f"field-{number}") for number in range(DEVICES)]
    days = [yesterday(back) for back in range(1, DAYS_OF_EACH + 1)]
    half = DEVICES // 2
    store(rune, devices[:half], days)
    prepare_days()
    processes = started(MERGE, PROCESSES)
    begin(processes)
    # More come while they merge, also into days that have a total already.
    store(rune, devices[half:], days)
    ended(processes)
    late = started(MERGE, PROCESSES)
    begin(late)
    ended(late)
    assert not DeviceCounts.objects.filter(is_merged=False).exists()
    totals = list(DayTotal.objects.filter(group=None).order_by("day"))
    assert [(row.day, row.devices) for row in totals] == [(day, DEVICES) for day in sorted(days)]
    for row in totals:
        counts = counts_of(from_bytes(row.sums), rune.layout)
        assert (counts.labels, counts.restarts) == ((DEVICES, 2 * DEVICES, 3 * DEVICES), DEVICES)


def test_processes_that_judge_at_once_open_one_alert_a_subject(
    fleet: CountingFleet, organisation: Organisation
) -> None:
    fleet.names(fleet.document())
    DeviceCounts.objects.all().delete()
    simulated = SimulatedFleet(organisation, WatchedRune.objects.get(), 25)
    start = yesterday(3)
    simulated.send(yesterday(DAYS), yesterday(), lambda row, day: 1.0 if is_of_batch_b(row) and day >= start else 0.0)
    processes = started(JUDGE.format(rune=simulated.rune.pk, day=yesterday()), PROCESSES)
    begin(processes)
    ended(processes)
    subjects = list(WatchAlert.objects.values_list("subject", flat=True))
    assert subjects
    assert len(subjects) == len(set(subjects))
    assert not WatchAlert.objects.exclude(closed=None).exists()
    events = simulated.rune.deployment.project.stream
    event_count = Event.objects.filter(stream=events, type="telemetry.alert-opened").count()
    assert event_count == len(subjects), "each was announced once"
