"""The hook of collecting, by which a higher floor returns the kind of recording that a project's pipeline reads."""

from __future__ import annotations

from forge.core.hooks import Hook
from forge.projects.models import Project

recorded_format: Hook[[Project], str | None] = Hook()
"""Returns the kind of recording that the pipeline's first sensor reads, such as `picture`, or None if it reads none."""


def find_recorded_format(project: Project) -> str:
    """Returns the kind of recording that the form selects at first, or "" if the pipeline reads none."""
    return next((kind for kind in recorded_format.call(project) if kind is not None), "")
