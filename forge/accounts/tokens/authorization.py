"""The Authorization header of a program: a token as Bearer or as a Basic password, or a pass that the registry gave for
a token.

A pass is how Docker's clients sign in: they show the token once and use what they get for it. It is signed and not
stored, ends after some minutes, names what it opens, and is worth nothing once its token ended.
https://distribution.github.io/distribution/spec/auth/token/
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core import signing

from forge.accounts.models import ApiToken
from forge.accounts.tokens.secrets import INVALID_TOKEN, find_token
from forge.core.database.compiled_queries import CompiledLookup

PASS_SECONDS = 300
"""How long a pass opens anything."""
PASS_PREFIX = "hfr_"  # noqa: S105
ENDED_MESSAGE = "This sign-in to the registry has ended. Sign in again."
_SALT = "forge.registry.pass"

_by_id = CompiledLookup(
    lambda token: (
        ApiToken.objects.alive().select_related("owner").filter(pk=token, owner__is_active=True).order_by()[:1]
    ),
    UUID,
)
"""The tokens by id, read with each request with a pass: one that was given for a token ends with it."""

Access = Mapping[str, frozenset[str]]
"""The allowed actions, `pull`, `push` or `delete`, by the name of the repository."""


class NotAToken(Exception):
    """Something was sent that is no living token or pass."""


@dataclass(frozen=True)
class Authorization:
    """The token that a request was sent with, and what the request may do with repositories."""

    token: ApiToken | None = None
    """The token of the request; None where a visitor sent it."""
    access: Access | None = None
    """The access of a pass; None where the request has a token of the account, or no credential."""


def read_authorization(header: str) -> Authorization:
    """Returns the token and the access that a header of a request names; "" is a visitor's. Raises `NotAToken`.

    Stock clients that were given nothing send an empty name and password, which is a visitor too.
    """
    scheme, _, value = header.partition(" ")
    secret = ""
    if scheme.lower() == "bearer":
        secret = value.strip()
    elif scheme.lower() == "basic":
        secret = _password(value)
    elif scheme:
        raise NotAToken("Authorization must be Basic or Bearer.")
    if not secret:
        return Authorization()
    if secret.startswith(PASS_PREFIX):
        return _of_pass(secret)
    token = find_token(secret)
    if token is None:
        raise NotAToken(INVALID_TOKEN)
    return Authorization(token)


def pass_for(token: ApiToken | None, access: Mapping[str, Collection[str]]) -> str:
    """A pass for a token, or for a visitor, that opens this."""
    value = {
        "token": str(token.pk) if token else "",
        "access": {name: sorted(actions) for name, actions in access.items()},
        "issued": int(time.time()),
    }
    return PASS_PREFIX + signing.dumps(value, salt=_SALT, compress=True)


def _of_pass(secret: str) -> Authorization:
    try:
        value: dict[str, Any] = signing.loads(secret.removeprefix(PASS_PREFIX), salt=_SALT, max_age=PASS_SECONDS)
    except signing.BadSignature:
        raise NotAToken(ENDED_MESSAGE) from None
    if value.get("issued", 0) > time.time() + PASS_SECONDS:
        # A clock that was ahead gave it, and set right it would let it live for as long.
        raise NotAToken(ENDED_MESSAGE)
    access = {name: frozenset(actions) for name, actions in value["access"].items()}
    if not value["token"]:
        return Authorization(None, access)
    token = _by_id.first(UUID(value["token"]))
    if token is None:
        raise NotAToken("The token of this sign-in has ended. Create a new one on the page Tokens of your account.")
    return Authorization(token, access)


def _password(value: str) -> str:
    try:
        credentials = base64.b64decode(value.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError) as error:
        raise NotAToken("The Basic credentials cannot be read.") from error
    return credentials.partition(":")[2]
