"""Who pulls: the token in the Authorization header, or a visitor. Cookies are not looked at."""

from __future__ import annotations

import base64
import binascii

from django.http import HttpRequest

from forge.accounts.principals import VISITOR, Principal, acting_as
from forge.accounts.tokens.scopes import Scope
from forge.accounts.tokens.secrets import find_token


class NotAToken(Exception):
    """Something was sent that is no living token with the right to pull."""


def puller_of(request: HttpRequest) -> Principal:
    """Takes `Bearer <token>`, and `Basic` with any user name and the token as password. Raises `NotAToken`.

    Stock clients that were given nothing send an empty name and password, which is a visitor.
    """
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    secret = ""
    if scheme.lower() == "bearer":
        secret = value.strip()
    elif scheme.lower() == "basic":
        secret = _password(value)
    elif scheme:
        raise NotAToken("Authorization must be Basic or Bearer.")
    if not secret:
        return VISITOR
    token = find_token(secret)
    if token is None:
        raise NotAToken("Your token is invalid or has expired. Create a new one in your settings.")
    if Scope.REGISTRY_PULL not in token.scopes:
        raise NotAToken("This token may not pull. Create one with the scope registry:pull in your settings.")
    return acting_as(token.owner, token)


def _password(value: str) -> str:
    try:
        decoded = base64.b64decode(value.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError) as error:
        raise NotAToken("The Basic credentials cannot be read.") from error
    return decoded.partition(":")[2]
