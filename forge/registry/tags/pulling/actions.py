"""Fetching what was published, written down where it is not public."""

from __future__ import annotations

from forge.core.actors import Actor
from forge.projects.actions import note_download
from forge.projects.models import Project, Visibility


def note_pull(actor: Actor, project: Project, digest: str) -> None:
    """Writes down that someone takes out a published rune of a project that is not public; what is, anyone may have.

    Raises `Forbidden`, `NotFound` and `SignInNeeded`.
    """
    if project.visibility != Visibility.PUBLIC:
        note_download(actor, project, "rune.pull", digest=digest)
