"""Reading the documents of devices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from forge.deployments.models import Deployment
from forge.fleet.models import Device
from forge.telemetry.intake.models import WHOLE_DAY, DeviceCounts, DevicePairs, WatchedRune
from forge.telemetry.intake.pairs import pair_bins
from hmrd.protocol.counts import UNSIGNED_SIZE, CountedPeriod, rune_key
from hmrd.protocol.pairs import PairsDocument
from rune.watch.layout import MOST_LABELS
from rune.watch.pairs import PairBins, decode


def last_document_of(device: Device) -> DeviceCounts | None:
    """Returns the last document of a device that the caller has found; None of one that sent none."""
    rows = DeviceCounts.objects.filter(device=device).select_related("watched")
    return rows.order_by("-day", "-hour", "-received").first()


def document_of_day(deployment: Deployment, day: date) -> DeviceCounts | None:
    """Returns a document for a day of one of a deployment's devices, with the device. The caller has found the
    deployment."""
    rows = DeviceCounts.objects.filter(watched__deployment=deployment, day=day, hour=WHOLE_DAY)
    return rows.select_related("device__organisation").order_by("-received").first()


def watched_runes_of(deployment: Deployment) -> Sequence[WatchedRune]:
    """Returns the runes of a deployment of which something was counted, the first one first. The caller has found the
    deployment."""
    return list(WatchedRune.objects.filter(deployment=deployment).order_by("id"))


@dataclass(frozen=True)
class ShadowPairs:
    """The pairs of labels of two runes, by device. All arrays have the order of `devices`."""

    bins: PairBins
    """The names of the rows, of the rune that answers, and of the columns, of the one beside it."""
    devices: tuple[UUID, ...]
    counts: NDArray[np.int64]
    """By device, label of the rune that answers and label of the one beside: `(devices, 12, 12)`. Rows and columns
    without a label are 0."""
    missed: NDArray[np.int64]
    """Windows of each device that were not compared."""
    hours: NDArray[np.int64]
    """Documents of each device."""

    @property
    def agreeing(self) -> NDArray[np.bool_]:
        """Whether a row and a column have the same name: `(12, 12)`."""
        table = np.zeros((MOST_LABELS, MOST_LABELS), np.bool_)
        for row in range(len(self.bins.answering)):
            for column in range(len(self.bins.beside)):
                table[row, column] = self.bins.agree(row, column)
        return table


def shadow_pairs(
    deployment: UUID, rune: str, beside: str, since: datetime, devices: Sequence[UUID] | None = None
) -> ShadowPairs | None:
    """Returns the pairs of two runes of a deployment, by their digests and the one that answers first, of hours that
    began at a moment or later; of all devices, or of some. None where the deployment does not know both runes, or one
    counts no labels. The caller has found the deployment."""
    keys = {rune_key(each).hex(): each for each in (rune, beside)}
    runes = {each.rune: each for each in WatchedRune.objects.filter(deployment=deployment, key__in=keys)}
    if rune not in runes or beside not in runes or (bins := pair_bins(runes[rune], runes[beside])) is None:
        return None
    rows = DevicePairs.objects.filter(watched=runes[rune], beside=runes[beside], day__gte=since.date())
    if devices is not None:
        rows = rows.filter(device__in=devices)
    values = rows.order_by("device", "day", "hour").values_list("device", "day", "hour", "document")
    return _by_device(
        bins,
        [
            (device, bytes(document))
            for device, day, hour, document in values.iterator()
            if CountedPeriod(day, hour).begin >= since
        ],
    )


def _by_device(bins: PairBins, documents: Sequence[tuple[UUID, bytes]]) -> ShadowPairs:
    places: Mapping[UUID, int] = {device: place for place, device in enumerate(dict(documents))}
    counts = np.zeros((len(places), MOST_LABELS, MOST_LABELS), np.int64)
    missed_windows, hours = np.zeros(len(places), np.int64), np.zeros(len(places), np.int64)
    for device, data in documents:
        pairs, place = decode(PairsDocument.read_unsigned(data[:UNSIGNED_SIZE]).pairs, bins), places[device]
        counts[place, : len(bins.answering), : len(bins.beside)] += np.array(pairs.counts, np.int64)
        missed_windows[place] += pairs.missed
        hours[place] += 1
    return ShadowPairs(bins, tuple(places), counts, missed_windows, hours)
