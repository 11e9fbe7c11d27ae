"""Signing in and out, as the audit log tells of it, and ending sessions."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import transaction

from forge.accounts.actions.people import end_connections
from forge.accounts.models import BrowserSession, User
from forge.accounts.principals import VISITOR
from forge.accounts.sessions import Origin
from forge.core.audit import NOWHERE, entries_since, write_entry
from forge.core.errors import NotFound
from rune.wording import counted

WITHIN = timedelta(hours=1)
MOST_OF_ONE = 20
"""Failed attempts at one account that are written down within that time."""
MOST_OF_NOBODY = 100
"""The same of accounts that do not exist, all together."""


@transaction.atomic
def note_sign_in(user: User, way: str, origin: Origin) -> None:
    """Writes down that someone signed in, in which way, and from where."""
    write_entry(user, "sign-in", user.stream, user.place, way=way, address=origin.address, browser=origin.browser)


@transaction.atomic
def note_sign_out(user: User, origin: Origin) -> None:
    """Writes down that someone signed out."""
    write_entry(user, "sign-out", user.stream, user.place, address=origin.address, browser=origin.browser)


def note_failed_sign_in(email: str, origin: Origin) -> None:
    """Writes down an attempt to sign in that failed. What was typed is not kept: it may be a password."""
    user = User.objects.filter(email=email.strip().lower()).first()
    action = "sign-in.fail" if user else "sign-in.unknown"
    lately = entries_since(VISITOR, action, WITHIN)
    if user is not None:
        lately = lately.filter(person=user.pk)
    if lately.count() >= (MOST_OF_ONE if user else MOST_OF_NOBODY):
        return
    subject, place = (user.stream, user.place) if user else ("user:unknown", NOWHERE)
    with transaction.atomic():
        write_entry(VISITOR, action, subject, place, address=origin.address, browser=origin.browser)


@transaction.atomic
def end_other_sessions(user: User, current: str) -> None:
    """Ends all sessions of the person but the one of this key, and the sockets that they opened."""
    others = BrowserSession.objects.visible_to(user).exclude(session_id=current)
    if count := others.count():
        write_entry(user, "session.end-others", user.stream, user.place, sessions=counted(count, "session"))
        Session.objects.filter(browser__in=others).delete()
        end_connections(user)


@transaction.atomic
def end_session(user: User, session_id: UUID) -> None:
    """Ends one of the person's own sessions, and the sockets that it opened. Raises `NotFound`."""
    found = BrowserSession.objects.visible_to(user).filter(pk=session_id).first()
    if found is None:
        raise NotFound("You have no such session; it has ended.")
    write_entry(user, "session.end", user.stream, user.place, address=found.address, browser=found.browser)
    Session.objects.filter(pk=found.session_id).delete()
    end_connections(user)
