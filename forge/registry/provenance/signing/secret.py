"""The secret that encrypts private keys. It is in a file outside the data folder, so that neither that folder nor a
backup of it opens a key. The signer alone reads it."""

from __future__ import annotations

import base64
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken

LEAST = 32
"""Characters of a secret that somebody wrote."""


class SecretUnusable(Exception):
    """The secret is missing, or does not open a key. The text is a sentence for the operator."""


def read_secret(path: Path, data: Path, *, may_make: bool) -> str:
    """The secret in a file; `data` is the data folder. With `may_make`, a file that is missing is made.

    Raises `SecretUnusable`.
    """
    place = path.expanduser().resolve()
    if place.is_relative_to(data.resolve()):
        raise SecretUnusable(
            f"SIGNING_SECRET_FILE is {place}, in the data folder, so backups would have it. Move it elsewhere."
        )
    try:
        if may_make and not place.exists():
            _make(place)
        text = place.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not ASCII"
        raise SecretUnusable(f"The secret of the signing keys, {place}, cannot be read: {reason}.") from error
    if len(text) < LEAST:
        raise SecretUnusable(
            f"The secret of the signing keys, {place}, is too short. Make one with: openssl rand -hex 32"
        )
    return text


def seal_key(private_key: bytes, secret: str, key: UUID) -> str:
    """Encrypts a private key for the row with this id."""
    return _fernet(secret, key).encrypt(private_key).decode()


def unseal_key(sealed_key: str, secret: str, key: UUID) -> bytes:
    """The private key of a row. Raises `SecretUnusable`."""
    try:
        return _fernet(secret, key).decrypt(sealed_key.encode())
    except InvalidToken:
        raise SecretUnusable(
            "The secret of the signing keys is not the one that encrypted this key. Restore the former secret, or "
            "make a new key."
        ) from None


def _fernet(secret: str, key: UUID) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hmac.digest(secret.encode(), f"signing-key:{key}".encode(), "sha256")))


def _make(place: Path) -> None:
    """Writes a new secret that its owner alone reads. Of two processes, the first one's stays."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = place.with_name(f"{place.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            place.hardlink_to(temporary)
    finally:
        temporary.unlink(missing_ok=True)
