"""Giving a member another role, and taking one out of an organisation."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from forge.accounts.announcements import MEMBERS_CHANGED
from forge.accounts.errors import LastOwner
from forge.accounts.models import Membership, Organisation, ProjectMembership, Role
from forge.accounts.organisations.access import require_in, require_person, require_scope
from forge.accounts.organisations.invitations import checked_role
from forge.accounts.permissions import Verb
from forge.accounts.tokens.scopes import Scope
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import Invalid, NotFound
from forge.core.events.log import append_event


@transaction.atomic
def change_role(actor: Actor, organisation: Organisation, member_id: UUID, role: str) -> Membership:
    """Gives a member another role; a person alone changes who is an owner.

    Raises `Forbidden`, `NotFound`, `LastOwner` and `Invalid`.
    """
    require_in(actor, Verb.MANAGE_MEMBERS, organisation)
    membership = _membership(organisation, member_id)
    new_role = checked_role(role)
    if Role.OWNER in (membership.role, new_role):
        require_person(actor)
    if membership.role == Role.OWNER and new_role != Role.OWNER:
        _keep_an_owner(organisation, membership)
    before, membership.role = membership.role, new_role
    membership.save(update_fields=["role"])
    subject = f"organisation:{organisation.pk}"
    write_entry(
        actor, "member.role", subject, organisation.place, member=str(member_id), before=before, after=str(new_role)
    )
    append_event(organisation.stream, MEMBERS_CHANGED(), actor)
    return membership


@transaction.atomic
def remove_member(actor: Actor, organisation: Organisation, member_id: UUID) -> None:
    """Takes a member out, of the organisation and of all its projects; anyone may leave by themselves. A token takes
    out neither an owner nor its own person.

    Raises `Forbidden`, `NotFound` and `LastOwner`.
    """
    require_scope(actor, Scope.MEMBER_MANAGE)
    if member_id == actor.pk:
        require_person(actor)
    else:
        require_in(actor, Verb.MANAGE_MEMBERS, organisation)
    membership = _membership(organisation, member_id)
    if membership.role == Role.OWNER:
        require_person(actor)
        _keep_an_owner(organisation, membership)
    membership.delete()
    ProjectMembership.objects.filter(organisation=organisation, user=member_id).delete()
    write_entry(actor, "member.remove", f"organisation:{organisation.pk}", organisation.place, member=str(member_id))
    append_event(organisation.stream, MEMBERS_CHANGED(), actor)


@transaction.atomic
def hand_over(actor: Actor, organisation: Organisation, member_id: UUID) -> None:
    """Makes another member an owner in the actor's place, who stays as a maintainer and may leave then.

    Raises `Forbidden` and `NotFound`.
    """
    require_in(actor, Verb.MANAGE_MEMBERS, organisation)
    require_person(actor)
    heir, former = _membership(organisation, member_id), _membership(organisation, actor.pk)
    if heir.user_id == former.user_id:
        raise Invalid("You are an owner already. Choose another member.", errors={"member": ["Another member."]})
    if not heir.user.is_active:
        raise Invalid(f"The account of {heir.user} is disabled.", errors={"member": ["An active member."]})
    heir.role, former.role = Role.OWNER, Role.MAINTAINER
    Membership.objects.bulk_update([heir, former], ["role"])
    subject = f"organisation:{organisation.pk}"
    write_entry(actor, "member.hand-over", subject, organisation.place, member=str(member_id))
    append_event(organisation.stream, MEMBERS_CHANGED(), actor)


def _membership(organisation: Organisation, member_id: UUID) -> Membership:
    # All rows are locked: of two owners who leave at once, the second must see that the first has gone.
    rows = list(Membership.objects.select_for_update().filter(organisation=organisation).select_related("user"))
    for membership in rows:
        if membership.user_id == member_id:
            return membership
    raise NotFound(f"{organisation.name} has no such member.")


def _keep_an_owner(organisation: Organisation, leaving: Membership) -> None:
    others = Membership.objects.filter(organisation=organisation, role=Role.OWNER, user__is_active=True)
    others = others.exclude(pk=leaving.pk)
    if not others.exists():
        raise LastOwner(f"{organisation.name} would have no owner who can sign in. Make someone else an owner first.")
