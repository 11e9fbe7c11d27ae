"""Codes that let one device join."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from rest_framework.fields import CharField, ChoiceField

from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb
from forge.accounts.place import ORGANISATION
from forge.accounts.principals import token_of
from forge.accounts.quotas.limits import locked
from forge.core.actors import Actor
from forge.core.api.acts import DONE, ActAnswer, act
from forge.core.api.states import ENDS, MAKES
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict
from forge.fleet.devices.labels import Labels, LabelsField, require_labels
from forge.fleet.devices.models import LONGEST_NOTE
from forge.fleet.devices.trust import trusted_fingerprints
from forge.fleet.enrolment.access import find_code, open_codes
from forge.fleet.enrolment.models import ClaimCode
from forge.fleet.enrolment.secret_hashes import enrolment_hash, new_code
from forge.fleet.enrolment.serializers import NewClaimCode, new_code_to_json
from forge.fleet.errors import TooManyOpen
from hmrd.protocol.codes import shown_code
from hmrd.protocol.enrolment import TrustKind

MOST_OPEN = 100
"""Codes of an organisation that were not used yet."""
_VALID_FOR = timedelta(days=1)
_HINT_LENGTH = 3

Note = Annotated[str, CharField(max_length=LONGEST_NOTE, allow_blank=True)]
DeviceLabels = Annotated[Labels, LabelsField()]
TrustChoice = Annotated[str, ChoiceField([each.value for each in TrustKind])]


@act(
    "POST",
    ORGANISATION,
    "device-codes",
    "device_codes_create",
    verb=Verb.CLAIM_DEVICES,
    state=MAKES,
    answer=ActAnswer(new_code_to_json, status=201),
    raises=(Conflict,),
)
@transaction.atomic
def create_code(
    actor: Actor,
    organisation: Organisation,
    labels: DeviceLabels | None = None,
    note: Note = "",
    trust: TrustChoice = TrustKind.SERVER.value,
) -> NewClaimCode:
    """Makes a code with which one device joins within a day, with labels, a note, and whom it shall believe. The code
    is in this answer and in no other."""
    locked(organisation)
    if open_codes(organisation).count() >= MOST_OPEN:
        raise TooManyOpen(f"The organisation has {MOST_OPEN} codes that were not used. Revoke one that is not needed.")
    fingerprints = trusted_fingerprints(organisation, TrustKind(trust))
    code, now = new_code(), timezone.now()
    row = ClaimCode.objects.create(
        organisation=organisation,
        code_hash=enrolment_hash(code),
        hint=code[:_HINT_LENGTH],
        labels=require_labels(labels or {}),
        note=note,
        trust=trust,
        created_by=actor.person,
        created_by_token=token_of(actor),
        created=now,
        expires=now + _VALID_FOR,
    )
    write_entry(actor, "device-code.create", organisation.stream, organisation.place, hint=row.hint, trust=trust)
    return NewClaimCode(row, shown_code(code), _command(code, fingerprints), tuple(fingerprints))


@act(
    "DELETE",
    ORGANISATION,
    "device-codes/<uuid:code>",
    "device_codes_revoke",
    verb=Verb.CLAIM_DEVICES,
    state=ENDS,
    answer=DONE,
)
@transaction.atomic
def revoke_code(actor: Actor, organisation: Organisation, code: UUID) -> None:
    """Revokes a code. A device that joined with it stays."""
    row = find_code(actor, organisation, code)
    if ClaimCode.objects.filter(pk=row.pk, revoked=None, used=None).update(revoked=timezone.now()):
        write_entry(actor, "device-code.revoke", organisation.stream, organisation.place, hint=row.hint)


def _command(code: str, fingerprints: Sequence[str]) -> str:
    options = [f"--key-fingerprint {each}" for each in fingerprints]
    return " ".join(["hmrd enroll", settings.PUBLIC_URL, shown_code(code), *options])
