"""Certificates with which the devices of a production line join."""

from __future__ import annotations

import datetime
from typing import Annotated
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from rest_framework.fields import CharField, DateField, IntegerField

from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb
from forge.accounts.place import ORGANISATION
from forge.accounts.principals import token_of
from forge.accounts.quotas.limits import locked
from forge.core.actors import Actor
from forge.core.api.acts import DONE, ActAnswer, act
from forge.core.api.states import ENDS, MAKES
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict, Invalid
from forge.fleet.devices.labels import require_labels
from forge.fleet.devices.trust import trusted_fingerprints
from forge.fleet.enrolment.access import find_batch, open_batches
from forge.fleet.enrolment.actions.codes import DeviceLabels, TrustChoice
from forge.fleet.enrolment.models import LONGEST_BATCH_TITLE, DeviceBatch
from forge.fleet.enrolment.secret_hashes import enrolment_hash, new_batch_secret
from forge.fleet.enrolment.serializers import NewBatch, new_batch_to_json
from forge.fleet.errors import TooManyOpen
from hmrd.protocol.enrolment import TrustKind

MOST_OPEN = 100
"""Batches of an organisation that are not used up."""
LARGEST_BATCH = 10_000
_LONGEST = datetime.timedelta(days=366)


@act(
    "POST",
    ORGANISATION,
    "device-batches",
    "device_batches_create",
    verb=Verb.CLAIM_DEVICES,
    state=MAKES,
    answer=ActAnswer(new_batch_to_json, status=201),
    raises=(Conflict,),
)
@transaction.atomic
def create_batch(
    actor: Actor,
    organisation: Organisation,
    title: Annotated[str, CharField(max_length=LONGEST_BATCH_TITLE)],
    limit: Annotated[int, IntegerField(min_value=1, max_value=LARGEST_BATCH)],
    until: Annotated[datetime.date, DateField()],
    labels: DeviceLabels | None = None,
    trust: TrustChoice = TrustKind.SERVER.value,
) -> NewBatch:
    """Makes a certificate with which up to `limit` devices join, to the end of the day `until` in UTC, which is at most
    a year away. The certificate is in this answer and in no other."""
    expires = datetime.datetime.combine(until, datetime.time.max, datetime.UTC)
    now = timezone.now()
    if not now < expires <= now + _LONGEST:
        message = "A certificate ends today at the earliest, and in a year at the latest. Choose another day."
        raise Invalid(message, errors={"until": [message]})
    locked(organisation)
    if open_batches(organisation).count() >= MOST_OPEN:
        raise TooManyOpen(f"The organisation has {MOST_OPEN} open batches. Revoke one that is not needed.")
    fingerprints = trusted_fingerprints(organisation, TrustKind(trust))
    secret = new_batch_secret()
    row = DeviceBatch.objects.create(
        organisation=organisation,
        title=title,
        secret_hash=enrolment_hash(secret),
        limit=limit,
        labels=require_labels(labels or {}),
        trust=trust,
        created_by=actor.person,
        created_by_token=token_of(actor),
        created=now,
        expires=expires,
    )
    write_entry(
        actor,
        "device-batch.create",
        organisation.stream,
        organisation.place,
        title=title,
        limit=limit,
        until=until.isoformat(),
    )
    return NewBatch(row, f"{row.pk}.{secret}", tuple(fingerprints))


@act(
    "DELETE",
    ORGANISATION,
    "device-batches/<uuid:batch>",
    "device_batches_revoke",
    verb=Verb.CLAIM_DEVICES,
    state=ENDS,
    answer=DONE,
)
@transaction.atomic
def revoke_batch(actor: Actor, organisation: Organisation, batch: UUID) -> None:
    """Revokes the certificate of a batch. The devices that joined with it stay."""
    row = find_batch(actor, organisation, batch)
    if DeviceBatch.objects.filter(pk=row.pk, revoked=None).update(revoked=timezone.now()):
        row.refresh_from_db(fields=["used"])
        write_entry(
            actor, "device-batch.revoke", organisation.stream, organisation.place, title=row.title, used=row.used
        )
