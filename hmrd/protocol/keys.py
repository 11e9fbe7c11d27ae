"""A device's key: Ed25519, as text in messages, with the fingerprint that people compare."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PUBLIC_KEY: Final = re.compile(r"[A-Za-z0-9_-]{43}")
"""The 32 bytes of a public key, in base64url without padding."""


class KeyOfDevice(Protocol):
    """The private half of a device's key, wherever it is: in a file, or in a chip that never hands it out."""

    @property
    def public(self) -> str:
        """The public half, as messages have it."""

    def sign(self, data: bytes) -> bytes:
        """Returns the 64 bytes of the signature of Ed25519 (RFC 8032)."""


def public_key_text(raw: bytes) -> str:
    """Returns the 32 bytes of a public key as text."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def fingerprint(public: str) -> str:
    """Returns the first 16 hexadecimal digits of the SHA-256 of a public key: what pages show and people compare."""
    return hashlib.sha256(_raw(public)).hexdigest()[:16]


def verifies(public: str, signature: bytes, data: bytes) -> bool:
    """Returns whether the other half of this key signed some bytes. A text that is no key signed nothing."""
    try:
        Ed25519PublicKey.from_public_bytes(_raw(public)).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def _raw(public: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(f"{public}=")
    except (binascii.Error, ValueError):
        return b""
