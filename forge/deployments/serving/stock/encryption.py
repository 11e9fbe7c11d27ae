"""Runes as NaCl boxes for clients of @hotg-ai/forge with `backend: "enterprise"`.

The form protects a rune on its way, as TLS does too. Anybody who has a deployment's key can open it.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from forge.deployments.serving.refusals import ENCRYPTION_KEY_REFUSED, ServingRefusal

if TYPE_CHECKING:
    # libsodium is loaded by the first app that asks for an encrypted rune.
    from nacl.public import PrivateKey

FILLER = bytes(16)
"""The zeros before the content that the package removes before it opens a box, as NaCl's C library writes them."""


MAX_ENCRYPTED = 32 * 1024 * 1024
"""Bytes of a rune that is encrypted. It is in memory while it is."""


@dataclass(frozen=True)
class BoxedRune:
    """An encrypted rune: what the package expects as the body, and the 24 bytes of the nonce."""

    body: bytes
    nonce: bytes

    @property
    def nonce_text(self) -> str:
        """The nonce in base64."""
        return base64.b64encode(self.nonce).decode()


def key_id_now() -> int:
    """The number of today's key pairs: the days since year 1."""
    return timezone.now().date().toordinal()


def public_key(deployment: UUID, key_id: int) -> str:
    """The public key of a deployment's key pair, in base64."""
    return base64.b64encode(bytes(_private_key(deployment, key_id).public_key)).decode()


def encrypt(rune: bytes, deployment: UUID, key_id: str, client_key: str) -> BoxedRune:
    """Encrypts a rune for the key of a client. Key pairs of today and yesterday are taken. Raises `ServingRefusal`."""
    from nacl.public import Box, PublicKey

    today = key_id_now()
    if key_id not in (str(today), str(today - 1)):
        raise ServingRefusal(ENCRYPTION_KEY_REFUSED, "x-keyId names no key pair of today. Ask /forge/kms again.")
    try:
        client = PublicKey(base64.b64decode(client_key, validate=True))
        # A key of low order gives a shared secret that everybody knows; libsodium refuses it here.
        message = Box(_private_key(deployment, int(key_id)), client).encrypt(rune)
    except (binascii.Error, ValueError, TypeError, _crypto_error()):
        raise ServingRefusal(ENCRYPTION_KEY_REFUSED, "x-publicKey is not a key of 32 bytes in base64.") from None
    return BoxedRune(FILLER + message.ciphertext, message.nonce)


def _crypto_error() -> type[Exception]:
    from nacl.exceptions import CryptoError

    return CryptoError


def _private_key(deployment: UUID, key_id: int) -> PrivateKey:
    """Returns a key that is derived from the server's, so that all processes have the same and none is stored."""
    from nacl.public import PrivateKey

    text = f"forge.deployments.box:{deployment}:{key_id}"
    return PrivateKey(hmac.digest(settings.SECRET_KEY.encode(), text.encode(), "sha256"))
