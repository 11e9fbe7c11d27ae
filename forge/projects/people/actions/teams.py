"""Giving teams roles in projects, and ending them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from forge.accounts.access import require_in
from forge.accounts.announcements import MEMBERS_CHANGED
from forge.accounts.grants.actions import end_lost_grants
from forge.accounts.models import Role, Team, TeamRole
from forge.accounts.organisations.invitations import DEFAULT_DAYS, checked_offer
from forge.accounts.permissions import Verb
from forge.accounts.roles import is_higher
from forge.accounts.teams.access import users_of
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import Invalid, NotFound
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition
from forge.projects.access import require
from forge.projects.models import Project
from forge.projects.people.etag_facets import team_role_facets
from forge.projects.people.locks import lock_roles


@transaction.atomic
def give_team_role(
    actor: Actor, team: Team, projects: Sequence[Project], role: str, *, precondition: Precondition = None
) -> None:
    """Gives the people of a team a role in these projects of its organisation, or another one than they had there.

    Who has a role in a project alone may not: they would learn which teams there are. `precondition` is about the role
    of the team in each of them. Raises `Forbidden`, `NotFound`, `Stale` and `Invalid`; then none of the projects
    has changed.
    """
    require_in(actor, Verb.SEE_ORGANISATION, team.organisation)
    if not projects:
        raise Invalid("Name at least one project.", errors={"projects": ["At least one."]})
    for project in sorted(projects, key=lambda each: each.pk):
        require(actor, Verb.MANAGE, project)
        lock_roles(actor, project)
        require_in(actor.afresh(), Verb.SEE_ORGANISATION, team.organisation)
        new_role = checked_offer(role, DEFAULT_DAYS, 1, project).role
        if team.organisation_id != project.organisation_id:
            raise NotFound(f"{project.organisation.name} has no team {team.name}.")
        before = TeamRole.objects.filter(team=team, project=project.pk).first()
        require_precondition(team_role_facets(team, project, Role(before.role) if before else None), precondition)
        TeamRole.objects.update_or_create(team=team, project=project.pk, defaults={"role": new_role})
        if before and is_higher(Role(before.role), than=new_role):
            end_lost_grants(team.organisation, users_of(team), actor)
        data = {"team": str(team.pk), "before": before.role if before else "none", "after": str(new_role)}
        write_entry(actor, "project.team-role", project.stream, project.place, **data)
    append_event(team.organisation.stream, MEMBERS_CHANGED(), actor)


@transaction.atomic
def end_team_role(actor: Actor, team: Team, project: Project) -> None:
    """Ends a team's role in a project; its people keep what they are otherwise. Raises `Forbidden` and `NotFound`."""
    require(actor, Verb.MANAGE, project)
    lock_roles(actor, project)
    deleted_count, _ = TeamRole.objects.filter(team=team, project=project.pk).delete()
    if not deleted_count:
        raise NotFound(f"The team {team.name} has no role in {project.full_name}.")
    write_entry(actor, "project.team-leave", project.stream, project.place, team=str(team.pk))
    end_lost_grants(team.organisation, users_of(team), actor)
    append_event(project.organisation.stream, MEMBERS_CHANGED(), actor)
