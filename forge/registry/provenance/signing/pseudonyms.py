"""Pseudonyms of people in statements, which anyone may read who may pull the rune. Members see the names."""

from __future__ import annotations

import hmac
from uuid import UUID

from django.conf import settings

LENGTH = 16
"""Hexadecimal digits."""


def pseudonym_of(person: UUID, organisation: UUID) -> str:
    """A text that is the same for a person in all statements of an organisation, and another in each organisation."""
    message = f"forge.registry.signing.pseudonym:{organisation}:{person}".encode()
    return f"person-{hmac.digest(settings.SECRET_KEY.encode(), message, 'sha256').hex()[:LENGTH]}"
