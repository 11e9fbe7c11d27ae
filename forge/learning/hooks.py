"""The hooks of this floor; reviews registers with them."""

from __future__ import annotations

from dataclasses import dataclass

from forge.core.actors import Actor
from forge.core.hooks import Hook
from forge.projects.models import Project, Version


@dataclass(frozen=True)
class IncomingModelFiles:
    """Files with another model, to be looked at before the project has them. `place` says what they come from."""

    title: str
    message: str
    place: str
    base: Version
    offered_version: Version


model_changes: Hook[[Actor, Project, IncomingModelFiles], int] = Hook()
"""Opens a change request and returns its number; reviews does. Raises `TooManyOffers`, and `Forbidden` or
`NotFound`."""

reviewed_projects: Hook[[Project], bool] = Hook()
"""Answers whether the rules of a project ask for a review of what is changed; reviews does."""


def asks_for_review(project: Project) -> bool:
    """Returns whether the rules of a project ask for a review of what is changed."""
    return any(reviewed_projects.call(project))
