"""The consequences of signing in and out by any method: the audit log and the list of sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from forge.accounts.models import User
from forge.accounts.sign_in.actions.sessions import note_failed_sign_in, note_sign_in, note_sign_out
from forge.accounts.sign_in.sessions import origin_of, recently_seen, remember_session

_WAYS = {
    "password": "with a password",
    "password_reset": "with a new password",
    "mfa": "a second factor",
    "code": "with a code that was mailed",
    "socialaccount": "with another service",
}
"""How the audit log says what allauth calls a method."""


@receiver(user_logged_in)
def on_signing_in(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    if request.session.session_key is None:
        request.session.save()  # it was ended for another person's, and the new one has no key before it is stored
    key, origin = str(request.session.session_key), origin_of(request)
    recently_seen.is_due(key)
    remember_session(key, user.pk, origin)
    note_sign_in(user, way_of(request, user), origin)


@receiver(user_login_failed)
def on_failing(sender: Any, credentials: Mapping[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    if request is not None:
        note_failed_sign_in(str(credentials.get("email") or ""), origin_of(request))


@receiver(user_logged_out)
def on_signing_out(sender: Any, request: HttpRequest, user: User | None, **_: Any) -> None:
    if user is not None:
        note_sign_out(user, origin_of(request))


def way_of(request: HttpRequest, user: User) -> str:
    """Returns how a person signed in, in words: with a password and a second factor."""
    methods = [str(record.get("method")) for record in get_authentication_records(request, user)]
    phrases = dict.fromkeys(_WAYS.get(method, f"by {method}") for method in methods)
    return " and ".join(phrases) or "with a one-time link"
