"""The rights of an invitation, its links, and the valid invitation of a link.

A link carries its token in the fragment, which no browser sends and no log keeps; a page redeems it by POST. Only the
token's hash is stored. Used, revoked, ended and unknown links all answer the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from forge.accounts.errors import LinkEnded
from forge.accounts.mail.emails import compose_email
from forge.accounts.models import Invitation, Organisation, Role, User
from forge.accounts.people.checks import MAX_EMAIL_LENGTH
from forge.accounts.permissions import OfOrganisation, may_invite
from forge.accounts.principals import acting_as, token_of
from forge.accounts.quotas.limits import locked
from forge.accounts.roles import is_higher
from forge.accounts.tokens.secrets import hash_secret, new_secret
from forge.core.actors import Actor
from forge.core.errors import Invalid
from rune.source.policy.roles import ROLES

DEFAULT_DAYS = 7
MAX_DAYS = 30
MAX_PLACES = 100
"""People who can join by one link."""
MAX_ADDRESSES = 20
"""Letters that are sent at once."""
MAX_EMAILS_PER_DAY = 100
"""Letters with invitations that an organisation sends in a day."""


@dataclass(frozen=True)
class Offer:
    """The role that an invitation gives, in the organisation or in one of its projects, to how many, and until when."""

    role: Role
    days: int = DEFAULT_DAYS
    """The number of days after which the link ends: 1 to `LONGEST_DAYS`."""
    places: int = 1
    """How many people can join by one link: 1 to `MOST_PLACES`."""
    project: OfOrganisation | None = None


def checked_role(role: str) -> Role:
    """The role of this name. Raises `Invalid`."""
    if role not in ROLES:
        choices = ", ".join(ROLES)
        raise Invalid(f"A role must be one of {choices}.", errors={"role": [f"One of {choices}."]})
    return Role(role)


def checked_offer(role: str, days: int, places: int, project: OfOrganisation | None = None) -> Offer:
    """Returns an offer of these. Raises `Invalid`, also for an owner of a project, which only an organisation has."""
    offered_role = checked_role(role)
    if project is not None and offered_role == Role.OWNER:
        raise Invalid("A project has no owner. Choose maintainer.", errors={"role": ["Not owner."]})
    if not 1 <= days <= MAX_DAYS:
        raise Invalid(f"An invitation is open for 1 to {MAX_DAYS} days.", errors={"days": [f"1 to {MAX_DAYS}."]})
    if not 1 <= places <= MAX_PLACES:
        raise Invalid(f"1 to {MAX_PLACES} people can join by one link.", errors={"places": [f"1 to {MAX_PLACES}."]})
    return Offer(offered_role, days, places, project)


def checked_addresses(organisation: Organisation, addresses: Sequence[str]) -> tuple[str, ...]:
    """The addresses to which letters go, each once, in lower case. Raises `Invalid`."""
    unique = tuple(dict.fromkeys(address.strip().lower() for address in addresses if address.strip()))
    if not unique:
        raise _address_error("Write at least one email address.")
    if len(unique) > MAX_ADDRESSES:
        raise _address_error(f"Invite at most {MAX_ADDRESSES} people at once; you entered {len(unique)}.")
    for address in unique:
        if len(address) > MAX_EMAIL_LENGTH:
            raise _address_error(f"An email address has at most {MAX_EMAIL_LENGTH} characters.")
        try:
            validate_email(address)
        except ValidationError:
            raise _address_error(f"{address} does not look like an email address.") from None
    locked(organisation)  # Letters of others at the same time are counted.
    since = timezone.now() - timedelta(days=1)
    sent_count = Invitation.objects.filter(organisation=organisation, created__gt=since).exclude(email="").count()
    if sent_count + len(unique) > MAX_EMAILS_PER_DAY:
        raise _address_error(
            f"An organisation sends at most {MAX_EMAILS_PER_DAY} invitations in a day. Try again tomorrow."
        )
    return unique


def make_link(actor: Actor, organisation: Organisation, offer: Offer, email: str = "") -> tuple[Invitation, str]:
    """An invitation and its link, which nobody can be told again. The caller has checked that it may be made."""
    secret = new_secret()
    invitation = Invitation.objects.create(
        token_hash=hash_secret(secret),
        organisation=organisation,
        project=offer.project.pk if offer.project is not None else None,
        role=offer.role,
        email=email,
        places=offer.places,
        invited_by=actor.person,
        created_by_token=token_of(actor),
        expires=timezone.now() + timedelta(days=offer.days),
    )
    return invitation, f"{settings.PUBLIC_URL}/join#token={secret}"


def send_link(actor: Actor, organisation: Organisation, offer: Offer, email: str, to: str) -> Invitation:
    """An invitation whose link goes to an address when the transaction ends; `to` is what it is to, as people say."""
    invitation, link = make_link(actor, organisation, offer, email)
    words = {"person": actor.person, "to": to, "role": offer.role.label.lower(), "days": offer.days, "link": link}
    message = compose_email("invitation", email, words)
    transaction.on_commit(message.send)
    return invitation


def may_offer(actor: Actor, invitation: Invitation) -> bool:
    """Returns whether the actor may give what an invitation gives."""
    return may_invite(actor, invitation.role, invitation.organisation_id, invitation.project)


def is_for(invitation: Invitation, email: str) -> bool:
    """Returns whether a person of an address may join by an invitation: it is for one address, or for anyone."""
    return invitation.email in ("", email.strip().lower())


def find_invitation(secret: str) -> Invitation:
    """The living invitation of a link, to be shown before it is accepted. It is of no use once the person who made it
    may not give what it gives. Raises `LinkEnded`."""
    invitations = Invitation.objects.open().select_related("organisation", "invited_by")
    invitation = invitations.filter(token_hash=hash_secret(secret)).first()
    if invitation is None:
        raise LinkEnded("The invitation was used, was revoked or has expired. Ask the sender for another.")
    maker = invitation.invited_by
    if maker is None or not maker.is_active or not may_offer(acting_as(maker), invitation):
        raise LinkEnded(
            f"{maker or 'The person'}, who created this invitation, may no longer invite people to "
            f"{invitation.organisation} as {invitation.get_role_display().lower()}. The invitation is no longer valid. "
            "Ask an owner for another."
        )
    return invitation


def end_links_to(person: User, organisation: Organisation, project: UUID | None, above: Role | None) -> int:
    """Ends the open invitations by which somebody would come back to what was taken from them, no matter who made them:
    links for anyone, and what went to their address. Returns how many.

    Without `project` these are the ones to the organisation and, with no role left, to all of its projects. `above` is
    the role that they keep there.
    """
    links = Invitation.objects.open().filter(Q(email="") | Q(email__iexact=person.email), organisation=organisation)
    if project is not None or above is not None:
        links = links.filter(project=project)
    higher = [role for role in Role if is_higher(role, than=above)]
    return links.filter(role__in=higher).update(revoked=timezone.now())


def _address_error(message: str) -> Invalid:
    return Invalid(message, errors={"emails": [message]})
