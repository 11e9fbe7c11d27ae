"""Takes the documents of a device: each on its own, each once, and none that a device cannot have counted.

A device acts here, and no person: its key signed the request and each document. What is refused is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from prometheus_client import Counter

from forge.fleet.models import Device
from forge.telemetry.intake.models import WHOLE_DAY, DeviceCounts, DevicePairs, WatchedRune
from forge.telemetry.intake.pairs import PairsCandidate, judged_pairs, store_pairs
from forge.telemetry.intake.plausibility import impossible
from forge.telemetry.intake.refusals import DocumentRefused, require_period
from forge.telemetry.intake.runes import watched_runes
from forge.telemetry.switch.models import DeploymentTelemetry
from hmrd.protocol.counts import (
    UNSIGNED_SIZE,
    BadDocument,
    CountsDocument,
    CountsVerdict,
    DocumentAnswer,
    device_key,
    is_signed,
)
from hmrd.protocol.pairs import AnyDocument, PairsDocument, read_document
from rune.watch.encoding import BadCounts, decode

_documents = Counter("forge_telemetry_documents", "Documents of counts that devices sent.", ["verdict"])


@dataclass(frozen=True)
class _Candidate:
    """A document that may be taken."""

    data: bytes
    document: CountsDocument
    watched: WatchedRune

    @property
    def hour(self) -> int:
        return WHOLE_DAY if self.document.period.hour is None else self.document.period.hour

    @property
    def row_key(self) -> tuple[date, int, int]:
        return self.document.period.day, self.hour, self.watched.pk


def take_documents(device: Device, documents: Sequence[bytes], now: datetime) -> Sequence[DocumentAnswer]:
    """Keeps the documents of a device that can be, and answers each of them."""
    answers: dict[int, DocumentAnswer] = {}
    read: dict[int, AnyDocument] = {}
    for place, data in enumerate(documents):
        try:
            read[place] = _read(device, data)
        except DocumentRefused as refusal:
            answers[place] = refusal.answer
    runes = watched_runes(device, {key for each in read.values() for key in _rune_keys(each)}) if read else {}
    since = _counting_since(runes)
    candidates: dict[int, _Candidate] = {}
    pairs: dict[int, PairsCandidate] = {}
    for place, document in read.items():
        try:
            if isinstance(document, PairsDocument):
                pairs[place] = judged_pairs(device, documents[place], document, runes, since, now)
            else:
                candidates[place] = _judged(device, documents[place], document, runes, since, now)
        except DocumentRefused as refusal:
            answers[place] = refusal.answer
    answers |= _store(device, candidates, now) | store_pairs(device, pairs, now)
    for answer in answers.values():
        _documents.labels(str(answer.name)).inc()
    return [answers[place] for place in range(len(documents))]


def _rune_keys(document: AnyDocument) -> Iterator[str]:
    yield document.rune.hex()
    if isinstance(document, PairsDocument):
        yield document.beside.hex()


def _read(device: Device, data: bytes) -> AnyDocument:
    try:
        document = read_document(data)
    except BadDocument as error:
        raise DocumentRefused(CountsVerdict.NOT_A_DOCUMENT, str(error)) from None
    if document.device != device_key(device.pk):
        raise DocumentRefused(CountsVerdict.OTHER_DEVICE, "The document names another device.")
    if device.public_key is None or not is_signed(data, device.public_key):
        raise DocumentRefused(CountsVerdict.SIGNATURE_REFUSED, "The device's key did not sign the document.")
    return document


def _counting_since(runes: Mapping[str, WatchedRune]) -> Mapping[object, datetime]:
    """Returns since when the deployments of runes count; without those that do not."""
    deployments = {each.deployment_id for each in runes.values()}
    rows = DeploymentTelemetry.objects.filter(deployment__in=deployments, is_on=True) if deployments else ()
    return {row.deployment_id: row.changed for row in rows}


def _judged(
    device: Device,
    data: bytes,
    document: CountsDocument,
    runes: Mapping[str, WatchedRune],
    since: Mapping[object, datetime],
    now: datetime,
) -> _Candidate:
    rune = runes.get(document.rune.hex())
    if rune is None:
        raise DocumentRefused(CountsVerdict.RUNE_UNKNOWN, "The deployment of the device never served this rune.")
    require_period(device, document.period, since.get(rune.deployment_id), now)
    layout = rune.layout
    try:
        counts = decode(document.counts, layout)
    except BadCounts as error:
        raise DocumentRefused(CountsVerdict.BINS_WRONG, str(error)) from None
    if reason := impossible(counts, layout, document.period.length):
        raise DocumentRefused(CountsVerdict.COUNTS_IMPOSSIBLE, reason)
    return _Candidate(data, document, rune)


@transaction.atomic
def _store(device: Device, candidates: Mapping[int, _Candidate], now: datetime) -> dict[int, DocumentAnswer]:
    """Stores documents that are not there, and compares the others with those that are. Of two of one request, the
    first is taken."""
    if not candidates:
        return {}
    first = {each.row_key: each for each in reversed(list(candidates.values()))}
    DeviceCounts.objects.bulk_create(
        (
            DeviceCounts(
                device=device,
                watched=each.watched,
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
    rows = DeviceCounts.objects.filter(device=device, day__in=days).values_list("day", "hour", "watched", "document")
    contents = {tuple(key): bytes(document)[:UNSIGNED_SIZE] for *key, document in rows}
    return {place: _answer(each, contents.get(each.row_key)) for place, each in candidates.items()}


def _answer(candidate: _Candidate, content: bytes | None) -> DocumentAnswer:
    if content == candidate.data[:UNSIGNED_SIZE]:
        return DocumentAnswer(CountsVerdict.ACCEPTED)
    return DocumentAnswer(
        CountsVerdict.COUNTS_CHANGED, "The server has other counts of the device for this rune and day."
    )


def forget_device(device: Device) -> None:
    """Deletes the documents of a device that goes to another organisation."""
    DeviceCounts.objects.filter(device=device).delete()
    DevicePairs.objects.filter(device=device).delete()
