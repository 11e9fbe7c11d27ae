"""Secrets: made here, shown once, kept as a hash. They are long and random, so a plain SHA-256 is enough."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from forge.accounts.models import ApiToken
from forge.core.database.compiled_queries import CompiledLookup

PREFIX = "hf_"
"""The prefix of a token, so that scanners recognise one that was left in a repository."""
INVALID_TOKEN = "Your token is invalid or has expired. Create a new one on the page Tokens of your account."  # noqa: S105
"""The answer to a secret that is no living token."""
TOKEN_OF_AGENT = "An assistant uses this token, so it opens /mcp alone. Create another one for other programs."  # noqa: S105
"""The answer to a token of an agent outside of what is for agents."""

_USE_WRITTEN_EVERY = timedelta(minutes=5)


_by_hash = CompiledLookup(
    lambda secret_hash: (
        ApiToken.objects.alive()
        .select_related("owner")
        .filter(token_hash=secret_hash, owner__is_active=True)
        .order_by()[:1]
    ),
    str,
)
"""The tokens by hash, read with each request of a program."""


def new_secret(prefix: str = "") -> str:
    """A secret of 256 random bits, safe in an address."""
    return prefix + secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """Returns the stored hash of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def find_token(secret: str) -> ApiToken | None:
    """The living token that a secret belongs to, with its owner; notes that it was used."""
    if not secret.startswith(PREFIX):
        return None
    token = _by_hash.first(hash_secret(secret))
    if token is not None:
        old = Q(last_used__isnull=True) | Q(last_used__lt=timezone.now() - _USE_WRITTEN_EVERY)
        if token.last_used is None or token.last_used < timezone.now() - _USE_WRITTEN_EVERY:
            ApiToken.objects.filter(old, pk=token.pk).update(last_used=Now())
    return token
