"""Finding the keys of an organisation, and the proofs of what it published."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from forge.accounts.access import require_in
from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.errors import NotFound
from forge.core.preconditions import Facet
from forge.registry.models import Tag
from forge.registry.provenance.signing.models import Signature, SigningKey


def keys_of(organisation: UUID) -> list[SigningKey]:
    """All keys of an organisation, the newest first. The caller has found it, or a project of it, for someone: public
    halves and revocations are for everyone who may verify."""
    return list(SigningKey.objects.filter(organisation=organisation).select_related("author"))


def find_key(actor: Actor, organisation: Organisation, key: UUID) -> SigningKey:
    """Returns a key, for a person who manages keys. Raises `Forbidden` and `NotFound`."""
    require_in(actor, Verb.RENAME_ORGANISATION, organisation)
    row = SigningKey.objects.filter(organisation=organisation, pk=key).first()
    if row is None:
        raise NotFound("The organisation has no such key.")
    return row


def signatures_of(tag: Tag) -> list[Signature]:
    """The signatures of what a tag names that count today, the newest first. The caller has found the tag for
    someone."""
    if tag.publication_id is None:
        return []
    valid = Signature.objects.filter(publication=tag.publication_id, key__revoked=None, manifest__trashed=None)
    return list(valid.select_related("key", "manifest"))


def key_facets(keys: Sequence[SigningKey]) -> tuple[Facet, ...]:
    """Returns the facets that creating, adding and revoking keys depend on."""
    states = [[str(key.pk), key.fingerprint, key.is_signing, key.revocation] for key in keys]
    return (Facet("signing-keys", states, "The organisation's signing keys changed."),)
