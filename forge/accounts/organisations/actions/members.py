"""Giving a member another role, and taking one out of an organisation."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from forge.accounts.access import require_in, require_person, require_scope
from forge.accounts.announcements import MEMBERS_CHANGED
from forge.accounts.errors import LastOwner
from forge.accounts.grants.actions import end_lost_grants
from forge.accounts.models import Membership, Organisation, ProjectMembership, Role, User
from forge.accounts.organisations.etag_facets import member_facets
from forge.accounts.organisations.invitations import checked_role, end_links_to
from forge.accounts.permissions import Verb
from forge.accounts.place import ORGANISATION_OF_PEOPLE
from forge.accounts.roles import is_higher
from forge.accounts.scopes import Scope
from forge.core.actors import Actor
from forge.core.api.acts import DONE, act
from forge.core.api.states import HIGHEST
from forge.core.audit.entries import write_entry
from forge.core.errors import Invalid, NotFound
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition
from rune.wording import counted


@transaction.atomic
def change_role(
    actor: Actor,
    organisation: Organisation,
    member_id: UUID,
    role: str,
    heir_id: UUID | None = None,
    *,
    precondition: Precondition = None,
) -> Membership:
    """Gives a member another role; a person alone changes who is an owner.

    With a lower one, what they made and have no right to any more ends, or is handed over to an heir, and so do links
    by which they would get the role back.

    Raises `Forbidden`, `NotFound`, `Stale`, `LastOwner` and `Invalid`.
    """
    require_in(actor, Verb.MANAGE_MEMBERS, organisation)
    membership = _membership(organisation, member_id)
    require_in(actor.afresh(), Verb.MANAGE_MEMBERS, organisation)
    new_role, heir = checked_role(role), _heir(organisation, heir_id)
    if Role.OWNER in (membership.role, new_role):
        require_person(actor)
    require_precondition(member_facets(membership), precondition)
    if membership.role == Role.OWNER and new_role != Role.OWNER:
        _keep_an_owner(organisation, membership)
    before, membership.role = membership.role, new_role
    membership.save(update_fields=["role"])
    subject = f"organisation:{organisation.pk}"
    write_entry(
        actor, "member.role", subject, organisation.place, member=str(member_id), before=before, after=str(new_role)
    )
    if is_higher(Role(before), than=new_role):
        _end_with_role(actor, membership, new_role, heir)
    append_event(organisation.stream, MEMBERS_CHANGED(), actor)
    return membership


@transaction.atomic
def remove_member(actor: Actor, organisation: Organisation, member_id: UUID, heir_id: UUID | None = None) -> None:
    """Takes a member out, of the organisation and of all its projects; anyone may leave by themselves. A token takes
    out neither an owner nor its own person.

    What they made there ends, or is handed over to an heir, and links by which they would come back end.

    Raises `Forbidden`, `NotFound` and `LastOwner`.
    """
    require_scope(actor, Scope.MEMBER_MANAGE)
    if member_id == actor.pk:
        require_person(actor)
    else:
        require_in(actor, Verb.MANAGE_MEMBERS, organisation)
    membership = _membership(organisation, member_id)
    if member_id != actor.pk:
        require_in(actor.afresh(), Verb.MANAGE_MEMBERS, organisation)
    if membership.role == Role.OWNER:
        require_person(actor)
        _keep_an_owner(organisation, membership)
    heir = _heir(organisation, heir_id)
    membership.delete()
    ProjectMembership.objects.filter(organisation=organisation, user=member_id).delete()
    write_entry(actor, "member.remove", f"organisation:{organisation.pk}", organisation.place, member=str(member_id))
    _end_with_role(actor, membership, None, heir)
    append_event(organisation.stream, MEMBERS_CHANGED(), actor)


@act(
    "POST",
    ORGANISATION_OF_PEOPLE,
    "members/<uuid:member>/hand-over",
    "organisations_members_hand_over_create",
    verb=Verb.MANAGE_MEMBERS,
    state=HIGHEST,
    answer=DONE,
)
@transaction.atomic
def hand_over(actor: Actor, organisation: Organisation, member: UUID) -> None:
    """Makes another member an owner in one's own place; one stays as a maintainer, and may leave then."""
    heir, former = _membership(organisation, member), _membership(organisation, actor.pk)
    require_in(actor.afresh(), Verb.MANAGE_MEMBERS, organisation)
    if heir.user_id == former.user_id:
        raise Invalid("You are an owner already. Choose another member.", errors={"member": ["Another member."]})
    if not heir.user.is_active:
        raise Invalid(f"The account of {heir.user} is disabled.", errors={"member": ["An active member."]})
    heir.role, former.role = Role.OWNER, Role.MAINTAINER
    Membership.objects.bulk_update([heir, former], ["role"])
    subject = f"organisation:{organisation.pk}"
    write_entry(actor, "member.hand-over", subject, organisation.place, member=str(member))
    end_lost_grants(organisation, [former.user], actor, heir.user)
    append_event(organisation.stream, MEMBERS_CHANGED(), actor)


def _heir(organisation: Organisation, person: UUID | None) -> User | None:
    return _membership(organisation, person).user if person is not None else None


def _end_with_role(actor: Actor, membership: Membership, remaining: Role | None, heir: User | None) -> None:
    """Ends what somebody made by the role that was taken from them, and the ways back to it."""
    person, organisation = membership.user, membership.organisation
    end_lost_grants(organisation, [person], actor, heir)
    # Who leaves by themselves may come back by a link for anyone.
    if person.pk != actor.pk and (links := end_links_to(person, organisation, None, remaining)):
        what = {"member": str(person.pk), "links": counted(links, "invitation")}
        write_entry(actor, "invitation.end", organisation.stream, organisation.place, **what)


def _membership(organisation: Organisation, member_id: UUID) -> Membership:
    # All rows are locked: of two owners who leave at once, the second must see that the first has gone. Of two who
    # demote each other, the second has no right any more: it is asked for again behind this lock.
    rows = list(
        Membership.objects.select_for_update(of=("self",))
        .filter(organisation=organisation)
        .select_related("user", "organisation")
    )
    for membership in rows:
        if membership.user_id == member_id:
            return membership
    raise NotFound(f"{organisation.name} has no such member.")


def _keep_an_owner(organisation: Organisation, leaving: Membership) -> None:
    others = Membership.objects.filter(organisation=organisation, role=Role.OWNER, user__is_active=True)
    others = others.exclude(pk=leaving.pk)
    if not others.exists():
        raise LastOwner(f"{organisation.name} would have no owner who can sign in. Make someone else an owner first.")
