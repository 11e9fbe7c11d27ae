"""The people of a project as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.accounts.models import TeamRole
from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.accounts.project_people import Teammate
from forge.accounts.serializers import RoleJson


class ByTeamJson(TypedDict):
    """A role that somebody has by being in a team."""

    team: str
    role: RoleJson


class TeammateJson(PersonJson):
    """Somebody who reads a project, and why."""

    email: Annotated[str | None, "null for who is no member of the organisation"]
    role: Annotated[RoleJson, "the role that allows most"]
    in_organisation: RoleJson | None
    in_project: RoleJson | None
    by_teams: list[ByTeamJson]


class PeopleJson(TypedDict):
    """Everyone who reads a project."""

    people: list[TeammateJson]


def teammate_to_json(mate: Teammate, shows_address: bool) -> TeammateJson:
    """A person with their roles."""
    return {
        **person_to_json(mate.user),
        "email": mate.user.email if shows_address else None,
        "role": mate.role.value,
        "in_organisation": mate.in_organisation.value if mate.in_organisation else None,
        "in_project": mate.in_project.value if mate.in_project else None,
        "by_teams": [{"team": each.team, "role": each.role.value} for each in mate.by_teams],
    }


class ProjectTeamJson(TypedDict):
    """A team of the organisation."""

    team: str
    role: Annotated[RoleJson | None, "its role in the project; null where it has none"]


class ProjectTeamsJson(TypedDict):
    """The teams that have a role in a project, by name."""

    teams: list[ByTeamJson]


def team_role_to_json(role: TeamRole) -> ByTeamJson:
    """A team's role in a project. Reads the team."""
    return {"team": role.team.name, "role": role.role}
