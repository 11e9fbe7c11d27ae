"""A device proves that it may join, by a code, its label or the certificate of a batch.

Each works while the person who made it may let devices join, and as long as the token that made it lives.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from forge.accounts.models import User, of_living_tokens
from forge.accounts.permissions import Verb, can
from forge.fleet.devices.models import ClaimedWith
from forge.fleet.enrolment.joining import join
from forge.fleet.enrolment.secret_hashes import enrolment_hash
from forge.fleet.models import ClaimCode, Device, DeviceBatch, DeviceCandidate
from hmrd.protocol.codes import label_proof
from hmrd.protocol.enrolment import BatchProof, CodeProof, EnrolmentRequest, LabelProof, TrustKind

Claim = TypeVar("Claim", ClaimCode, DeviceCandidate, DeviceBatch)


class ProofRefused(Exception):
    """The proof of a device does not let it join: it is unknown, was used, or has ended. The device does not
    learn which."""


@transaction.atomic
def join_with_code(proof: CodeProof, request: EnrolmentRequest) -> Device:
    """Lets a device join with a code, which is used by that. Raises `ProofRefused`, and what `join` raises."""
    now = timezone.now()
    codes = ClaimCode.objects.filter(code_hash=enrolment_hash(proof.code), used=None, revoked=None)
    # Its lock makes another device with the same code wait, and find it used.
    code = _living(codes.select_for_update(of=("self",)), now)
    device = join(
        organisation=code.organisation,
        public_key=request.public_key,
        name=request.name,
        report=request.report,
        labels=code.labels,
        note=code.note,
        trust=TrustKind(code.trust),
        claimed_with=ClaimedWith.CODE,
        claimed_by=code.created_by,
    )
    code.used, code.device = now, device
    code.save(update_fields=["used", "device"])
    return device


@transaction.atomic
def join_with_batch(proof: BatchProof, request: EnrolmentRequest) -> Device:
    """Lets a device join with the certificate of a batch, and counts it. Raises `ProofRefused`, and what `join`
    raises."""
    identifier, _, secret = proof.certificate.partition(".")
    batch = _living(DeviceBatch.objects.filter(pk=UUID(identifier), revoked=None), timezone.now())
    if not hmac.compare_digest(batch.secret_hash, enrolment_hash(secret)):
        raise ProofRefused
    # The row is locked by the count, so that a hundred devices at once are no more than its limit.
    if not DeviceBatch.objects.filter(pk=batch.pk, revoked=None, used__lt=F("limit")).update(used=F("used") + 1):
        raise ProofRefused
    return join(
        organisation=batch.organisation,
        public_key=request.public_key,
        name=request.name,
        report=request.report,
        labels=batch.labels,
        note="",
        trust=TrustKind(batch.trust),
        claimed_with=ClaimedWith.BATCH,
        claimed_by=batch.created_by,
        batch=batch,
    )


@transaction.atomic
def note_candidate(proof: LabelProof, request: EnrolmentRequest) -> None:
    """Notes that a device asked whose label a member entered, for a member to confirm. It joins by that alone.

    A label that nobody entered looks the same. Raises `ProofRefused` for another secret than the member entered.
    """
    rows = DeviceCandidate.objects.filter(organisation__name=proof.organisation, label=proof.label)
    try:
        candidate = _living(rows.select_for_update(of=("self",)), timezone.now())
    except ProofRefused:
        return
    expected = label_proof(candidate.secret, request.public_key, proof.organisation)
    if not hmac.compare_digest(expected, proof.proof):
        raise ProofRefused
    if candidate.public_key != request.public_key:
        # Members confirm the key that they see: another one is shown before it joins.
        candidate.public_key, candidate.name, candidate.requested = request.public_key, request.name, timezone.now()
        candidate.report = dict(request.report.to_json())
        candidate.save(update_fields=["public_key", "name", "requested", "report"])


def _living(rows: QuerySet[Claim], now: datetime) -> Claim:
    """Returns the row of what lets a device join, whose maker may still do that. Raises `ProofRefused`."""
    row = rows.filter(of_living_tokens(), expires__gt=now).select_related("organisation", "created_by").first()
    if row is None or not _may_claim(row.created_by, row):
        raise ProofRefused
    return row


def _may_claim(maker: User | None, row: ClaimCode | DeviceCandidate | DeviceBatch) -> bool:
    return maker is not None and maker.is_active and can(maker, Verb.CLAIM_DEVICES, row.organisation)
