"""Takes what devices answer and send to requests for samples. A device acts here, and no person: its key signed the
request. Nothing is taken that its owner did not allow, and what is refused is refused by name."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from forge.accounts.tokens.secrets import hash_secret, new_secret
from forge.core.audit.entries import write_entry
from forge.core.database.numbers import next_number
from forge.core.errors import (
    Invalid,
    NoRoom,
    QuotaReached,
    TooLarge,
    Unprocessable,
)
from forge.datasets.collecting.access import principal_of_collector
from forge.datasets.collecting.actions import submit_under, withdraw_as_guest
from forge.datasets.consent.actions import store_consent
from forge.datasets.consent_terms import Purpose, checked_purposes
from forge.datasets.errors import SampleKnown
from forge.datasets.models import Collector, Consent, Submission
from forge.datasets.models.collecting import SubmissionState
from forge.fleet.devices.models import PersonEntry
from forge.fleet.devices.timeline import write_line
from forge.fleet.models import Device
from forge.projects.models import Project
from forge.telemetry.sample_requests.access import is_active, is_of_device
from forge.telemetry.sample_requests.models import DeviceSampleRequest
from forge.telemetry.sample_requests.terms import terms_of_yes
from hmrd.protocol.reading import written
from hmrd.protocol.samples import AnswerKind, OfferAnswer, SampleReply, SampleVerdict, SampleWindow
from rune.digests import digest_of

LINES = {
    AnswerKind.YES: PersonEntry.SAMPLES_YES,
    AnswerKind.NO: PersonEntry.SAMPLES_NO,
    AnswerKind.TAKE_BACK: PersonEntry.SAMPLES_BACK,
}
"""The lines of a device's timeline."""


class SampleRefused(Exception):
    """An answer or a window is not taken, for a named reason."""

    def __init__(self, verdict: SampleVerdict, detail: str, number: int = 0) -> None:
        super().__init__(detail)
        self.reply = SampleReply(verdict, detail, number)


def take_answer(device: Device, answer: OfferAnswer) -> SampleReply:
    """Takes the answer of a device's owner. The last one again is acknowledged."""
    try:
        row = _take_answer(device, answer)
    except SampleRefused as refusal:
        return refusal.reply
    if answer.kind is AnswerKind.TAKE_BACK:
        withdraw(row)
    return SampleReply(SampleVerdict.ACCEPTED, number=row.number)


def take_window(device: Device, window: SampleWindow) -> SampleReply:
    """Keeps a window that the owner of a device chose; it waits for a member. The same one again is acknowledged."""

    def require_consent() -> Consent:
        row = _row(device, window.request)
        if row.answer != AnswerKind.YES or row.number != window.number or row.consent is None:
            raise SampleRefused(SampleVerdict.NOT_CONSENTED, "No answer of this number allows it.", row.number)
        if row.consent.withdrawn is not None:
            raise SampleRefused(SampleVerdict.NOT_CONSENTED, "The consent was withdrawn.", row.number)
        _require_active(row, device)
        return row.consent

    def require_room() -> Consent:
        consent = require_consent()
        if Submission.objects.filter(collector=collector).count() >= most:
            known_digests = Submission.objects.filter(collector=collector, digest=digest)
            if not known_digests.exists():
                raise SampleRefused(SampleVerdict.TOO_MANY, f"This device sent {most}, as many as were asked for.")
        return consent

    try:
        require_consent()
        row = _row(device, window.request)
        if row.collector is None:
            raise SampleRefused(SampleVerdict.NOT_CONSENTED, "No answer allows it.", row.number)
        collector, most, digest = row.collector, row.request.most, digest_of(window.data)
        submit_under(collector, [window.data], device=device.name, require_consent=require_room)
    except SampleRefused as refusal:
        return refusal.reply
    except SampleKnown:
        return SampleReply(SampleVerdict.ACCEPTED, number=window.number)
    except (Unprocessable, TooLarge) as error:
        return SampleReply(SampleVerdict.RECORDING_REFUSED, error.detail)
    except (QuotaReached, NoRoom) as error:
        return SampleReply(SampleVerdict.NO_ROOM, error.detail)
    return SampleReply(SampleVerdict.ACCEPTED, number=window.number)


