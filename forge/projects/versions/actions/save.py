"""Saving a project's files as a version."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import Invalid
from forge.core.events.log import append_event
from forge.projects.access import require
from forge.projects.announcements import VERSION_SAVED
from forge.projects.models import Project, Version
from forge.projects.versions.store import snapshot

MAX_MESSAGE_LENGTH = 200
"""Characters of what a person says about a version."""


def save_version(actor: Actor, project: Project, message: str) -> Version:
    """Saves the files as they are now as a version, with a message. Files that are one already get it.

    Raises `Forbidden`, and `Invalid` for a message that is too long.
    """
    require(actor, Verb.EDIT, project)
    message = " ".join(message.split())
    if len(message) > MAX_MESSAGE_LENGTH:
        raise Invalid(
            f"A message has at most {MAX_MESSAGE_LENGTH} characters; this one has {len(message)}.",
            errors={"message": [f"At most {MAX_MESSAGE_LENGTH}."]},
        )
    version = snapshot(project, actor.person)
    with transaction.atomic():
        version.message, version.saved_by, version.saved_at = message, actor.person, timezone.now()
        version.save(update_fields=["message", "saved_by", "saved_at"])
        write_entry(
            actor, "version.save", f"project:{project.pk}", project.place, number=version.number, message=message
        )
        append_event(project.stream, VERSION_SAVED(number=version.number), actor)
    return version
