"""Making teams of an organisation's members, and changing who is in them. What a team may do is given by project."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import IntegrityError, transaction

from forge.accounts.access import require_in, require_person, require_scope
from forge.accounts.announcements import MEMBERS_CHANGED
from forge.accounts.errors import NameInUse
from forge.accounts.grants.actions import end_lost_grants
from forge.accounts.models import Membership, Organisation, Team
from forge.accounts.names import check_team_name
from forge.accounts.permissions import Verb
from forge.accounts.quotas.limits import locked
from forge.accounts.scopes import Scope
from forge.accounts.teams.access import MAX_DESCRIPTION_LENGTH, MAX_TEAMS, users_of
from forge.accounts.teams.etag_facets import name_facets, role_facets, team_facets
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import Invalid, NotFound
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition


@transaction.atomic
def create_team(actor: Actor, organisation: Organisation, name: str, description: str = "") -> Team:
    """Makes a team without people or projects. Raises `Forbidden`, `BadName`, `NameInUse` and `Invalid`."""
    require_in(actor, Verb.MANAGE_MEMBERS, organisation)
    locked(organisation)
    if organisation.teams.count() >= MAX_TEAMS:
        raise Invalid(f"An organisation has at most {MAX_TEAMS} teams. Delete one that is not needed.")
    team = Team(organisation=organisation, name=check_team_name(name), description=_checked_description(description))
    _save(team)
    write_entry(actor, "team.create", team.subject, organisation.place, name=name)
    append_event(organisation.stream, MEMBERS_CHANGED(), actor)
    return team


@transaction.atomic
def update_team(
    actor: Actor,
    team: Team,
    *,
    name: str | None = None,
    description: str | None = None,
    precondition: Precondition = None,
) -> Team:
    """Gives a team another name or description. Raises `Forbidden`, `Stale`, `BadName`, `NameInUse` and `Invalid`."""
    organisation = team.organisation
    require_in(actor, Verb.MANAGE_MEMBERS, organisation)
    lock_team(team)
    require_precondition(name_facets(team), precondition)
    before = {"name": team.name, "description": team.description}
    if name is not None:
        team.name = check_team_name(name)
    if description is not None:
        team.description = _checked_description(description)
    after = {"name": team.name, "description": team.description}
    if after != before:
        _save(team)
        write_entry(
            actor, "team.update", team.subject, organisation.place, name=before["name"], before=before, after=after
        )
        append_event(organisation.stream, MEMBERS_CHANGED(), actor)
    return team


@transaction.atomic
def delete_team(actor: Actor, team: Team, *, precondition: Precondition = None) -> None:
    """Deletes a team and the roles that its people had by it; what they are otherwise stays. Raises `Forbidden`
    and `Stale`."""
    organisation, subject = team.organisation, team.subject
    require_in(actor, Verb.MANAGE_MEMBERS, organisation)
    lock_team(team)
    require_precondition(team_facets(team), precondition)
    people = users_of(team)
    team.delete()
    write_entry(actor, "team.delete", subject, organisation.place, name=team.name)
    end_lost_grants(organisation, people, actor)
    append_event(organisation.stream, MEMBERS_CHANGED(), actor)


@transaction.atomic
def add_to_team(
    actor: Actor, team: Team, people: Collection[UUID], *, precondition: Precondition = None
) -> list[Membership]:
    """Puts members of the organisation into a team; who is in it stays.

    Raises `Forbidden`, `Stale`, `Invalid` and `NotFound`.
    """
    organisation = team.organisation
    require_in(actor, Verb.MANAGE_MEMBERS, organisation)
    lock_team(team)
    require_precondition(role_facets(team), precondition)
    if not people:
        raise Invalid("Choose at least one member.", errors={"people": ["At least one."]})
    members = list(Membership.objects.filter(organisation=organisation, user__in=people).select_related("user"))
    if len(members) < len(set(people)):
        raise NotFound(f"A team has members of {organisation.name} alone. Invite the person to it first.")
    there = set(team.members.filter(pk__in=[each.pk for each in members]).values_list("pk", flat=True))
    new_members = [each for each in members if each.pk not in there]
    team.members.add(*new_members)
    for each in new_members:
        write_entry(actor, "team.add", team.subject, organisation.place, member=str(each.user_id), team=str(team.pk))
    if new_members:
        append_event(organisation.stream, MEMBERS_CHANGED(), actor)
    return members


@transaction.atomic
def remove_from_team(actor: Actor, team: Team, person: UUID) -> None:
    """Takes somebody out of a team, who stays a member of the organisation; anyone may leave by themselves.

    Raises `Forbidden` and `NotFound`.
    """
    organisation = team.organisation
    require_scope(actor, Scope.MEMBER_MANAGE)
    if person == actor.pk:
        require_person(actor)
    else:
        require_in(actor, Verb.MANAGE_MEMBERS, organisation)
    member = team.members.filter(user=person).select_related("user").first()
    if member is None:
        raise NotFound(f"{team.name} has no such member.")
    team.members.remove(member)
    write_entry(actor, "team.remove", team.subject, organisation.place, member=str(person), team=str(team.pk))
    end_lost_grants(organisation, [member.user], actor)
    append_event(organisation.stream, MEMBERS_CHANGED(), actor)


def _checked_description(text: str) -> str:
    text = " ".join(text.split())
    if len(text) > MAX_DESCRIPTION_LENGTH:
        message = f"At most {MAX_DESCRIPTION_LENGTH} characters."
        raise Invalid(
            f"A team's description has at most {MAX_DESCRIPTION_LENGTH} characters; this one has {len(text)}.",
            errors={"description": [message]},
        )
    return text


def lock_team(team: Team) -> None:
    """The team's row is the lock of its state, which is read again under it. Raises `NotFound` for a deleted team."""
    row = Team.objects.select_for_update().filter(pk=team.pk).first()
    if row is None:
        raise NotFound(f"{team.organisation.name} has no team {team.name}.")
    team.name, team.description = row.name, row.description


def _save(team: Team) -> None:
    try:
        with transaction.atomic():
            team.save()
    except IntegrityError:
        raise NameInUse(f"{team.organisation.name} has a team {team.name} already. Choose another name.") from None
