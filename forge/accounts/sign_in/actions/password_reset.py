"""A new password for someone who forgot theirs, by a link that is sent to their confirmed address.

As with the other one-time links, the token is in the fragment. It is made of the person's password and last sign-in,
so it ends when it is used, and when they sign in.
"""

from __future__ import annotations

from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction

from forge.accounts.errors import LinkEnded
from forge.accounts.mail.emails import compose_email
from forge.accounts.models import User
from forge.accounts.people.actions.account import set_password
from forge.accounts.principals import INSTALLATION
from forge.core.audit.entries import write_entry


@transaction.atomic
def send_password_link(email: str) -> None:
    """Sends the link, if a person who may sign in has confirmed this address. The answer does not tell."""
    confirmed_addresses = EmailAddress.objects.filter(email=email.strip().lower(), verified=True, user__is_active=True)
    address = confirmed_addresses.select_related("user").first()
    if address is None:
        return
    person = address.user
    secret = f"{person.pk.hex}.{default_token_generator.make_token(person)}"
    write_entry(INSTALLATION, "password.link", f"user:{person.pk}", person.place)
    link = f"{settings.PUBLIC_URL}/accounts/reset#token={secret}"
    message = compose_email("reset_password", address.email, {"person": person, "link": link})
    transaction.on_commit(message.send)


def find_person_of_link(secret: str) -> User:
    """The person whose password a link sets. Raises `LinkEnded`."""
    key, _, token = secret.partition(".")
    try:
        person = User.objects.filter(pk=UUID(hex=key), is_active=True).first()
    except ValueError:
        person = None
    if person is None or not default_token_generator.check_token(person, token):
        raise LinkEnded("The link was used already, or is older than an hour. Ask for another one.")
    return person


@transaction.atomic
def reset_password(secret: str, password: str) -> User:
    """Gives the person of a link a password, which ends all their sessions. Raises `LinkEnded` and `BadAccount`."""
    person = find_person_of_link(secret)
    # Locked, so that of two who use the link at once the second hears that it was used.
    person = User.objects.select_for_update().get(pk=person.pk)
    find_person_of_link(secret)
    set_password(person, password)
    return person
