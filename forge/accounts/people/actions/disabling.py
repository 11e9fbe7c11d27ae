"""Disabling a person, which the operator of the installation does: nothing of theirs gets in, their work stays.

Re-enabled users must sign in again: their sessions, tokens and links do not come back.
"""

from __future__ import annotations

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from forge.accounts.errors import NoSuchPerson
from forge.accounts.grants.access import grants_of
from forge.accounts.models import User
from forge.accounts.people.actions.account import end_claims, end_connections
from forge.accounts.principals import INSTALLATION
from forge.core.audit.entries import write_entry


@transaction.atomic
def disable_person(email: str) -> User:
    """Ends the sessions, sockets and tokens of the person of an address, and all else that they made.

    Raises `NoSuchPerson`.
    """
    person = _person_of(email)
    person.is_active = False
    person.save(update_fields=["is_active"])
    # A person who has one of their links could come back through it as somebody else.
    things = grants_of([person])
    for thing in things:
        thing.kind.end([thing.grant.id])
    end_claims(person)
    _delete_sessions(person)
    titles = [each.grant.title for each in things]
    write_entry(INSTALLATION, "person.disable", f"user:{person.pk}", person.place, things=titles)
    end_connections(person)
    return person


@transaction.atomic
def enable_person(email: str) -> User:
    """Lets the person of an address sign in again. Raises `NoSuchPerson`."""
    person = _person_of(email)
    person.is_active = True
    person.save(update_fields=["is_active"])
    write_entry(INSTALLATION, "person.enable", f"user:{person.pk}", person.place)
    return person


def _person_of(email: str) -> User:
    person = User.objects.select_for_update().filter(email=email.strip().lower()).first()
    if person is None:
        raise NoSuchPerson(f"No account has the address {email}. The members' list of an organisation shows addresses.")
    return person


def _delete_sessions(person: User) -> None:
    """Reads all sessions, since only their content names the person: few enough for what is done seldom."""
    living = Session.objects.filter(expire_date__gt=timezone.now())
    theirs = [each.pk for each in living.iterator() if each.get_decoded().get(SESSION_KEY) == str(person.pk)]
    Session.objects.filter(pk__in=theirs).delete()
