"""`python -m benchmarks.fleet.counts_in_tables <devices>` measures the database of the environment.

The statements are those of the product: one table or the other has the name that the model knows.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import django

from benchmarks.figure import table
from hmrd.protocol.counts import CountedPeriod, CountsDocument
from rune.watch.counts import Counts
from rune.watch.encoding import encode
from rune.watch.layout import ConfidenceBins, LabelBins, WatchLayout

if TYPE_CHECKING:
    from forge.telemetry.models import WatchedRune

DAYS = 10
PARTITIONS = 90
"""Days that have a partition, most of them empty here: planning and locks grow with their number."""
REPORTS = 200
"""Requests of a round; the next two are of a round too."""
MERGES = 3
DELETIONS = 20
ROUNDS = 2
NAME: Final = "telemetry_devicecounts"
PLAIN: Final = f"{NAME}_one_table"
PARTITIONED: Final = f"{NAME}_by_day"
LAYOUT = WatchLayout(LabelBins(("no", "yes"), (0, 1)), ConfidenceBins((0.5,)), ())


@dataclass
class TableComparison:
    """Milliseconds by step and table, and the rows that the steps need."""

    rune: WatchedRune
    devices: Sequence[UUID]
    today: date
    figures: dict[str, dict[str, list[float]]] = field(default_factory=dict)

    def timed(self, step: str, form: str, action: Callable[[], object]) -> None:
        begin = time.monotonic()
        action()
        self.figures.setdefault(step, {}).setdefault(form, []).append((time.monotonic() - begin) * 1000)

    def row(self, device: UUID, back: int) -> Any:
        from forge.telemetry.models import DeviceCounts

        day = self.today - timedelta(days=back)
        counts = Counts((3, 4), (3, 4), time=(7, *[0] * 7), answers=7, microseconds=100, memory=1)
        document = CountsDocument(CountedPeriod(day), bytes(8), bytes(8), encode(counts)).signed(lambda _: bytes(64))
        now = datetime.now(UTC)
        return DeviceCounts(device_id=device, watched=self.rune, day=day, document=document, received=now)

    def fill(self, form: str) -> None:
        """Writes merged documents of all devices and days."""
        document = bytes(self.row(self.devices[0], 1).document)
        statement = (
            f"INSERT INTO {form} (device_id, watched_id, day, hour, document, received, is_merged) "
            "SELECT id, %s, %s, 24, %s, now(), true FROM fleet_device"
        )
        for back in range(DAYS, 0, -1):
            execute(statement, [self.rune.pk, self.today - timedelta(days=back), document])
        execute(f"VACUUM ANALYZE {form}")

    def report(self, device: UUID) -> None:
        """Writes what came in one request, and reads what is there, as taking does."""
        from django.db import transaction

        from forge.telemetry.models import DeviceCounts

        rows = [self.row(device, back) for back in range(DAYS + 1, DAYS + 8)]
        with transaction.atomic():
            DeviceCounts.objects.bulk_create(rows, ignore_conflicts=True)
            days = {row.day for row in rows}
            present = DeviceCounts.objects.filter(device=device, day__in=days)
            assert len(present.values_list("day", "hour", "watched", "document")) == len(rows)


def execute(statement: str, parameters: Sequence[Any] | None = None) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def prepared(devices: int) -> TableComparison:
    """Returns devices of a deployment."""
    from forge.accounts.models import Organisation
    from forge.deployments.models import Deployment
    from forge.fleet.models import Device
    from forge.projects.models import Project
    from forge.telemetry.models import WatchedRune

    organisation = Organisation.objects.create(name="many", title="Many")
    project = Project.objects.create(organisation=organisation, name="gates")
    deployment = Deployment.objects.create(project=project, name="gates", title="Gates", kind="devices")
    rune = WatchedRune.objects.create(
        deployment=deployment, key="ab" * 8, rune="sha256:" + "ab" * 32, version="1.0", layout_json=LAYOUT.to_json()
    )
    ids, now = [uuid4() for _ in range(devices)], datetime.now(UTC)
    Device.objects.bulk_create(
        (
            Device(id=each, organisation=organisation, name=f"gate-{number}", trust="server", claimed=now, board="x")
            for number, each in enumerate(ids)
        ),
        batch_size=2000,
    )
    return TableComparison(rune, ids, datetime.now(UTC).date())


@contextmanager
def named(form: str) -> Iterator[None]:
    """Gives one of the tables the name that the model knows."""
    execute(f"ALTER TABLE {form} RENAME TO {NAME}")
    try:
        yield
    finally:
        execute(f"ALTER TABLE {NAME} RENAME TO {form}")


def make_tables(today: date) -> None:
    """Makes the partitions of the days that are kept, and the table without any beside them."""
    from forge.telemetry.intake.partitions import add_partition, partitioned_days

    for back in range(PARTITIONS + 1):
        if (day := today - timedelta(days=back)) not in partitioned_days():
            add_partition(day)
    execute(f"CREATE TABLE {PLAIN} (LIKE {NAME} INCLUDING ALL)")
    execute(f"CREATE INDEX ON {PLAIN} (day)")
    for column, table_name in (("device_id", "fleet_device"), ("watched_id", "telemetry_watchedrune")):
        execute(f"ALTER TABLE {PLAIN} ADD FOREIGN KEY ({column}) REFERENCES {table_name} DEFERRABLE INITIALLY DEFERRED")
    execute(f"ALTER TABLE {NAME} RENAME TO {PARTITIONED}")


def compare(comparison: TableComparison) -> None:
    """Fills both tables, and does each step in both by turns."""
    make_tables(comparison.today)
    for form in (PLAIN, PARTITIONED):
        comparison.timed(f"{DAYS} days are filled, whole", form, partial(comparison.fill, form))
    for number in range(ROUNDS):
        for form in (PLAIN, PARTITIONED):
            with named(form):
                use(comparison, form, number)
    for back in range(DAYS, DAYS - 3, -1):
        day = comparison.today - timedelta(days=back)
        step = "a day of all devices ends"
        comparison.timed(step, PLAIN, partial(execute, f"DELETE FROM {PLAIN} WHERE day = %s", [day]))
        comparison.timed("`VACUUM` after it", PLAIN, partial(execute, f"VACUUM {PLAIN}"))
        with named(PARTITIONED):
            comparison.timed(step, PARTITIONED, partial(drop_days, day + timedelta(days=1)))


def drop_days(before: date) -> None:
    from forge.telemetry.intake import partitions

    partitions.drop_days(before)


def use(comparison: TableComparison, form: str, number: int) -> None:
    """Takes, reads, merges and deletes documents of devices that no other round has."""
    from forge.telemetry.models import DeviceCounts
    from forge.telemetry.totals.merging import BATCH_SIZE, merge_all, merge_batch

    size = REPORTS + MERGES * BATCH_SIZE + DELETIONS
    devices = comparison.devices[number * size : (number + 1) * size]
    comparison.report(devices[-1])
    for device in devices[:REPORTS]:
        comparison.timed("a request with 7 documents", form, partial(comparison.report, device))
    for device in devices[:REPORTS]:
        newest = DeviceCounts.objects.filter(device=device).order_by("-day", "-hour", "-received")
        comparison.timed("the newest document of a device", form, newest.first)
    merge_all()
    for turn in range(MERGES):
        some = devices[REPORTS + turn * BATCH_SIZE :][:BATCH_SIZE]
        DeviceCounts.objects.bulk_create((comparison.row(device, 20) for device in some), batch_size=500)
        comparison.timed(f"{BATCH_SIZE:,} documents are merged", form, merge_batch)
    for device in devices[-DELETIONS:]:
        deletion = DeviceCounts.objects.filter(device=device).delete
        comparison.timed("the documents of a device are deleted", form, deletion)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forge.settings")
    django.setup()
    comparison = prepared(int(sys.argv[1]))
    compare(comparison)
    rows = [
        [step, *(f"{median(times[form]):,.1f}" if form in times else "" for form in (PLAIN, PARTITIONED))]
        for step, times in comparison.figures.items()
    ]
    print(
        f"Documents of {len(comparison.devices):,} devices on {DAYS} days in PostgreSQL, which waits for the disk: in "
        f"partitions, of which there are {PARTITIONS} and the default one, and in one table with the same indices and "
        "one more by day. Medians in ms, with both by turns. The statements are those of the server, without the "
        "network.\n\n" + table(["", "one table", "partitions by day"], rows)
    )


if __name__ == "__main__":
    main()
