"""The periodic work that saves what people work on as versions, and lets go of old ones that nobody needs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from forge.accounts.principals import INSTALLATION
from forge.projects.models import Project, Version
from forge.projects.versions.actions.autosave import autosave_version, delete_superfluous_versions

INTERVAL_SECONDS = 600.0
"""Seconds of work after which it is saved as a version."""
RECENT = timedelta(seconds=2 * INTERVAL_SECONDS)
"""The period before which changes were saved by an earlier run, or predate automatic saving."""
BATCH_SIZE = 500
"""Projects that one run looks at."""


def autosave_changed_projects() -> None:
    """Saves each project in which somebody worked since its newest version."""
    now = timezone.now()
    for project in _unsaved_projects(now):
        autosave_version(INSTALLATION, project)
    for key in _with_old_ones(now):
        delete_superfluous_versions(key)


def _unsaved_projects(now: datetime) -> QuerySet[Project]:
    saved_versions = Version.objects.filter(project=OuterRef("pk"), sequence__gte=OuterRef("sequence"))
    projects = Project.objects.alive().filter(changed__gte=now - RECENT).filter(~Exists(saved_versions))
    return projects.select_related("organisation").order_by("changed")[:BATCH_SIZE]


def _with_old_ones(now: datetime) -> Iterable[UUID]:
    recent = Version.objects.filter(automatic=True, project__changed__gte=now - RECENT)
    old = recent.filter(created__lt=now - timedelta(days=1))
    return list(old.order_by().values_list("project", flat=True).distinct()[:BATCH_SIZE])
