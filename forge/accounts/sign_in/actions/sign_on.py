"""Signing in by another service: an account for a new person, and the tie between an account and a service."""

from __future__ import annotations

from django.db import transaction

from forge.accounts.models import User
from forge.accounts.people.actions.account import make_account
from forge.accounts.people.checks import MAX_NAME_LENGTH
from forge.core.audit.entries import write_entry


@transaction.atomic
def create_person(name: str, email: str, service: str) -> User:
    """An account without a password for a person whom a service vouches for. Raises `BadAccount` if there is one
    already."""
    display_name = " ".join(name.split())[:MAX_NAME_LENGTH] or email.partition("@")[0]
    user = make_account(email, display_name)
    write_entry(user, "person.create", f"user:{user.pk}", user.place, service=service)
    return user


@transaction.atomic
def note_sign_on(user: User, service: str) -> None:
    """A service signs the person in from now on."""
    write_entry(user, "sign-on.connect", f"user:{user.pk}", user.place, service=service)
