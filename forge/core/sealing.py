"""Secrets that must be read again, for a while: encrypted with a key made of the server's, so that a copy of the
database opens nothing. What can be derived or compared by its hash needs no seal."""

from __future__ import annotations

import base64
import hmac

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


def seal(text: str, purpose: str) -> str:
    """Encrypts a text. The same text has another seal each time."""
    return _fernet(purpose).encrypt(text.encode()).decode()


def unseal(ciphertext: str, purpose: str) -> str | None:
    """The text; None where it was sealed with another key, for another purpose, or was changed."""
    try:
        return _fernet(purpose).decrypt(ciphertext.encode()).decode()
    except InvalidToken:
        return None


def _fernet(purpose: str) -> Fernet:
    key = hmac.digest(settings.SECRET_KEY.encode(), f"forge.core.sealing:{purpose}".encode(), "sha256")
    return Fernet(base64.urlsafe_b64encode(key))
