"""The stored hashes of codes, of the secrets of batches and of the tokens of stock clients.

They are made with the server's key: a code of 45 bits could be guessed from a plain hash in a copy of the database.
"""

from __future__ import annotations

import hmac
import secrets

from django.conf import settings

from hmrd.protocol.codes import ALPHABET, CODE_LENGTH


def new_code() -> str:
    """Returns a code that a person types: nine characters, without dashes."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def new_batch_secret() -> str:
    """Returns the secret of a batch certificate."""
    return secrets.token_hex(16)


def new_stock_token() -> str:
    """Returns the token of a stock client: 32 characters, which is all that Zephyr's client has room for."""
    return secrets.token_hex(16)


def enrolment_hash(secret: str) -> str:
    """Returns the stored hash of a code, as `read_code` reads it, of the secret of a batch or of a token."""
    text = f"forge.fleet.enrolment:{secret}"
    return hmac.digest(settings.SECRET_KEY.encode(), text.encode(), "sha256").hex()
