"""Finding drafts of a project."""

from __future__ import annotations

from uuid import UUID

from forge.core.actors import Actor
from forge.core.errors import NotFound
from forge.projects.models import Draft, DraftQuerySet, Project


def drafts_of(actor: Actor, project: Project) -> DraftQuerySet:
    """Returns the drafts of a project that are written, newest first. The caller has found it for someone."""
    drafts = Draft.objects.visible_to(actor).filter(files__draft_of=project, ended__isnull=True)
    return drafts.select_related("files__draft_of__organisation", "files__organisation", "files__created_by").order_by(
        "-number"
    )


def find_draft(actor: Actor, project: Project, number: int) -> Draft:
    """Returns a draft of a project by its number. Raises `NotFound`."""
    draft = drafts_of(actor, project).filter(number=number).first()
    if draft is None:
        raise NotFound(f"{project.full_name} has no draft {number}, or it has ended.")
    return draft


def drafts_of_agent(agent: UUID) -> DraftQuerySet:
    """Returns the drafts that an agent writes."""
    return Draft.objects.filter(agent=agent, ended__isnull=True).select_related("files__draft_of__organisation")
