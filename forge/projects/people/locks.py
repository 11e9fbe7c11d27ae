"""The lock of a project's roles."""

from __future__ import annotations

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.projects.access import require
from forge.projects.models import Project


def lock_roles(actor: Actor, project: Project) -> None:
    """Lets one change of the project's roles follow another: of two maintainers who demote each other, the second has
    no right any more. Raises `Forbidden` and `NotFound`."""
    Project.objects.lock(project.pk)
    require(actor.afresh(), Verb.MANAGE, project)
