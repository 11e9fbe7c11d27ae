"""Actions of owners on the keys of their organisation. Each act checks the permission, does it, and writes the audit
entry and the event."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from forge.accounts.access import require_in, require_person
from forge.accounts.announcements import ORGANISATION_CHANGED
from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict, Invalid
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition
from forge.core.reasons import checked_reason
from forge.registry.provenance.signing.access import find_key, key_facets, keys_of
from forge.registry.provenance.signing.actions.signer import retire_others
from forge.registry.provenance.signing.models import KeyOrigin, SigningKey
from forge.registry.provenance.signing.requests import request_key
from rune.tools.signing.errors import BadKey
from rune.tools.signing.keys import Algorithm, read_public_key

MOST_KEYS = 100
"""Keys of an organisation, former ones included."""
REASON_NEEDED = "Write why it is revoked, so that people know whether to trust what they have."


class TooManyKeys(Conflict):
    """The organisation has as many keys as it may."""

    title = "Too many keys"


@transaction.atomic
def create_signing_key(
    actor: Actor, organisation: Organisation, algorithm: Algorithm, *, precondition: Precondition = None
) -> SigningKey:
    """Asks the signer for a new key, which then signs in place of the one before.

    Raises `Forbidden`, `PersonNeeded`, `Stale` and `TooManyKeys`.
    """
    _require(actor, organisation, precondition)
    if unmade := SigningKey.objects.filter(organisation=organisation, fingerprint="", revoked=None).first():
        return unmade
    key = SigningKey.objects.create(
        organisation=organisation,
        origin=KeyOrigin.SERVER,
        algorithm=algorithm.value,
        author=actor.person,
        created=timezone.now(),
    )
    request_key(key, actor.pk)
    _record(actor, organisation, "signing-key.create", algorithm=algorithm.value)
    return key


@transaction.atomic
def add_signing_key(
    actor: Actor, organisation: Organisation, public_key: str, *, precondition: Precondition = None
) -> SigningKey:
    """Adds the public half of a key that somebody has at home. From then on, signatures are made there.

    Raises `Forbidden`, `PersonNeeded`, `Stale`, `TooManyKeys`, and `Invalid` for what is no public key, or a key that
    the organisation has.
    """
    _require(actor, organisation, precondition)
    try:
        key = read_public_key(public_key.strip().encode())
    except BadKey as error:
        raise Invalid(str(error), errors={"public_key": [str(error)]}) from None
    if SigningKey.objects.filter(organisation=organisation, fingerprint=key.fingerprint).exists():
        message = "The organisation has this key, or had it. Make a new one with: openssl genpkey -algorithm ed25519"
        raise Invalid(message, errors={"public_key": [message]})
    row = SigningKey.objects.create(
        organisation=organisation,
        origin=KeyOrigin.HOME,
        algorithm=key.algorithm.value,
        fingerprint=key.fingerprint,
        public_key=key.pem,
        author=actor.person,
        created=timezone.now(),
    )
    retire_others(row)
    _record(actor, organisation, "signing-key.add", fingerprint=row.fingerprint)
    return row


@transaction.atomic
def revoke_signing_key(
    actor: Actor, organisation: Organisation, key: UUID, reason: str, *, precondition: Precondition = None
) -> SigningKey:
    """Ends that a key's signatures count, also those that it made before. It cannot be undone.

    Raises `Forbidden`, `PersonNeeded`, `Stale`, `NotFound` and `Invalid`.
    """
    _require(actor, organisation, precondition, may_add=False)
    row = find_key(actor, organisation, key)
    if row.revoked is not None:
        return row
    reason = checked_reason(reason, missing=REASON_NEEDED)
    row.revoked, row.revocation, row.sealed = timezone.now(), reason, ""
    row.save(update_fields=["revoked", "revocation", "sealed"])
    _record(actor, organisation, "signing-key.revoke", fingerprint=row.fingerprint or str(row), reason=reason)
    return row


def _require(actor: Actor, organisation: Organisation, precondition: Precondition, *, may_add: bool = True) -> None:
    """Locks the organisation, whose keys change one at a time."""
    require_in(actor, Verb.RENAME_ORGANISATION, organisation)
    require_person(actor)
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    keys = keys_of(organisation.pk)
    require_precondition(key_facets(keys), precondition)
    if may_add and len(keys) >= MOST_KEYS:
        raise TooManyKeys(f"An organisation has at most {MOST_KEYS} keys, including former ones.")


def _record(actor: Actor, organisation: Organisation, action: str, **what: str) -> None:
    write_entry(actor, action, organisation.stream, organisation.place, **what)
    append_event(organisation.stream, ORGANISATION_CHANGED(name=organisation.name, title=organisation.title), actor)
