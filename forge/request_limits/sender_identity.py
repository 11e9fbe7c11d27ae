"""The sender of a body, identified before its first byte is read: by the same token or session that Django will check
again.

It decides no right: an action does. It tells people from strangers, and one person from another.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from importlib import import_module
from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.http.cookie import parse_cookie

from forge.accounts.quotas.limits import QuotaResource, limit_of
from forge.accounts.tokens.authorization import NotAToken, read_authorization
from forge.core.http.asgi.lifespan import Scope
from forge.core.http.senders import sender_of

Identify = Callable[[Scope], Awaitable[str | None]]
"""Names the person who asks, or None for a stranger."""


async def identify(scope: Scope) -> str | None:
    """The person of the request's token, or else of its session; or who a registered function knows by a cookie."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    if b"authorization" not in headers and b"cookie" not in headers:
        return None
    person: str | None = await database_sync_to_async(_person)(headers)
    return person


def _person(headers: Mapping[bytes, str]) -> str | None:
    if b"authorization" in headers:
        try:
            token = read_authorization(headers[b"authorization"]).token
        except NotAToken:
            return None
        return None if token is None else str(token.owner_id)
    cookies = parse_cookie(headers.get(b"cookie", ""))
    return _person_of_session(cookies.get(settings.SESSION_COOKIE_NAME)) or sender_of(cookies)


def _person_of_session(key: str | None) -> str | None:
    if not key:
        return None
    request: Any = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = get_user(request)
    return str(user.pk) if user.is_authenticated else None


async def sockets_of_person(user: Any) -> int:
    """Returns how many sockets a person may have open at once."""
    limit: int = await database_sync_to_async(limit_of)(user.stream, QuotaResource.SOCKETS)
    return limit
