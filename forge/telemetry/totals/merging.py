"""Merges the documents of devices into totals: each once, by addition, in one process at a time.

A batch is one transaction: its documents are marked as merged with the totals that have them. A worker that takes
longer than its lease has another beside it, which waits for the rows of its batch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from forge.fleet.groups.models import DeviceGroup, GroupKind
from forge.fleet.models import Device
from forge.fleet.queries.errors import BadQuery
from forge.fleet.queries.matching import full_condition, parse_query, scope_of
from forge.telemetry.intake.models import DeviceCounts
from forge.telemetry.totals.models import DayTotal
from forge.telemetry.totals.sums import Sums, from_bytes, merged, sums_of, to_bytes
from hmrd.protocol.counts import CountsDocument
from rune.watch.encoding import decode

MERGE_EVERY: Final = 60.0
"""Seconds."""
BATCH_SIZE: Final = 2000
"""Documents of one transaction."""

TotalKey = tuple[int, date, str, UUID | None]
"""A watched rune, a day, a board, and a group or None for all devices."""


@dataclass
class _Addition:
    """The rows that a batch adds to one total."""

    rows: list[Sums] = field(default_factory=list)
    devices: int = 0


def merge_all() -> None:
    """Merges all documents that came."""
    while merge_batch() == BATCH_SIZE:
        pass


@transaction.atomic
def merge_batch(size: int = BATCH_SIZE) -> int:
    """Merges some documents, and returns how many."""
    waiting = DeviceCounts.objects.filter(is_merged=False).order_by("received").select_for_update(of=("self",))
    # A document that another process merged meanwhile is not in the batch: its row was locked.
    batch = list(waiting.select_related("device", "watched")[:size])
    if batch:
        _add(_additions(batch))
        _mark_as_merged(batch)
    return len(batch)


def _mark_as_merged(batch: Sequence[DeviceCounts]) -> None:
    """Marks exactly these documents: a statement for each day of a rune, which names one partition."""
    devices: dict[tuple[date, int, int], list[UUID]] = defaultdict(list)
    for each in batch:
        devices[each.day, each.hour, each.watched_id].append(each.device_id)
    for (day, hour, rune), some in devices.items():
        DeviceCounts.objects.filter(day=day, hour=hour, watched=rune, device__in=some).update(is_merged=True)


def _additions(batch: Sequence[DeviceCounts]) -> Mapping[TotalKey, _Addition]:
    groups = _groups_of([each.device for each in batch])
    counted_devices = _counted_before(batch)
    additions: dict[TotalKey, _Addition] = defaultdict(_Addition)
    layouts = {each.watched_id: each.watched.layout for each in batch}
    for each in batch:
        document = CountsDocument.read(bytes(each.document))
        row = sums_of(decode(document.counts, layouts[each.watched_id]))
        person = (each.device_id, each.day, each.watched_id)
        is_first = person not in counted_devices
        counted_devices.add(person)
        for group in (None, *groups.get(each.device_id, ())):
            addition = additions[each.watched_id, each.day, each.device.board, group]
            addition.rows.append(row)
            addition.devices += is_first
    return additions


def _counted_before(batch: Sequence[DeviceCounts]) -> set[tuple[UUID, date, int]]:
    """Returns the devices, days and runes that totals have already: a device is one, however many hours it sent."""
    rows = DeviceCounts.objects.filter(
        is_merged=True, device__in={each.device_id for each in batch}, day__in={each.day for each in batch}
    )
    return set(rows.values_list("device", "day", "watched").order_by())


def _groups_of(devices: Iterable[Device]) -> Mapping[UUID, Collection[UUID]]:
    """Returns the groups that devices are in now, by the device."""
    by_organisation: dict[UUID, set[UUID]] = defaultdict(set)
    for device in devices:
        by_organisation[device.organisation_id].add(device.pk)
    groups: dict[UUID, list[UUID]] = defaultdict(list)
    for organisation, ids in by_organisation.items():
        scope = scope_of(organisation)
        for group in DeviceGroup.objects.filter(organisation=organisation, kind=GroupKind.GROUP).order_by():
            try:
                condition = full_condition(parse_query(group.query), scope)
            except BadQuery:
                continue
            for pk in Device.objects.filter(condition, pk__in=ids).order_by().values_list("pk", flat=True):
                groups[pk].append(group.pk)
    return groups


def _add(additions: Mapping[TotalKey, _Addition]) -> None:
    rows = DayTotal.objects.filter(
        Q(watched__in={key[0] for key in additions}), day__in={key[1] for key in additions}
    ).select_for_update(of=("self",))
    present = {(row.watched_id, row.day, row.board, row.group_id): row for row in rows.order_by("id")}
    new: list[DayTotal] = []
    changed: list[DayTotal] = []
    for key, addition in additions.items():
        row = present.get(key)
        if row is None:
            rune, day, board, group = key
            new.append(
                DayTotal(
                    watched_id=rune,
                    day=day,
                    board=board,
                    group_id=group,
                    devices=addition.devices,
                    sums=to_bytes(merged(addition.rows)),
                )
            )
        else:
            row.sums = to_bytes(merged([from_bytes(row.sums), *addition.rows]))
            row.devices += addition.devices
            changed.append(row)
    DayTotal.objects.bulk_create(new, batch_size=500)
    DayTotal.objects.bulk_update(changed, ["sums", "devices"], batch_size=500)
