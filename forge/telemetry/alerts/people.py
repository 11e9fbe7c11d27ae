"""The people who may own an alert: those who can read its project."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from forge.accounts.models import User
from forge.accounts.project_people import team_of
from forge.core.errors import Invalid
from forge.projects.models import Project


def possible_owners(project: Project) -> Sequence[User]:
    """Returns the active people who can read a project, by name."""
    return [each.user for each in team_of(project) if each.user.is_active]


def find_owner(project: Project, person: UUID) -> User:
    """Returns somebody who may own an alert of a project. Raises `Invalid`."""
    owner = next((each for each in possible_owners(project) if each.pk == person), None)
    if owner is None:
        message = f"Choose a person who can read {project.full_name}."
        raise Invalid(message, errors={"person": [message]})
    return owner
