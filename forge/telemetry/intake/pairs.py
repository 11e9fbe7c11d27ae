"""Takes documents of pairs: which labels a rune that answers and one beside it gave to the same windows of a device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from forge.fleet.models import Device
from forge.telemetry.intake.models import DevicePairs, WatchedRune
from forge.telemetry.intake.plausibility import impossible_pairs
from forge.telemetry.intake.refusals import DocumentRefused, require_period
from hmrd.protocol.counts import UNSIGNED_SIZE, CountsVerdict, DocumentAnswer
from hmrd.protocol.pairs import PairsDocument
from rune.watch.encoding import BadCounts
from rune.watch.pairs import PairBins, decode


@dataclass(frozen=True)
class PairsCandidate:
    """A document of pairs that may be taken."""

    data: bytes
    document: PairsDocument
    watched: WatchedRune
    beside: WatchedRune

    @property
    def hour(self) -> int:
        """The hour, from 0 to 23: pairs are always those of one."""
        return self.document.period.hour or 0

    @property
    def row_key(self) -> tuple[date, int, int, int]:
        """The hour and the runes, of which a device has one document."""
        return self.document.period.day, self.hour, self.watched.pk, self.beside.pk


def judged_pairs(
    device: Device,
    data: bytes,
    document: PairsDocument,
    runes: Mapping[str, WatchedRune],
    since: Mapping[object, datetime],
    now: datetime,
) -> PairsCandidate:
    """Returns a document that a device can have counted. `since` says since when deployments count. Raises
    `DocumentRefused`."""
    rune, beside = runes.get(document.rune.hex()), runes.get(document.beside.hex())
    if rune is None or beside is None or rune.deployment_id != beside.deployment_id:
        raise DocumentRefused(CountsVerdict.RUNE_UNKNOWN, "The deployment of the device does not know both runes.")
    require_period(device, document.period, since.get(rune.deployment_id), now)
    bins = pair_bins(rune, beside)
    if bins is None:
        raise DocumentRefused(CountsVerdict.BINS_WRONG, "One of the runes counts no labels.")
    try:
        pairs = decode(document.pairs, bins)
    except BadCounts as error:
        raise DocumentRefused(CountsVerdict.BINS_WRONG, str(error)) from None
    if reason := impossible_pairs(pairs, document.period.length):
        raise DocumentRefused(CountsVerdict.COUNTS_IMPOSSIBLE, reason)
    return PairsCandidate(data, document, rune, beside)


def pair_bins(rune: WatchedRune, beside: WatchedRune) -> PairBins | None:
    """Returns the labels of two runes; None where one counts none."""
    labels, other = rune.layout.labels, beside.layout.labels
    return None if labels is None or other is None else PairBins.of(labels, other)


@transaction.atomic
def store_pairs(device: Device, candidates: Mapping[int, PairsCandidate], now: datetime) -> dict[int, DocumentAnswer]:
    """Stores documents that are not there, and compares the others with those that are. Of two of one request, the
    first is taken."""
    if not candidates:
        return {}
    first = {each.row_key: each for each in reversed(list(candidates.values()))}
    DevicePairs.objects.bulk_create(
        (
            DevicePairs(
                device=device,
                watched=each.watched,
                beside=each.beside,
                day=each.document.period.day,
                hour=each.hour,
                document=each.data,
                received=now,
            )
            for each in first.values()
        ),
        ignore_conflicts=True,
    )
    days = {each.document.period.day for each in candidates.values()}
    rows = DevicePairs.objects.filter(device=device, day__in=days)
    values = rows.values_list("day", "hour", "watched", "beside", "document")
    contents = {tuple(key): bytes(document)[:UNSIGNED_SIZE] for *key, document in values}
    return {place: _answer(each, contents.get(each.row_key)) for place, each in candidates.items()}


def _answer(candidate: PairsCandidate, content: bytes | None) -> DocumentAnswer:
    if content == candidate.data[:UNSIGNED_SIZE]:
        return DocumentAnswer(CountsVerdict.ACCEPTED)
    return DocumentAnswer(CountsVerdict.COUNTS_CHANGED, "The server has other pairs of the device for this hour.")
