"""Roles in one project: inviting people, changing their role, and removing them."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from forge.accounts.access import require_person
from forge.accounts.announcements import MEMBERS_CHANGED
from forge.accounts.grants.actions import end_lost_grants
from forge.accounts.models import Invitation, ProjectMembership, Role, User
from forge.accounts.organisations.invitations import (
    DEFAULT_DAYS,
    checked_addresses,
    checked_offer,
    end_links_to,
    make_link,
    send_link,
)
from forge.accounts.organisations.serializers import NEW_LINK, SENT_LINKS, Days, Emails, Places
from forge.accounts.permissions import Verb
from forge.accounts.project_people import Teammate, find_teammate
from forge.accounts.roles import is_higher
from forge.accounts.serializers import RoleChoice
from forge.core.actors import Actor
from forge.core.api.acts import DONE, act
from forge.core.api.states import ENDS, MAKES
from forge.core.audit.entries import write_entry
from forge.core.errors import NotFound
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition
from forge.projects.access import require
from forge.projects.models import Project
from forge.projects.people.etag_facets import teammate_facets
from forge.projects.people.locks import lock_roles
from forge.projects.place import PROJECT
from rune.wording import counted


@act(
    "POST",
    PROJECT,
    "invitations",
    "projects_invitations_create",
    verb=Verb.MANAGE,
    state=MAKES,
    answer=NEW_LINK,
)
@transaction.atomic
def invite_to_project(
    actor: Actor, project: Project, role: RoleChoice, *, places: Places = 1, days: Days = DEFAULT_DAYS
) -> tuple[Invitation, str]:
    """Makes an invitation to the project alone with a link, which is shown this once."""
    offer = checked_offer(role, days, places, project)
    invitation, link = make_link(actor, project.organisation, offer)
    write_entry(
        actor, "invitation.create", project.stream, project.place, role=str(offer.role), places=places, days=days
    )
    return invitation, link


@act(
    "POST",
    PROJECT,
    "invitations/letters",
    "projects_invitations_letters_create",
    verb=Verb.MANAGE,
    state=MAKES,
    answer=SENT_LINKS,
)
@transaction.atomic
def invite_to_project_by_email(
    actor: Actor, project: Project, role: RoleChoice, emails: Emails, *, days: Days = DEFAULT_DAYS
) -> list[Invitation]:
    """Sends a letter with a link of its own to each of these addresses."""
    offer = checked_offer(role, days, 1, project)
    invitations = []
    for address in checked_addresses(project.organisation, emails):
        invitations.append(send_link(actor, project.organisation, offer, address, project.full_name))
        write_entry(actor, "invitation.send", project.stream, project.place, role=str(offer.role), email=address)
    return invitations


@act(
    "DELETE",
    PROJECT,
    "invitations/<uuid:invitation>",
    "projects_invitations_destroy",
    verb=Verb.MANAGE,
    state=ENDS,
    answer=DONE,
)
@transaction.atomic
def revoke_project_invitation(actor: Actor, project: Project, invitation: UUID) -> None:
    """Revokes an open invitation to the project: its link works no more."""
    open_ones = Invitation.objects.filter(pk=invitation, project=project.pk, used=None, revoked=None)
    if not open_ones.update(revoked=timezone.now()):
        raise NotFound("This invitation does not exist; it was used or revoked.")
    write_entry(actor, "invitation.revoke", project.stream, project.place, invitation=str(invitation))


@transaction.atomic
def give_project_role(
    actor: Actor, project: Project, person_id: UUID, role: str, *, precondition: Precondition = None
) -> Teammate:
    """Gives somebody who reads the project a role in it, beside what they are in its organisation.

    Raises `Forbidden`, `NotFound` for somebody who must be invited first, `Stale` and `Invalid`.
    """
    require(actor, Verb.MANAGE, project)
    new_role = checked_offer(role, DEFAULT_DAYS, 1, project).role
    lock_roles(actor, project)
    before = find_teammate(project, person_id)
    require_precondition(teammate_facets(before), precondition)
    ProjectMembership.objects.update_or_create(
        project=project.pk, user_id=person_id, defaults={"organisation": project.organisation, "role": new_role}
    )
    data = {"member": str(person_id), "before": str(before.role), "after": str(new_role)}
    write_entry(actor, "project.role", project.stream, project.place, **data)
    if is_higher(before.in_project or new_role, than=new_role):
        _end_with_role(actor, project, before.user, new_role)
    append_event(project.organisation.stream, MEMBERS_CHANGED(), actor)
    return Teammate(before.user, before.in_organisation, new_role, before.by_teams)


@transaction.atomic
def end_project_role(actor: Actor, project: Project, person_id: UUID) -> None:
    """Takes the role in the project from somebody, who keeps what they are in its organisation; anyone may leave.

    Raises `Forbidden` and `NotFound`.
    """
    require(actor, Verb.READ if person_id == actor.pk else Verb.MANAGE, project)
    if person_id == actor.pk:
        require_person(actor)
    else:
        lock_roles(actor, project)
    role = ProjectMembership.objects.filter(project=project.pk, user=person_id).select_related("user").first()
    if role is None:
        raise NotFound(f"{project.full_name} has no person with this id who has a role of their own.")
    role.delete()
    write_entry(actor, "project.leave", project.stream, project.place, member=str(person_id))
    _end_with_role(actor, project, role.user, None)
    append_event(project.organisation.stream, MEMBERS_CHANGED(), actor)


def _end_with_role(actor: Actor, project: Project, person: User, remaining: Role | None) -> None:
    """Ends what somebody made by the role that was taken from them, and the ways back to it."""
    end_lost_grants(project.organisation, [person], actor)
    if person.pk != actor.pk and (links := end_links_to(person, project.organisation, project.pk, remaining)):
        what = {"member": str(person.pk), "links": counted(links, "invitation")}
        write_entry(actor, "invitation.end", project.stream, project.place, **what)
