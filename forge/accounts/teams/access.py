"""Reading teams: those of an organisation, and one by its name. The caller has found the organisation for someone."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from forge.accounts.access import find_organisation
from forge.accounts.models import Membership, Organisation, Role, Team, TeamRole, User
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.errors import NotFound

MAX_TEAMS = 200
"""Teams of one organisation."""
MAX_DESCRIPTION_LENGTH = 200


def teams_of(organisation: Organisation) -> QuerySet[Team]:
    """The teams by name, with how many people and projects each has (`people_count`, `project_count`)."""
    people = Membership.objects.filter(teams=OuterRef("pk")).order_by().values("teams")
    roles = TeamRole.objects.filter(team=OuterRef("pk")).order_by().values("team")
    # Each is counted by itself: joined, a team of 200 people with 1,000 projects is 200,000 rows.
    teams = Team.objects.filter(organisation=organisation).select_related("organisation")
    return teams.annotate(people_count=_count(people), project_count=_count(roles)).order_by("name")


def _count(rows: QuerySet[Any, Any]) -> Coalesce:
    """Returns how many rows there are, of one group."""
    return Coalesce(Subquery(rows.annotate(count=Count("pk")).values("count")), 0)


def names_of_teams(organisation: Organisation) -> dict[UUID, str]:
    """The names of all teams, by name."""
    return dict(Team.objects.filter(organisation=organisation).order_by("name").values_list("pk", "name"))


def find_team(actor: Actor, organisation: str, name: str, verb: Verb = Verb.SEE_ORGANISATION) -> Team:
    """A team by its address, for somebody who may do `verb` to its organisation.

    Raises what `find_organisation` raises, and `NotFound`.
    """
    return named_team(find_organisation(actor, organisation, verb), name)


def named_team(organisation: Organisation, name: str) -> Team:
    """A team by its name. Raises `NotFound`."""
    team = Team.objects.select_related("organisation").filter(organisation=organisation, name=name).first()
    if team is None:
        raise NotFound(f"{organisation.name} has no team {name}.")
    return team


def people_of(team: Team) -> QuerySet[Membership]:
    """The people of a team, by name."""
    return team.members.select_related("user").order_by("user__name", "user__email")


def users_of(team: Team) -> list[User]:
    """Returns the same people, without their roles in the organisation."""
    return [membership.user for membership in team.members.select_related("user")]


def roles_of(team: Team) -> QuerySet[TeamRole]:
    """The roles that a team has, in projects that may be deleted by now."""
    return team.roles.order_by("created")


def is_in_team(actor: Actor, team: Team) -> bool:
    """Returns whether a person belongs to it."""
    return team.members.filter(user=actor.pk).exists()


def role_in(project: UUID, team: Team) -> Role | None:
    """Returns the role of a team in a project; None where it has none."""
    role = TeamRole.objects.filter(project=project, team=team).values_list("role", flat=True).first()
    return Role(role) if role else None


def teams_in(project: UUID) -> list[TeamRole]:
    """The roles of teams in a project, by the teams' names, each with how many people it has (`people_count`)."""
    roles = TeamRole.objects.filter(project=project).select_related("team__organisation").order_by("team__name")
    return list(roles.annotate(people_count=Count("team__members")))


def team_in(project: UUID, name: str) -> Team:
    """A team that has a role in a project, by its name. Raises `NotFound`, also for a team that has none there."""
    role = TeamRole.objects.filter(project=project, team__name=name).select_related("team__organisation").first()
    if role is None:
        raise NotFound(f"No team {name} has a role in this project.")
    return role.team


def teams_of_member(organisation: Organisation, people: Collection[UUID]) -> dict[UUID, list[str]]:
    """The names of the teams in which some members are, by person. One query."""
    teams: dict[UUID, list[str]] = {}
    rows = Team.objects.filter(organisation=organisation, members__user__in=people).order_by("name")
    for person, name in rows.values_list("members__user", "name"):
        teams.setdefault(person, []).append(name)
    return teams
