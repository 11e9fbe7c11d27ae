"""Watch requests: the newest text's instrumented rune, which sends inner tensors or stage times to the page.

Asking writes a preview with other options beside the project's own and wakes the slot of previews.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from forge.accounts.access import nothing_for
from forge.accounts.permissions import Verb
from forge.builds.models import Preview, PreviewState
from forge.builds.waking import wake_preview
from forge.core.errors import Invalid
from forge.projects.access import require
from forge.projects.models import Project
from rune.building.spec import canonical_digest

MOST_WIRES = 8
"""Wires that are watched at once."""
_LONGEST_NAME = 200


def watch_wires(user: Any, project: Project, asked: Any, *, timed: bool = False) -> Preview:
    """Asks for what flows in these wires, of the newest text, or, `timed`, for a rune that says when each stage ends.

    Only a timed one may name no wires. Raises `Invalid`, and `Forbidden` or `NotFound`.
    """
    require(user, Verb.READ, project)
    wires = [] if timed and asked == [] else checked_wires(asked)
    with transaction.atomic():
        options = {"watched": wires, "timed": timed}
        watch, _ = Preview.objects.select_for_update().get_or_create(
            project=project,
            key=canonical_digest(options),
            defaults={"options": options, "state": PreviewState.BUILDING},
        )
        project.refresh_from_db(fields=["sequence"])
        if watch.sequence < project.sequence or (watch.state == PreviewState.READY and watch.build_id is None):
            watch.state = PreviewState.BUILDING
        watch.asked = timezone.now()
        watch.save(update_fields=["state", "asked"])
        if watch.state == PreviewState.BUILDING:
            transaction.on_commit(lambda: wake_preview(project.pk), robust=True)
    return watch


def find_watch(user: Any, project: Project, watch_id: UUID) -> Preview:
    """A watch of the project. Raises `NotFound`."""
    require(user, Verb.READ, project)
    wished = Preview.objects.wished().select_related("project", "build__artefact")
    watch = wished.filter(project=project, pk=watch_id).first()
    if watch is None:
        raise nothing_for(user)
    return watch


def checked_wires(asked: Any) -> list[dict[str, Any]]:
    """Wires as they are kept: each once, in one order. Raises `Invalid`."""
    found: set[tuple[str, int]] = set()
    for wire in asked if isinstance(asked, list) else ():
        stage, index = (wire.get("stage"), wire.get("index")) if isinstance(wire, dict) else (None, None)
        if not isinstance(stage, str) or not 0 < len(stage) <= _LONGEST_NAME or "\0" in stage:
            raise Invalid("Each of the wires needs a `stage`, the name of the stage that it comes from.")
        if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < 1000:
            raise Invalid("Each of the wires needs an `index`, the number of the stage's output from 0.")
        found.add((stage, index))
    if not 0 < len(found) <= MOST_WIRES:
        raise Invalid(f"`wires` must name 1 to {MOST_WIRES} wires, each with `stage` and `index`.")
    return [{"stage": stage, "index": index} for stage, index in sorted(found)]