def withdraw(row: DeviceSampleRequest) -> None:
    """Deletes all that a device sent for a request, whatever became of it. Call it outside of a transaction: bytes go
    from the disk. What was withdrawn already stays so."""
    if row.collector is None:
        return
    deleted_states = (SubmissionState.REFUSED, SubmissionState.DELETED)
    has_stored = Submission.objects.filter(collector=row.collector).exclude(state__in=deleted_states).exists()
    if has_stored or (row.consent is not None and row.consent.withdrawn is None):
        withdraw_as_guest(row.collector)


@transaction.atomic
def _take_answer(device: Device, answer: OfferAnswer) -> DeviceSampleRequest:
    """Writes an answer. Returns its row. Raises `SampleRefused`."""
    DeviceSampleRequest.objects.select_for_update().filter(device=device, request=UUID(answer.request)).first()
    row, digest = _row(device, answer.request), digest_of(written(answer.to_json()))
    if answer.number == row.number and digest == row.digest:
        return row
    if answer.number <= row.number:
        raise SampleRefused(SampleVerdict.ANSWER_OLD, "The server has a later answer of this device.", row.number)
    if answer.kind is AnswerKind.YES:
        _agree(row, device, answer)
    row.answer, row.number, row.digest = answer.kind.value, answer.number, digest
    row.answered = timezone.now()
    row.save()
    write_line(device, LINES[answer.kind], None)
    return row


def _agree(row: DeviceSampleRequest, device: Device, answer: OfferAnswer) -> None:
    """Stores the consent of an owner. Raises `SampleRefused`."""
    request = row.request
    _require_active(row, device)
    purposes = _purposes(row, answer)
    if answer.terms != request.terms.digest(answer.purposes):
        raise SampleRefused(SampleVerdict.TERMS_DIFFER, "The owner read other terms than those of the request.")
    project = request.link.project
    terms = terms_of_yes(request, purposes, timezone.now())
    row.consent = store_consent(project, terms, request.terms.text(answer.purposes), None)
    if row.collector is None:
        row.collector = _new_collector(row, device)
    Collector.objects.filter(pk=row.collector.pk).update(consent=row.consent)
    row.collector.consent = row.consent
    principal = principal_of_collector(row.collector)
    consent, guest = str(row.consent.pk), row.collector.pseudonym
    write_entry(principal, "data.agree", project.stream, project.place, consent=consent, guest=guest)


def _new_collector(row: DeviceSampleRequest, device: Device) -> Collector:
    """Returns what stands for a device in a project's data. One that sent something before keeps its number: all that
    comes from one device is in one split."""
    request = row.request
    Project.objects.lock(request.link.project_id)
    former = DeviceSampleRequest.objects.filter(
        device=device, collector__link__project=request.link.project_id
    ).select_related("collector")
    known_row = former.first()
    collectors = Collector.objects.filter(link__project=request.link.project_id)
    number = known_row.collector.number if known_row and known_row.collector else next_number(collectors)
    return Collector.objects.create(
        link=request.link, number=number, secret_hash=hash_secret(new_secret()), expires=request.link.expires
    )


def _purposes(row: DeviceSampleRequest, answer: OfferAnswer) -> frozenset[Purpose]:
    if not set(answer.purposes) <= row.request.terms.requested_purposes:
        raise SampleRefused(SampleVerdict.PURPOSES_WRONG, "The answer allows what the request does not ask for.")
    try:
        return checked_purposes(answer.purposes)
    except Invalid as error:
        raise SampleRefused(SampleVerdict.PURPOSES_WRONG, error.detail) from None


def _require_active(row: DeviceSampleRequest, device: Device) -> None:
    if not is_of_device(row.request, device) or not is_active(row.request):
        raise SampleRefused(SampleVerdict.REQUEST_ENDED, "Nobody asks for it any more.")


def _row(device: Device, request: str) -> DeviceSampleRequest:
    """Returns what a device was asked, as it is now. Raises `SampleRefused`."""
    related = ("request__link__created_by", "request__link__project__organisation", "request__deployment")
    rows = DeviceSampleRequest.objects.select_related(*related, "collector__link__project", "consent")
    row = rows.filter(device=device, request=UUID(request)).first()
    if row is None:
        raise SampleRefused(SampleVerdict.REQUEST_UNKNOWN, "This device was not asked so.")
    return row
