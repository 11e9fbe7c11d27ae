"""Signing in by a one-time link, which was printed where the server runs.

As with an invitation, the token is in the fragment, and only its hash is stored.
"""

from __future__ import annotations

import getpass
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from forge.accounts.announcements import MEMBERS_CHANGED
from forge.accounts.errors import BadAccount, LinkEnded
from forge.accounts.models import Membership, Organisation, Role, SignInLink, User
from forge.accounts.names import SERVER_ORGANISATION, slug
from forge.accounts.people.actions.account import make_account
from forge.accounts.principals import INSTALLATION
from forge.accounts.tokens.secrets import hash_secret, new_secret
from forge.core.audit.entries import write_entry
from forge.core.events.log import append_event

SIGN_IN_LIFE = timedelta(minutes=15)

FIRST_ORGANISATION = "workshop"
"""The name of the first organisation: the same everywhere, so that the README's commands work unchanged."""

_NAMELESS = frozenset({"root", "admin", "app", "forge", "nobody", "user", "ubuntu", "debian", "www-data", ""})


def nobody_signed_in_yet() -> bool:
    """Returns whether this installation still waits for its first person."""
    return not User.objects.filter(last_login__isnull=False).exists()


def make_sign_in_link(email: str = "", public_url: str = "") -> str:
    """A link that signs in the person of this address, or the first person, at the public URL or another one.

    Raises `BadAccount` for a bad address.
    """
    email = email.strip().lower()
    if email:
        try:
            validate_email(email)
        except ValidationError:
            raise BadAccount(f"{email} does not look like an email address.") from None
    secret = new_secret()
    SignInLink.objects.create(token_hash=hash_secret(secret), email=email, expires=timezone.now() + SIGN_IN_LIFE)
    return f"{public_url or settings.PUBLIC_URL}/sign-in#token={secret}"


@transaction.atomic
def redeem_sign_in_link(secret: str) -> User:
    """The person whom a link signs in; it works once. Raises `LinkEnded`.

    The first person becomes owner of a first organisation. Another person of a new address joins that as developer:
    anybody who can print a link holds the machine, and may let anyone in.
    """
    now = timezone.now()
    # Marking it used comes first and only succeeds once, no matter who else redeems it at this moment.
    unused_links = SignInLink.objects.filter(token_hash=hash_secret(secret), used__isnull=True, expires__gt=now)
    if not unused_links.update(used=now):
        raise LinkEnded("The link was used already, or is older than 15 minutes. Print another with: make link")
    link = SignInLink.objects.get(token_hash=hash_secret(secret))
    user = _person_of(link)
    if not user.is_active:
        raise LinkEnded("This account was closed.")
    write_entry(user, "sign-in.link", f"user:{user.pk}", user.place)
    return user


def _person_of(link: SignInLink) -> User:
    first = User.objects.order_by("joined").first()
    if link.email:
        person = User.objects.filter(email=link.email).first()
        if person is not None:
            return person
    elif first is not None:
        return first
    account = _machine_user()
    email = link.email or f"{account or 'owner'}@localhost"
    name = (email.partition("@")[0] if link.email else account or "owner").replace(".", " ").title()
    try:
        user = make_account(email, name)
    except BadAccount:
        return User.objects.get(email=email)  # somebody used another link for this address at this moment
    if first is None:
        organisation = Organisation.objects.create(name=FIRST_ORGANISATION)
        Membership.objects.create(organisation=organisation, user=user, role=Role.OWNER)
        write_entry(
            user, "organisation.create", f"organisation:{organisation.pk}", organisation.place, name=organisation.name
        )
    else:
        home = Organisation.objects.exclude(name=SERVER_ORGANISATION).order_by("created").first()
        if home is not None:
            Membership.objects.create(organisation=home, user=user, role=Role.DEVELOPER)
            subject, role = f"organisation:{home.pk}", Role.DEVELOPER
            write_entry(INSTALLATION, "member.add", subject, home.place, member=str(user.pk), role=role)
            append_event(home.stream, MEMBERS_CHANGED(), user)
    return user


def _machine_user() -> str:
    """The name of the machine's user, or nothing when it says nothing about a person."""
    try:
        name = slug(getpass.getuser())
    except (OSError, KeyError):
        return ""
    return "" if name in _NAMELESS else name
