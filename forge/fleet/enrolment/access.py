"""Finding what lets devices join, for who claims devices."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F
from django.utils import timezone

from forge.accounts.models import Organisation, of_living_tokens
from forge.core.actors import Actor
from forge.core.errors import NotFound
from forge.fleet.enrolment.models import (
    ClaimCode,
    ClaimCodeQuerySet,
    DeviceBatch,
    DeviceBatchQuerySet,
    DeviceCandidate,
    DeviceCandidateQuerySet,
)


def codes_of(actor: Actor, organisation: Organisation) -> ClaimCodeQuerySet:
    """Returns the codes of an organisation, also those that were used or have ended."""
    return ClaimCode.objects.visible_to(actor).filter(organisation=organisation).select_related("created_by", "device")


def open_codes(organisation: Organisation) -> ClaimCodeQuerySet:
    """Returns the codes with which a device can join now."""
    codes = ClaimCode.objects.filter(of_living_tokens(), organisation=organisation)
    return codes.filter(used=None, revoked=None, expires__gt=timezone.now())


def find_code(actor: Actor, organisation: Organisation, code: UUID) -> ClaimCode:
    """Returns a code. Raises `NotFound`."""
    row = codes_of(actor, organisation).filter(pk=code).first()
    if row is None:
        raise NotFound("The organisation has no such code.")
    return row


def candidates_of(actor: Actor, organisation: Organisation) -> DeviceCandidateQuerySet:
    """Returns the devices whose label was entered and that were not confirmed yet, the newest first."""
    candidates = DeviceCandidate.objects.visible_to(actor).filter(organisation=organisation, expires__gt=timezone.now())
    return candidates.select_related("created_by")


def find_candidate(actor: Actor, organisation: Organisation, candidate: UUID) -> DeviceCandidate:
    """Returns a candidate. Raises `NotFound`, also for one that has ended."""
    row = candidates_of(actor, organisation).filter(pk=candidate).first()
    if row is None:
        raise NotFound("The organisation has no such candidate, or it has ended. Enter its label again.")
    return row


def batches_of(actor: Actor, organisation: Organisation) -> DeviceBatchQuerySet:
    """Returns the batches of an organisation, also those that have ended."""
    return DeviceBatch.objects.visible_to(actor).filter(organisation=organisation).select_related("created_by")


def open_batches(organisation: Organisation) -> DeviceBatchQuerySet:
    """Returns the batches with which a device can join now."""
    batches = DeviceBatch.objects.filter(of_living_tokens(), organisation=organisation, revoked=None)
    return batches.filter(expires__gt=timezone.now(), used__lt=F("limit"))


def find_batch(actor: Actor, organisation: Organisation, batch: UUID) -> DeviceBatch:
    """Returns a batch. Raises `NotFound`."""
    row = batches_of(actor, organisation).filter(pk=batch).first()
    if row is None:
        raise NotFound("The organisation has no such batch.")
    return row
