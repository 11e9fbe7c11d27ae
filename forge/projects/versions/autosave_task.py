"""The periodic work that saves what people work on as versions, and lets go of old ones that nobody needs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from forge.accounts.principals import INSTALLATION
from forge.projects.models import Project, Version
from forge.projects.versions.actions.autosave import save_by_itself, thin_out

EVERY = 600.0
"""Seconds of work after which it is saved as a version."""
LATELY = timedelta(seconds=2 * EVERY)
"""What changed before that was saved by the run before, or is as it was when the installation learned to save."""
AT_ONCE = 500
"""Projects that one run looks at."""


def save_what_changed() -> None:
    """Saves each project in which somebody worked since its newest version."""
    now = timezone.now()
    for project in _unsaved(now):
        save_by_itself(INSTALLATION, project)
    for key in _with_old_ones(now):
        thin_out(key)


def _unsaved(now: datetime) -> QuerySet[Project]:
    saved = Version.objects.filter(project=OuterRef("pk"), sequence__gte=OuterRef("sequence"))
    found = Project.objects.alive().filter(changed__gte=now - LATELY).filter(~Exists(saved))
    return found.select_related("organisation").order_by("changed")[:AT_ONCE]


def _with_old_ones(now: datetime) -> Iterable[UUID]:
    lately = Version.objects.filter(automatic=True, project__changed__gte=now - LATELY)
    old = lately.filter(created__lt=now - timedelta(days=1))
    return list(old.order_by().values_list("project", flat=True).distinct()[:AT_ONCE])
