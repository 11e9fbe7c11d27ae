"""The hook of the analysis: a higher floor says which rune a project has now."""

from __future__ import annotations

from dataclasses import dataclass

from forge.core.hooks import Hook
from forge.projects.models import Project


@dataclass(frozen=True)
class CurrentRune:
    """The rune of the newest build that succeeded: the digest of its bytes, and what its build is called."""

    digest: str
    build: str
    url: str


current_rune: Hook[[Project], CurrentRune | None] = Hook()
"""Returns the current rune of a project, or None where no build of it succeeded."""


def find_current_rune(project: Project) -> CurrentRune | None:
    """The first that a function names."""
    return next((rune for rune in current_rune.call(project) if rune is not None), None)
