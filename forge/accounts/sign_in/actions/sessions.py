"""Signing in and out, as the audit log tells of it, and ending sessions."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import transaction

from forge.accounts.models import BrowserSession, User
from forge.accounts.people.actions.account import end_connections
from forge.accounts.principals import VISITOR
from forge.accounts.sign_in.sessions import RequestOrigin
from forge.core.actors import Actor
from forge.core.audit.entries import NOWHERE, AuditPlace, entries_since, write_entry
from forge.core.errors import NotFound
from rune.wording import counted

WITHIN = timedelta(hours=1)
MAX_ENTRIES_PER_PERSON = 20
"""Failed attempts at one account that are written down within that time."""
MAX_ENTRIES_UNKNOWN = 100
"""The same of accounts that do not exist, all together."""


@transaction.atomic
def note_sign_in(user: User, way: str, origin: RequestOrigin) -> None:
    """Writes down that someone signed in, in which way, and from where."""
    _note(user, user, "sign-in", origin, way=way)


@transaction.atomic
def note_sign_out(user: User, origin: RequestOrigin) -> None:
    """Writes down that someone signed out."""
    _note(user, user, "sign-out", origin)


def note_failed_sign_in(email: str, origin: RequestOrigin) -> None:
    """Writes down an attempt to sign in that failed. What was typed is not kept: it may be a password."""
    user = User.objects.filter(email=email.strip().lower()).first()
    action = "sign-in.fail" if user else "sign-in.unknown"
    recent = entries_since(VISITOR, action, WITHIN).filter(organisation__isnull=True)
    if user is not None:
        recent = recent.filter(person=user.pk)
    if recent.count() >= (MAX_ENTRIES_PER_PERSON if user else MAX_ENTRIES_UNKNOWN):
        return
    with transaction.atomic():
        _note(VISITOR, user, action, origin)


def _note(actor: Actor, user: User | None, action: str, origin: RequestOrigin, **data: str) -> None:
    """An entry of the person's account, and one of each organisation whose member they are at this moment.

    So owners read it also after the person left, and nothing of before they joined.
    """
    data = {**data, "address": origin.address, "browser": origin.browser}
    places = [NOWHERE]
    if user is not None:
        member_of = user.memberships.order_by().values_list("organisation_id", flat=True)
        places = [user.place, *(AuditPlace(organisation=each) for each in member_of)]
    for place in places:
        write_entry(actor, action, user.stream if user else "user:unknown", place, **data)


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
    session = BrowserSession.objects.visible_to(user).filter(pk=session_id).first()
    if session is None:
        raise NotFound("This session does not exist or has ended.")
    write_entry(user, "session.end", user.stream, user.place, address=session.address, browser=session.browser)
    Session.objects.filter(pk=session.session_id).delete()
    end_connections(user)
