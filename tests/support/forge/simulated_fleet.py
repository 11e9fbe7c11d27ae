"""Simulated devices whose levels and labels differ a little, for alerts."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

from django.utils import timezone

from forge.accounts.models import Organisation
from forge.fleet.models import Device
from forge.telemetry.models import DeviceCounts, WatchedRune
from hmrd.protocol.counts import CountedPeriod, CountsDocument, device_key, rune_key
from rune.assessment.drift.judging import DEFAULTS
from rune.watch.counts import Counts
from rune.watch.encoding import encode
from rune.watch.layout import ConfidenceBins, FeatureBins, LabelBins, Statistic, WatchLayout
from tests.support.forge.factories.device_rows import device_row

LAYOUT = WatchLayout(
    LabelBins(("nothing", "speech", "knock"), (0, 1, 2)),
    ConfidenceBins(tuple(0.3 + 0.05 * number for number in range(14))),
    (FeatureBins("audio", 0, Statistic.LEVEL, tuple(4.0**number for number in range(1, 16))),),
)
DAYS = DEFAULTS.day_count
ANSWERS = 350


class SimulatedFleet:
    """Devices with a level and a label mix of their own, each a little different from day to day."""

    def __init__(self, organisation: Organisation, rune: WatchedRune, devices: int) -> None:
        self.rune, self.chance = rune, random.Random(7)
        rune.layout_json, rune.reference = LAYOUT.to_json(), None
        rune.save()
        self.rows = [
            device_row(organisation, f"field-{number}", {"batch": "B" if number < devices // 5 else "A"})
            for number in range(devices)
        ]
        self.levels = {row.pk: self.chance.gauss(8.0, 0.3) for row in self.rows}

    def send(
        self,
        first: date,
        last: date,
        louder: Callable[[Device, date], float] = lambda *_: 0.0,
        slower: Callable[[Device, date], float] = lambda *_: 1.0,
    ) -> None:
        """Stores a document for each device and day; `louder` says by how many factors of 4 a level is higher, and
        `slower` how many times as long a run takes."""
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        DeviceCounts.objects.bulk_create(
            DeviceCounts(
                device=row,
                watched=self.rune,
                day=day,
                document=self._document(row.pk, day, louder(row, day), slower(row, day)),
                received=timezone.now(),
            )
            for row in self.rows
            for day in days
        )

    def _document(self, device: UUID, day: date, louder: float, slower: float) -> bytes:
        chance = self.chance
        centre = self.levels[device] + chance.gauss(0, 0.05) + louder
        level, labels, confidence = [0] * 16, [0] * 3, [0] * 15
        for _ in range(ANSWERS):
            level[min(15, max(0, int(chance.gauss(centre, 1.0))))] += 1
            labels[min(2, int(3 * chance.random() ** 2))] += 1
            confidence[min(14, int(15 * chance.random() ** 0.5))] += 1
        microseconds = int(ANSWERS * 5000 * slower * math.exp(chance.gauss(0, 0.03)))
        time = (0, 0, ANSWERS, 0, 0, 0, 0, 0)
        counts = Counts(
            tuple(labels), tuple(confidence), (tuple(level),), time, answers=ANSWERS, microseconds=microseconds
        )
        rune = rune_key(f"sha256:{self.rune.key}".ljust(71, "0"))
        period = CountedPeriod(day, None)
        return CountsDocument(period, device_key(device), rune, encode(counts)).signed(lambda _: bytes(64))


def is_of_batch_b(row: Device) -> bool:
    """Returns whether a simulated device is one of the fifth with `batch=B`, of 25."""
    return int(row.name.removeprefix("field-")) < 5
