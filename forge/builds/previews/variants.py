"""Requesting a preview with other options than the project's own: it stands beside that, and is kept by its options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from forge.builds.models import Preview, PreviewState
from forge.builds.previews.notify import notify_preview
from forge.projects.models import Project
from rune.compiler.building.spec import canonical_digest


def remake_previews(project: Project) -> None:
    """Queues builds of the project's previews although its text is the same; within the caller's transaction."""
    mine = Preview.objects.filter(project=project)
    mine.plain().update(toolchain="")
    mine.requested().update(state=PreviewState.BUILDING)
    transaction.on_commit(lambda: notify_preview(project.pk), robust=True)


def request_preview(project: Project, options: Mapping[str, Any], is_old: Callable[[Preview], bool]) -> Preview:
    """The preview of a project with these options, which is made soon unless it is there.

    `is_old` says whether one that is there has to be made anew; it is asked while the preview's row is locked.
    """
    with transaction.atomic():
        preview, _ = Preview.objects.select_for_update().get_or_create(
            project=project,
            key=canonical_digest(options),
            defaults={"options": dict(options), "state": PreviewState.BUILDING},
        )
        lost = preview.state == PreviewState.READY and preview.build_id is None and preview.tests is None
        if lost or is_old(preview):
            preview.state = PreviewState.BUILDING
        preview.requested = timezone.now()
        preview.save(update_fields=["state", "requested"])
        if preview.state == PreviewState.BUILDING:
            transaction.on_commit(lambda: notify_preview(project.pk), robust=True)
    return preview
