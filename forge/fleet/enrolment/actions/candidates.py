"""Devices whose label a member enters: they wait until a member confirms them."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from rest_framework.fields import CharField

from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb
from forge.accounts.place import ORGANISATION
from forge.accounts.principals import token_of
from forge.accounts.quotas.limits import locked
from forge.core.actors import Actor
from forge.core.api.acts import DONE, ActAnswer, act
from forge.core.api.states import COMPARES, ENDS, MAKES
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict, Invalid
from forge.fleet.access import read_again
from forge.fleet.devices.etag_facets import device_facets
from forge.fleet.devices.labels import require_labels
from forge.fleet.devices.models import ClaimedWith, Device
from forge.fleet.devices.serializers import device_to_json
from forge.fleet.devices.trust import trusted_fingerprints
from forge.fleet.enrolment.access import candidates_of, find_candidate
from forge.fleet.enrolment.actions.codes import DeviceLabels, Note, TrustChoice
from forge.fleet.enrolment.joining import join
from forge.fleet.enrolment.models import DeviceCandidate
from forge.fleet.enrolment.serializers import candidate_to_json
from forge.fleet.errors import TooManyOpen
from hmrd.protocol.codes import LABEL, SECRET
from hmrd.protocol.enrolment import TrustKind
from hmrd.protocol.keys import fingerprint as key_fingerprint
from hmrd.protocol.names import LONGEST_NAME
from hmrd.protocol.reports import Report

LONGEST_TYPED_LABEL, LONGEST_TYPED_SECRET = 40, 80
"""Characters of the id and the secret on a label, with what people type between the digits."""
MOST_WAITING = 100
"""Candidates of an organisation."""
_VALID_FOR = timedelta(days=7)
_CANDIDATE = "device-candidates/<uuid:candidate>"


@act(
    "POST",
    ORGANISATION,
    "device-candidates",
    "device_candidates_enter",
    verb=Verb.CLAIM_DEVICES,
    state=MAKES,
    answer=ActAnswer(candidate_to_json, status=201),
    raises=(Conflict,),
)
@transaction.atomic
def enter_label(
    actor: Actor,
    organisation: Organisation,
    label: Annotated[str, CharField(max_length=LONGEST_TYPED_LABEL)],
    secret: Annotated[str, CharField(max_length=LONGEST_TYPED_SECRET)],
    labels: DeviceLabels | None = None,
    note: Note = "",
    trust: TrustChoice = TrustKind.SERVER.value,
) -> DeviceCandidate:
    """Enters the label of a device, which has its id and a secret. For seven days the device can ask to join; it joins
    when a member confirms it."""
    label, secret = _checked("label", label, 16), _checked("secret", secret, 32)
    locked(organisation)
    now = timezone.now()
    DeviceCandidate.objects.filter(organisation=organisation, expires__lte=now).delete()
    if DeviceCandidate.objects.filter(organisation=organisation, label=label).exists():
        raise Conflict("This label was entered already. The device is in the list of candidates.")
    if candidates_of(actor, organisation).count() >= MOST_WAITING:
        raise TooManyOpen(f"{MOST_WAITING} devices wait to be confirmed. Confirm or refuse some of them first.")
    trusted_fingerprints(organisation, TrustKind(trust))
    row = DeviceCandidate.objects.create(
        organisation=organisation,
        label=label,
        secret=secret,
        labels=require_labels(labels or {}),
        note=note,
        trust=trust,
        created_by=actor.person,
        created_by_token=token_of(actor),
        created=now,
        expires=now + _VALID_FOR,
    )
    write_entry(actor, "device-candidate.enter", organisation.stream, organisation.place, label=label, trust=trust)
    return row


@act(
    "POST",
    ORGANISATION,
    f"{_CANDIDATE}/confirm",
    "device_candidates_confirm",
    verb=Verb.CLAIM_DEVICES,
    state=COMPARES,
    answer=ActAnswer(for_actor=device_to_json, facets=device_facets, status=201),
    raises=(Conflict,),
)
@transaction.atomic
def confirm_candidate(
    actor: Actor,
    organisation: Organisation,
    candidate: UUID,
    fingerprint: Annotated[str, CharField(max_length=40)],
    name: Annotated[str, CharField(max_length=LONGEST_NAME, allow_blank=True)] = "",
) -> Device:
    """Lets a device join that asked with its label. `fingerprint` is the one that the member compared with the device;
    without a name it gets the one that it asked for."""
    locked(organisation)
    row = find_candidate(actor, organisation, candidate)
    if not row.public_key:
        raise Conflict("The device has not asked yet. Switch it on, and run `hmrd enroll` on it.")
    if key_fingerprint(row.public_key) != fingerprint:
        raise Conflict("The device has another key than the one that you compared. Compare it again.")
    device = join(
        organisation=organisation,
        public_key=row.public_key,
        name=name or row.name,
        report=Report.from_json(row.report),
        labels=row.labels,
        note=row.note,
        trust=TrustKind(row.trust),
        claimed_with=ClaimedWith.LABEL,
        claimed_by=actor.person,
    )
    row.delete()
    write_entry(
        actor,
        "device-candidate.confirm",
        device.subject,
        organisation.place,
        device=device.name,
        label=row.label,
        fingerprint=fingerprint,
    )
    return read_again(actor, device)


@act(
    "DELETE",
    ORGANISATION,
    _CANDIDATE,
    "device_candidates_refuse",
    verb=Verb.CLAIM_DEVICES,
    state=ENDS,
    answer=DONE,
)
@transaction.atomic
def refuse_candidate(actor: Actor, organisation: Organisation, candidate: UUID) -> None:
    """Refuses a device whose label was entered. Its label can be entered again."""
    row = find_candidate(actor, organisation, candidate)
    row.delete()
    write_entry(actor, "device-candidate.refuse", organisation.stream, organisation.place, label=row.label)


def _checked(field: str, text: str, digits: int) -> str:
    """Returns what a person typed or scanned, in small letters. Raises `Invalid`."""
    value = text.strip().lower()
    if (LABEL if field == "label" else SECRET).fullmatch(value) is None:
        message = f"This is not the {field} of a device: {digits} digits and letters from a to f."
        raise Invalid(message, errors={field: [message]})
    return value
