"""Inviting people to an organisation, by links or by letters, and joining by an invitation."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from forge.accounts.access import require_person
from forge.accounts.announcements import MEMBERS_CHANGED
from forge.accounts.errors import BadAccount, OtherAddress
from forge.accounts.hooks import invitation_accepted
from forge.accounts.models import Invitation, Membership, Organisation, ProjectMembership, Role, User
from forge.accounts.organisations.invitations import (
    DEFAULT_DAYS,
    checked_addresses,
    checked_offer,
    find_invitation,
    is_for,
    make_link,
    send_link,
)
from forge.accounts.organisations.serializers import NEW_LINK, SENT_LINKS, Days, Emails, Places
from forge.accounts.people.actions.account import make_account
from forge.accounts.people.actions.addresses import confirm_by_letter
from forge.accounts.people.checks import email_errors, name_errors, password_errors
from forge.accounts.permissions import Verb, is_more
from forge.accounts.place import ORGANISATION
from forge.accounts.serializers import RoleChoice
from forge.accounts.tokens.secrets import hash_secret
from forge.core.actors import Actor
from forge.core.api.acts import DONE, act
from forge.core.api.states import ENDS, MAKES
from forge.core.audit.entries import AuditPlace, write_entry
from forge.core.errors import NotFound
from forge.core.events.log import append_event


@act(
    "POST",
    ORGANISATION,
    "invitations",
    "organisations_invitations_create",
    verb=Verb.MANAGE_MEMBERS,
    state=MAKES,
    answer=NEW_LINK,
)
@transaction.atomic
def invite(
    actor: Actor, organisation: Organisation, role: RoleChoice, *, places: Places = 1, days: Days = DEFAULT_DAYS
) -> tuple[Invitation, str]:
    """Makes an invitation with a link, which is shown this once."""
    offer = checked_offer(role, days, places)
    if offer.role == Role.OWNER:
        require_person(actor)
    invitation, link = make_link(actor, organisation, offer)
    subject = f"organisation:{organisation.pk}"
    write_entry(actor, "invitation.create", subject, organisation.place, role=str(offer.role), places=places, days=days)
    return invitation, link


@act(
    "POST",
    ORGANISATION,
    "invitations/letters",
    "organisations_invitations_letters_create",
    verb=Verb.MANAGE_MEMBERS,
    state=MAKES,
    answer=SENT_LINKS,
)
@transaction.atomic
def invite_by_email(
    actor: Actor, organisation: Organisation, role: RoleChoice, emails: Emails, *, days: Days = DEFAULT_DAYS
) -> list[Invitation]:
    """Sends a letter with a link of its own to each of these addresses."""
    offer = checked_offer(role, days, 1)
    if offer.role == Role.OWNER:
        require_person(actor)
    to = organisation.title or organisation.name
    subject = f"organisation:{organisation.pk}"
    invitations = []
    for address in checked_addresses(organisation, emails):
        invitations.append(send_link(actor, organisation, offer, address, to))
        write_entry(actor, "invitation.send", subject, organisation.place, role=str(offer.role), email=address)
    return invitations


@act(
    "DELETE",
    ORGANISATION,
    "invitations/<uuid:invitation>",
    "organisations_invitations_destroy",
    verb=Verb.MANAGE_MEMBERS,
    state=ENDS,
    answer=DONE,
)
@transaction.atomic
def revoke_invitation(actor: Actor, organisation: Organisation, invitation: UUID) -> None:
    """Revokes an invitation that is open, to the organisation or to a project of it: its link works no more."""
    open_ones = organisation.invitations.filter(pk=invitation, used__isnull=True, revoked__isnull=True)
    if not open_ones.update(revoked=timezone.now()):
        raise NotFound("This invitation does not exist; it was used or revoked.")
    write_entry(
        actor, "invitation.revoke", f"organisation:{organisation.pk}", organisation.place, invitation=str(invitation)
    )


def _locked_invitation(secret: str) -> Invitation:
    """The invitation of a link, locked: of two that join at once where one place is left, the second hears that it was
    used. Raises `LinkEnded`.
    """
    Invitation.objects.select_for_update().only("pk").filter(token_hash=hash_secret(secret)).first()
    return find_invitation(secret)


@dataclass(frozen=True)
class NewPerson:
    """The data that a new person enters."""

    name: str
    email: str
    password: str


def join_as(user: User, secret: str) -> Organisation:
    """Gives someone who is signed in the role of the invitation; who has a higher one keeps it.

    A letter is for the person of its address alone. Raises `LinkEnded` and `OtherAddress`.
    """
    with transaction.atomic():
        invitation = _locked_invitation(secret)
        if not is_for(invitation, user.email):
            raise OtherAddress(invitation.email, user.email)
        return _accept(invitation, user)


def join_new(secret: str, person: NewPerson) -> tuple[User, Organisation]:
    """Makes an account with a password, and lets it in; with a letter, it has the letter's address. Raises `LinkEnded`
    and `BadAccount`."""
    name, email = " ".join(person.name.split()), person.email.strip().lower()
    with transaction.atomic():
        invitation = _locked_invitation(secret)
        errors = name_errors(name) | email_errors(email)
        if not is_for(invitation, email):
            errors["email"] = [f"This invitation is for {invitation.email}. Join with that address."]
        errors |= password_errors(person.password, User(email=email, name=name))
        if errors:
            raise BadAccount("Check the fields below.", errors=errors)
        user = make_account(email, name, person.password)
        return user, _accept(invitation, user)


def _accept(invitation: Invitation, user: User) -> Organisation:
    role, is_new = _let_in(invitation, user)
    _take_place(invitation, user, is_new)
    if invitation.email:
        # The link came in a letter to this address, and nowhere else.
        confirm_by_letter(user)
    organisation = invitation.organisation
    if invitation.project is None:
        write_entry(user, "member.join", f"organisation:{organisation.pk}", organisation.place, role=role)
    else:
        place = AuditPlace(organisation=organisation.pk, project=invitation.project)
        write_entry(user, "project.join", f"project:{invitation.project}", place, role=role)
    append_event(organisation.stream, MEMBERS_CHANGED(), user)
    invitation_accepted.call(user, invitation)
    return organisation


def _let_in(invitation: Invitation, user: User) -> tuple[Role, bool]:
    """The role that the person has now, and whether they had none before."""
    role = Role(invitation.role)
    row: Membership | ProjectMembership
    if invitation.project is None:
        row, is_new = Membership.objects.get_or_create(
            organisation=invitation.organisation, user=user, defaults={"role": role}
        )
    else:
        row, is_new = ProjectMembership.objects.get_or_create(
            project=invitation.project, user=user, defaults={"organisation": invitation.organisation, "role": role}
        )
    if not is_new and is_more(role, Role(row.role)):
        row.role = role
        row.save(update_fields=["role"])
    return Role(row.role), is_new


def _take_place(invitation: Invitation, user: User, is_new: bool) -> None:
    """Takes a place of a link for several; a person who is let in already takes none."""
    invitation.places_used += 1 if is_new or invitation.places == 1 else 0
    invitation.used_by = user
    invitation.used = timezone.now() if invitation.places_used >= invitation.places else None
    invitation.save(update_fields=["places_used", "used", "used_by"])
