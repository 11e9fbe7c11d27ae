"""The keys that an organisation keeps at home, and that its devices pin when they join."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from forge.accounts.models import Organisation
from forge.fleet.errors import NoKeyAtHome
from forge.registry.provenance.signing.models import KeyOrigin, SigningKey
from hmrd.protocol.enrolment import MOST_KEYS, TrustKind


def home_keys(organisation: UUID) -> list[SigningKey]:
    """Returns the keys at home that were not revoked, the newest first, as many as a device pins."""
    keys = SigningKey.objects.filter(organisation=organisation, origin=KeyOrigin.HOME, revoked=None)
    return list(keys.exclude(fingerprint="").order_by("-created")[:MOST_KEYS])


def pinned_keys(organisation: UUID, fingerprints: Collection[str]) -> list[str]:
    """Returns the public keys of these fingerprints that count today, as PEM."""
    return [key.public_key for key in home_keys(organisation) if key.fingerprint in fingerprints]


def trusted_fingerprints(organisation: Organisation, trust: TrustKind) -> list[str]:
    """Returns the fingerprints that a device pins, none where it believes the server. Raises `NoKeyAtHome`."""
    if trust is TrustKind.SERVER:
        return []
    keys = home_keys(organisation.pk)
    if not keys:
        raise NoKeyAtHome
    return [key.fingerprint for key in keys]
