"""Reading the statuses that people set for runes and advisories."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.db.models import QuerySet

from forge.exposure.models import VexStatement
from forge.projects.models import Project

StatusKey = tuple[UUID, str, str]
"""A project, the digest of a rune, and the id of an advisory."""


def newest_statements(
    projects: Collection[UUID], advisories: Collection[str] | None = None, runes: Collection[str] | None = None
) -> Mapping[StatusKey, VexStatement]:
    """Returns the statements that count in projects that the caller has found, narrowed to some advisories or runes."""
    return newest_of(statements_of(projects, advisories, runes).order_by("at", "pk"))


def statements_of(
    projects: Collection[UUID], advisories: Collection[str] | None = None, runes: Collection[str] | None = None
) -> QuerySet[VexStatement]:
    """Returns all statements in such projects, the newest first."""
    rows = VexStatement.objects.filter(project__in=projects)
    if advisories is not None:
        rows = rows.filter(advisory__in=advisories)
    if runes is not None:
        rows = rows.filter(rune__in=runes)
    return rows.select_related("author", "project__organisation")


def newest_of(statements: Iterable[VexStatement]) -> Mapping[StatusKey, VexStatement]:
    """Returns the last of the statements about each rune and advisory, of some that come in the order of time."""
    return {(each.project_id, each.rune, each.advisory): each for each in statements}


def history_of(project: Project, rune: str, advisory: str) -> QuerySet[VexStatement]:
    """Returns the statements about a rune and an advisory, the newest first. The caller has found the project."""
    rows = VexStatement.objects.filter(project=project)
    if rune:
        rows = rows.filter(rune=rune)
    if advisory:
        rows = rows.filter(advisory=advisory.upper())
    return rows.select_related("author", "project__organisation")
