"""Inviting people to an organisation by a link, and joining by one.

A link carries its token in the fragment, which no browser sends and no log keeps; a page redeems it by POST. Only the
token's hash is stored. Used, revoked, ended and unknown links all answer the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from forge.accounts.access import require_in
from forge.accounts.actions.members import checked_role
from forge.accounts.actions.people import make_account
from forge.accounts.checks import email_errors, name_errors, password_errors
from forge.accounts.errors import BadAccount, LinkEnded
from forge.accounts.events import MEMBERS_CHANGED
from forge.accounts.hooks import invitation_accepted
from forge.accounts.models import Invitation, Membership, Organisation, Role, User
from forge.accounts.permissions import Verb, is_more
from forge.accounts.tokens import hash_secret, new_secret
from forge.core.actors import Actor
from forge.core.audit import write_entry
from forge.core.errors import NotFound
from forge.core.events import append_event

INVITATION_LIFE = timedelta(days=7)


@transaction.atomic
def invite(actor: Actor, organisation: Organisation, role: str) -> tuple[Invitation, str]:
    """An invitation and its link, which is shown this once. Raises `Forbidden` and `Invalid`."""
    require_in(actor, Verb.MANAGE_MEMBERS, organisation)
    secret = new_secret()
    invitation = Invitation.objects.create(
        token_hash=hash_secret(secret),
        organisation=organisation,
        role=checked_role(role),
        invited_by=actor.person,
        expires=timezone.now() + INVITATION_LIFE,
    )
    write_entry(
        actor, "invitation.create", f"organisation:{organisation.pk}", organisation.place, role=str(invitation.role)
    )
    return invitation, f"{settings.PUBLIC_URL}/join#token={secret}"


@transaction.atomic
def revoke_invitation(actor: Actor, organisation: Organisation, invitation_id: UUID) -> None:
    """Revokes an unused invitation. Raises `Forbidden` and `NotFound`."""
    require_in(actor, Verb.MANAGE_MEMBERS, organisation)
    open_ones = organisation.invitations.filter(pk=invitation_id, used__isnull=True, revoked__isnull=True)
    if not open_ones.update(revoked=timezone.now()):
        raise NotFound("This invitation does not exist; it was used or revoked.")
    write_entry(
        actor, "invitation.revoke", f"organisation:{organisation.pk}", organisation.place, invitation=str(invitation_id)
    )


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


def _held_invitation(secret: str) -> Invitation:
    """The same, locked: of two that join by one link at once, the second hears that it was used. Raises `LinkEnded`."""
    Invitation.objects.select_for_update().only("pk").filter(token_hash=hash_secret(secret)).first()
    return find_invitation(secret)


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
        return _accept(_held_invitation(secret), user)


def join_new(secret: str, person: NewPerson) -> tuple[User, Organisation]:
    """Makes an account with a password, and a member of it. Raises `LinkEnded` and `BadAccount`."""
    name, email = " ".join(person.name.split()), person.email.strip().lower()
    with transaction.atomic():
        invitation = _held_invitation(secret)
        errors = name_errors(name) | email_errors(email)
        errors |= password_errors(person.password, User(email=email, name=name))
        if errors:
            raise BadAccount("Check the fields below.", errors=errors)
        user = make_account(email, name, person.password)
        return user, _accept(invitation, user)


def _accept(invitation: Invitation, user: User) -> Organisation:
    invitation.used, invitation.used_by = timezone.now(), user
    invitation.save(update_fields=["used", "used_by"])
    organisation, role = invitation.organisation, Role(invitation.role)
    membership, made = Membership.objects.get_or_create(organisation=organisation, user=user, defaults={"role": role})
    if not made and is_more(role, Role(membership.role)):
        membership.role = role
        membership.save(update_fields=["role"])
    write_entry(user, "member.join", f"organisation:{organisation.pk}", organisation.place, role=membership.role)
    append_event(organisation.stream, MEMBERS_CHANGED(), user)
    invitation_accepted.call(user, invitation)
    return organisation
