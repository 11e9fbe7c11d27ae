"""Taking down what a project shares, and putting it back: the operator's acts, on the server's machine."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from forge.accounts.access import require_operator
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict
from forge.core.events.log import append_event
from forge.core.reasons import checked_reason
from forge.projects.announcements import PROJECT_TAKEN_DOWN
from forge.projects.models import Project


@transaction.atomic
def take_down(actor: Actor, project: Project, reason: str) -> None:
    """Takes the public page down, with all that it published; its own people keep their work, and read why.

    Raises `Forbidden`, `Invalid` and `Conflict`.
    """
    require_operator(actor)
    reason = checked_reason(reason, missing="Write the reason as a sentence: the people of the project read it.")
    if _locked(project).taken_down is not None:
        raise Conflict("It is taken down already.")
    project.taken_down, project.taken_down_because = timezone.now(), reason
    project.save(update_fields=["taken_down", "taken_down_because"])
    write_entry(actor, "project.take-down", project.stream, project.place, reason=reason)
    append_event(project.stream, PROJECT_TAKEN_DOWN(change="taken-down"), actor)


@transaction.atomic
def put_back(actor: Actor, project: Project) -> None:
    """Puts a page back that was taken down. Raises `Forbidden` and `Conflict`."""
    require_operator(actor)
    if _locked(project).taken_down is None:
        raise Conflict("It is not taken down.")
    project.taken_down, project.taken_down_because = None, ""
    project.save(update_fields=["taken_down", "taken_down_because"])
    write_entry(actor, "project.put-back", project.stream, project.place)
    append_event(project.stream, PROJECT_TAKEN_DOWN(change="put-back"), actor)


def _locked(project: Project) -> Project:
    """The project as it is behind its lock."""
    Project.objects.lock(project.pk)
    project.refresh_from_db(fields=["taken_down"])
    return project
