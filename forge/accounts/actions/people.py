"""What a person does to their own account."""

from __future__ import annotations

from django.contrib.sessions.models import Session
from django.db import transaction

from forge.accounts.checks import email_errors, name_errors, password_errors
from forge.accounts.errors import BadAccount
from forge.accounts.events import PROFILE_CHANGED, SESSIONS_CHANGED
from forge.accounts.models import ApiToken, BrowserSession, User
from forge.core.audit import write_entry
from forge.core.events import append_event
from rune.wording import counted


@transaction.atomic
def update_profile(user: User, *, name: str, email: str) -> User:
    """Changes what a person is called and the address that they sign in with. Raises `BadAccount`."""
    name, email = " ".join(name.split()), email.strip().lower()
    errors = name_errors(name)
    if email != user.email:
        errors |= email_errors(email)
    if errors:
        raise BadAccount("Check the fields below.", errors=errors)
    is_renamed = name != user.name
    user.name, user.email = name, email
    user.save(update_fields=["name", "email"])
    write_entry(user, "profile.update", f"user:{user.pk}", user.place)
    if is_renamed:
        append_event(user.stream, PROFILE_CHANGED(), user)
    return user


@transaction.atomic
def set_password(user: User, password: str) -> None:
    """Gives a person a password. The caller keeps the session alive. Raises `BadAccount`."""
    errors = password_errors(password, user)
    if errors:
        raise BadAccount("This password cannot be used.", errors=errors)
    user.set_password(password)
    user.save(update_fields=["password"])
    write_entry(user, "password.set", f"user:{user.pk}", user.place)
    end_connections(user)


@transaction.atomic
def end_what_password_opened(user: User) -> None:
    """Ends all tokens and sessions of a person whose password was changed; who changed it goes on with a new session.

    Django calls it by `forge.accounts.passwords`, whoever stores a new password, by whatever way.
    """
    tokens = ApiToken.objects.visible_to(user)
    names = [token.name for token in tokens]
    sessions = BrowserSession.objects.visible_to(user).count()
    if names or sessions:
        ended = {"tokens": counted(len(names), "token"), "sessions": counted(sessions, "session"), "names": names}
        write_entry(user, "password.end", user.stream, user.place, **ended)
        tokens.delete()
        Session.objects.filter(browser__user=user).delete()


def end_connections(user: User) -> None:
    """Tells the person's open sockets that a session ended; clients with a valid session reconnect."""
    append_event(user.stream, SESSIONS_CHANGED(), user)
