"""The facets of a role in a project that can change between reading it and changing it."""

from __future__ import annotations

from forge.accounts.models import Role, Team
from forge.accounts.project_people import Teammate
from forge.core.preconditions import Facet
from forge.projects.models import Project


def teammate_facets(mate: Teammate) -> tuple[Facet, ...]:
    """Returns the facets that a role of their own in the project adds to, or replaces."""
    roles = [mate.in_organisation or "", mate.in_project or ""]
    return (Facet("roles", roles, f"The role of {mate.user} changed."),)


def team_role_facets(team: Team, project: Project, role: Role | None) -> tuple[Facet, ...]:
    """Returns the facets that another role of a team in a project replaces. `role` is the current one."""
    now = f"is {role.label.lower()}" if role else "has no role"
    return (Facet("role", role or "", f"The team {team.name} {now} in {project.full_name} now."),)


NO_TEAM_ROLE = (Facet("role", "", ""),)
"""The state of every team that has no role in a project."""
