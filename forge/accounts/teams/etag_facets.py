"""The facets of a team that can change between reading it and changing it."""

from __future__ import annotations

from forge.accounts.models import Team
from forge.accounts.teams.access import roles_of
from forge.core.preconditions import Facet


def name_facets(team: Team) -> tuple[Facet, ...]:
    """Returns the facets of a team that an edit replaces."""
    return (Facet("name", [team.name, team.description], "The team's name or description changed."),)


def role_facets(team: Team) -> tuple[Facet, ...]:
    """Returns the facets of the roles that a new member of the team gets. One query."""
    roles = sorted([str(each.project), each.role] for each in roles_of(team))
    return (Facet("roles", roles, "The team's roles in projects changed."),)


def people_facets(team: Team) -> tuple[Facet, ...]:
    """Returns the people who get the team's roles. Makes one query."""
    people = sorted(str(each) for each in team.members.values_list("user", flat=True))
    return (Facet("people", people, "The members of the team changed."),)


def team_facets(team: Team) -> tuple[Facet, ...]:
    """All that a deletion takes away. Two queries."""
    return (*name_facets(team), *role_facets(team), *people_facets(team))
