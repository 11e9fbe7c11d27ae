"""Fetching a block, written down where it is not public."""

from __future__ import annotations

from forge.core.actors import Actor
from forge.projects.actions import note_download
from forge.projects.models import Project, Visibility


def note_block_pull(actor: Actor, project: Project, name: str, digest: str) -> None:
    """Writes down that someone takes out a block of a project that is not public; what is, anyone may have."""
    if project.visibility != Visibility.PUBLIC:
        note_download(actor, project, "block.pull", block=name, digest=digest)
