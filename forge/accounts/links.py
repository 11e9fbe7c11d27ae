"""One-time links: signing in by one that was printed at the start, and joining by an invitation.

A link carries its token in the fragment, which no browser sends and no log keeps; a page redeems it by POST. Only the
token's hash is stored. Used, revoked, ended and unknown links all answer the same.
"""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from forge.accounts.access import refusal
from forge.accounts.actions import checked_role, email_errors, password_errors
from forge.accounts.errors import BadAccount, LinkEnded
from forge.accounts.events import MEMBERS_CHANGED
from forge.accounts.models import Invitation, Membership, Organisation, Role, SignInLink, User
from forge.accounts.names import slug
from forge.accounts.permissions import Verb, can, is_more
from forge.accounts.principals import INSTALLATION
from forge.accounts.tokens import hash_secret, new_secret
from forge.core.actors import Actor
from forge.core.audit import write_entry
from forge.core.errors import NotFound
from forge.core.events import append_event

SIGN_IN_LIFE = timedelta(minutes=15)
INVITATION_LIFE = timedelta(days=7)

FIRST_ORGANISATION = "workshop"
"""What the first organisation is called: the same everywhere, so that README's lines work as they stand."""

_NAMELESS = frozenset({"root", "admin", "app", "forge", "nobody", "user", "ubuntu", "debian", "www-data", ""})


def nobody_signed_in_yet() -> bool:
    """Whether this installation still waits for its first person."""
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
    whoever can print a link holds the machine, and may let anyone in.
    """
    now = timezone.now()
    # Marking it used comes first and only succeeds once, whoever else redeems it at this moment.
    used = SignInLink.objects.filter(token_hash=hash_secret(secret), used__isnull=True, expires__gt=now)
    if not used.update(used=now):
        raise LinkEnded("The link was used already, or is older than 15 minutes. Print another with: make link")
    link = SignInLink.objects.get(token_hash=hash_secret(secret))
    user = _person_of(link)
    if not user.is_active:
        raise LinkEnded("This account was closed.")
    write_entry(user, "sign-in.link", f"user:{user.pk}")
    return user


def _person_of(link: SignInLink) -> User:
    first = User.objects.order_by("joined").first()
    if link.email:
        known = User.objects.filter(email=link.email).first()
        if known is not None:
            return known
    elif first is not None:
        return first
    account = _machine_user()
    email = link.email or f"{account or 'owner'}@localhost"
    name = (email.partition("@")[0] if link.email else account or "owner").replace(".", " ").title()
    user = User.objects.create_user(email, name=name)
    if first is None:
        organisation = Organisation.objects.create(name=FIRST_ORGANISATION)
        Membership.objects.create(organisation=organisation, user=user, role=Role.OWNER)
        write_entry(user, "organisation.create", f"organisation:{organisation.pk}", name=organisation.name)
    else:
        home = Organisation.objects.order_by("created").first()
        if home is not None:
            Membership.objects.create(organisation=home, user=user, role=Role.DEVELOPER)
            write_entry(INSTALLATION, "member.add", f"organisation:{home.pk}", member=str(user.pk), role=Role.DEVELOPER)
            append_event(home.stream, MEMBERS_CHANGED, {}, user)
    return user


def _machine_user() -> str:
    """The name of the machine's user, or nothing when it says nothing about a person."""
    try:
        name = slug(getpass.getuser())
    except (OSError, KeyError):
        return ""
    return "" if name in _NAMELESS else name


@transaction.atomic
def invite(actor: Actor, organisation: Organisation, role: str) -> tuple[Invitation, str]:
    """An invitation and its link, which is shown this once. Raises `Forbidden` and `Invalid`."""
    if not can(actor, Verb.MANAGE_MEMBERS, organisation):
        raise refusal(actor, Verb.MANAGE_MEMBERS)
    secret = new_secret()
    invitation = Invitation.objects.create(
        token_hash=hash_secret(secret),
        organisation=organisation,
        role=checked_role(role),
        invited_by=actor.person,
        expires=timezone.now() + INVITATION_LIFE,
    )
    write_entry(actor, "invitation.create", f"organisation:{organisation.pk}", role=str(invitation.role))
    return invitation, f"{settings.PUBLIC_URL}/join#token={secret}"


@transaction.atomic
def revoke_invitation(actor: Actor, organisation: Organisation, invitation_id: UUID) -> None:
    """Revokes an unused invitation. Raises `Forbidden` and `NotFound`."""
    if not can(actor, Verb.MANAGE_MEMBERS, organisation):
        raise refusal(actor, Verb.MANAGE_MEMBERS)
    open_ones = organisation.invitations.filter(pk=invitation_id, used__isnull=True, revoked__isnull=True)
    if not open_ones.update(revoked=timezone.now()):
        raise NotFound("This invitation does not exist; it was used or revoked.")
    write_entry(actor, "invitation.revoke", f"organisation:{organisation.pk}", invitation=str(invitation_id))


def find_invitation(secret: str) -> Invitation:
    """The living invitation of a link, to be shown before it is accepted. Raises `LinkEnded`."""
    invitation = (
        Invitation.objects.select_related("organisation", "invited_by")
        .filter(token_hash=hash_secret(secret), used__isnull=True, revoked__isnull=True, expires__gt=timezone.now())
        .first()
    )
    if invitation is None:
        raise LinkEnded("The invitation was used or revoked, or is older than 7 days. Ask whoever sent it for another.")
    return invitation


@dataclass(frozen=True)
class NewPerson:
    """What someone who joins says of themselves."""

    name: str
    email: str
    password: str


def join_as(user: User, secret: str) -> Organisation:
    """Makes someone who is signed in a member; a member whose role is lower is given the invitation's.

    Raises `LinkEnded`.
    """
    with transaction.atomic():
        return _accept(find_invitation(secret), user)


def join_new(secret: str, person: NewPerson) -> tuple[User, Organisation]:
    """Makes an account with a password, and a member of it. Raises `LinkEnded` and `BadAccount`."""
    name, email = " ".join(person.name.split()), person.email.strip().lower()
    with transaction.atomic():
        invitation = find_invitation(secret)
        errors = email_errors(email) | password_errors(person.password, User(email=email, name=name))
        if not 0 < len(name) <= 80:
            errors["name"] = ["Your name has 1 to 80 characters."]
        if errors:
            raise BadAccount("Check the fields below.", errors=errors)
        user = User.objects.create_user(email, person.password, name=name)
        return user, _accept(invitation, user)


def _accept(invitation: Invitation, user: User) -> Organisation:
    now = timezone.now()
    open_one = Invitation.objects.filter(
        pk=invitation.pk, used__isnull=True, revoked__isnull=True, expires__gt=now
    ).update(used=now, used_by=user)
    if not open_one:
        raise LinkEnded("The invitation has just been used. Ask whoever sent it for another.")
    organisation, role = invitation.organisation, Role(invitation.role)
    membership, made = Membership.objects.get_or_create(organisation=organisation, user=user, defaults={"role": role})
    if not made and is_more(role, Role(membership.role)):
        membership.role = role
        membership.save(update_fields=["role"])
    write_entry(user, "member.join", f"organisation:{organisation.pk}", role=membership.role)
    append_event(organisation.stream, MEMBERS_CHANGED, {}, user)
    return organisation
