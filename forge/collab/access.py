"""Who may open a project's sockets, asked when one opens and again whenever roles may have changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async

from forge.accounts.permissions import Verb, can
from forge.core.errors import DomainError, Moved
from forge.projects.access import find_project
from forge.projects.models import Project


@dataclass(frozen=True)
class Access:
    """What a person may do on a project's sockets, and the streams that tell when that may change."""

    project_id: UUID
    may_edit: bool
    project_stream: str
    organisation_stream: str


async def access_by_address(user: Any, organisation: str, name: str) -> Access | None:
    """A member's access to the project at an address, also a former one; None for anyone else."""
    found: Access | None = await database_sync_to_async(_by_address)(user, organisation, name)
    return found


async def access_now(user: Any, project_id: UUID) -> Access | None:
    """The access as it is now; None when it is lost."""
    found: Access | None = await database_sync_to_async(_now)(user, project_id)
    return found


def _by_address(user: Any, organisation: str, name: str) -> Access | None:
    try:
        return _access(user, find_project(user, organisation, name, Verb.READ))
    except Moved as moved:
        _, organisation, name = moved.location.split("/")
    except DomainError:
        return None
    try:
        return _access(user, find_project(user, organisation, name, Verb.READ))
    except DomainError:
        return None


def _now(user: Any, project_id: UUID) -> Access | None:
    project = Project.objects.alive().select_related("organisation").filter(pk=project_id).first()
    if project is None or not can(user, Verb.READ, project):
        return None
    return _access(user, project)


def _access(user: Any, project: Project) -> Access:
    return Access(project.pk, can(user, Verb.EDIT, project), project.stream, project.organisation.stream)
