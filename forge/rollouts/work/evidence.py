"""Reads the evidence of a stage: the hours that devices counted in it, and the days before it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import add
from typing import Final
from uuid import UUID

import numpy as np
from django.db.models import Q

from forge.deployments.hooks import is_counting
from forge.fleet.models import Device, DeviceLabel
from forge.rollouts.machine import StageDevices
from forge.rollouts.models import Rollout, RolloutDevice, RolloutStage
from forge.rollouts.work.status import devices_by_stage, devices_of, fails_self_test, runs
from forge.telemetry.alerts.days import BOARD
from forge.telemetry.intake.access import shadow_pairs
from forge.telemetry.intake.models import WHOLE_DAY, DeviceCounts, WatchedRune
from forge.telemetry.intake.runes import watched_rune_of
from hmrd.protocol.counts import HEADER_SIZE, UNSIGNED_SIZE
from hmrd.protocol.reports import SelfTestOutcome
from rune.assessment.guards.evidence import CountTable, DeviceSide, InstallCounts, PairTable, StageEvidence
from rune.statistics.attribution import Attributes
from rune.watch.counts import Counts
from rune.watch.encoding import decode
from rune.watch.layout import WatchLayout
from rune.watch.record import counts_from_json

PAST_DAYS: Final = 28
"""Days before the rollout by which each device is known."""
_DAY: Final = timedelta(days=1)


def evidence_of(rollout: Rollout, stage: RolloutStage, now: datetime) -> StageEvidence:
    """Returns what is known of a stage whose devices run the release. A document that is late is in the next look."""
    rows = list(devices_of(rollout).select_related("device").order_by("place"))
    moved_ids = set(devices_of(rollout).filter(runs(rollout)).values_list("pk", flat=True))
    new_rows = [row for row in rows if row.pk in moved_ids]
    former_rows = [row for row in rows if row.admitted is None]
    begin = stage.settled or now
    new, former = watched_rune_of(rollout.release), watched_rune_of(rollout.former)
    is_shadow = rollout.plan.stages[stage.number].is_shadow
    return StageEvidence(
        _installs(rollout, now),
        _side(new_rows, new, former, begin, now, rollout.started),
        _side(former_rows, former, former, begin, now, rollout.started),
        pairs=_pairs(rollout, begin) if is_shadow else None,
        reference=counts_from_json(new.reference, new.layout) if new.reference else None,
        is_counted=is_counting(rollout.deployment),
        whole_days=(now - begin) >= _DAY and int((now - begin) / timedelta(hours=1)) % 24 == 0,
    )


def _pairs(rollout: Rollout, begin: datetime) -> PairTable | None:
    """Returns the answers of both runes of the devices of the shadow."""
    ids = list(devices_of(rollout).filter(stage=0).values_list("device", flat=True))
    pairs = shadow_pairs(rollout.deployment_id, rollout.former.rune, rollout.release.rune, begin, ids)
    if pairs is None:
        return None
    former, new = pairs.bins.answering, pairs.bins.beside
    counts = pairs.counts[:, : len(former), : len(new)].astype(np.float64)
    return PairTable(former, new, counts, int(pairs.missed.sum()), tuple(map(str, pairs.devices)))


def _installs(rollout: Rollout, now: datetime) -> InstallCounts:
    stages: Iterable[StageDevices] = devices_by_stage(rollout, now).values()
    running = sum(each.running for each in stages)
    failed = sum(each.failed for each in stages)
    passed = devices_of(rollout).filter(runs(rollout), device__self_test=SelfTestOutcome.PASSED).count()
    failures = devices_of(rollout).filter(fails_self_test(rollout), admitted__isnull=False).count()
    return InstallCounts(running, failed, passed, failures)


def _side(
    rows: Sequence[RolloutDevice],
    rune: WatchedRune,
    former: WatchedRune,
    begin: datetime,
    now: datetime,
    started: datetime,
) -> DeviceSide:
    ids = [row.device_id for row in rows]
    hours = Q(hour__lt=WHOLE_DAY) & (Q(day__gt=begin.date()) | Q(day=begin.date(), hour__gt=begin.hour))
    past = Q(hour=WHOLE_DAY, day__lt=started.date(), day__gte=started.date() - PAST_DAYS * _DAY)
    days = max((now - begin) / _DAY, 1e-6)
    return DeviceSide(
        _table(ids, rune, hours),
        _table(ids, former, past),
        np.array([_restarts(row, days) for row in rows], np.float64),
        tuple(map(str, ids)),
    )


def attributes_of(devices: Collection[str]) -> Mapping[str, Attributes]:
    """Returns the labels of devices and their boards, by the ids of the devices."""
    attributes: dict[str, dict[str, str]] = {
        str(pk): {BOARD: board} for pk, board in Device.objects.filter(pk__in=devices).values_list("pk", "board")
    }
    for device, key, value in DeviceLabel.objects.filter(device__in=devices).values_list("device", "key", "value"):
        attributes[str(device)][key] = value
    return attributes


def _restarts(row: RolloutDevice, days: float) -> float:
    """Returns the restarts of a device a day, from its reports; nan where it has not reported since."""
    total: int | None = row.device.totals.get("restarts")
    if row.restarts_before is None or total is None:
        return float("nan")
    # A device that was set up anew counts from 0.
    return max(total - row.restarts_before, 0) / days


def _table(devices: Sequence[UUID], rune: WatchedRune, condition: Q) -> CountTable:
    counts = _sums(devices, rune, rune.layout, condition)
    return CountTable.of(rune.layout, [counts.get(each) for each in devices])


def _sums(devices: Sequence[UUID], rune: WatchedRune, layout: WatchLayout, condition: Q) -> Mapping[UUID, Counts]:
    """Returns the sums of the documents of devices about a rune."""
    of_devices = set(devices)
    by_device: dict[UUID, list[Counts]] = {}
    rows = DeviceCounts.objects.filter(condition, watched=rune).values_list("device", "document")
    for device, document in rows.iterator(5000):
        if device in of_devices:
            by_device.setdefault(device, []).append(decode(bytes(document)[HEADER_SIZE:UNSIGNED_SIZE], layout))
    return {device: reduce(add, counts) for device, counts in by_device.items()}
