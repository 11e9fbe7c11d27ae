"""Watched previews: the newest text's rune with inner tensors sent to the page as well, or timed. Asked for and built.

Asking writes a row and wakes the slot of previews; what is built is kept like a preview, under a digest of its own.
"""

from __future__ import annotations

import hashlib
import json
import threading
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from forge.accounts.access import nothing_for
from forge.accounts.permissions import Verb
from forge.builds.artefacts import find_artefact, keep_artefact
from forge.builds.compiler import Answer, Compiler
from forge.builds.errors import ChildDied, Stopping
from forge.builds.models import Artefact, PreviewState, Watch
from forge.builds.previews import compile_glance, preview_build, prune_previews
from forge.builds.shapes import watch_to_json
from forge.builds.waking import wake_preview
from forge.core.errors import Invalid
from forge.core.events import append_event
from forge.projects.access import require
from forge.projects.models import Project
from forge.projects.versions import Glance, glance

MOST_WIRES = 8
"""Wires that are watched at once."""
KEPT = 6
"""Sets of wires of one project that are remembered."""
_LONGEST_NAME = 200


def watch_wires(user: Any, project: Project, asked: Any, *, timed: bool = False) -> Watch:
    """Asks for what flows in these wires, of the newest text, or, `timed`, for a rune that says when each stage ends.

    Only a timed one may name no wires. Raises `Invalid`, and `Forbidden` or `NotFound`.
    """
    require(user, Verb.READ, project)
    wires = [] if timed and asked == [] else checked_wires(asked)
    with transaction.atomic():
        watch, _ = Watch.objects.select_for_update().get_or_create(
            project=project, key=_digest(_wish(wires, timed)), defaults={"wires": wires, "timed": timed}
        )
        project.refresh_from_db(fields=["sequence"])
        if watch.sequence < project.sequence or (watch.state == PreviewState.READY and watch.build_id is None):
            watch.state = PreviewState.BUILDING
        watch.asked = timezone.now()
        watch.save(update_fields=["state", "asked"])
        if watch.state == PreviewState.BUILDING:
            transaction.on_commit(lambda: wake_preview(project.pk), robust=True)
    return watch


def find_watch(user: Any, project: Project, watch_id: UUID) -> Watch:
    """A watch of the project. Raises `NotFound`."""
    require(user, Verb.READ, project)
    watch = Watch.objects.select_related("project", "build__artefact").filter(project=project, pk=watch_id).first()
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


def _wish(wires: list[dict[str, Any]], timed: bool) -> Any:
    return {"wires": wires, "timed": True} if timed else wires


def _digest(what: Any) -> str:
    canonical = json.dumps(what, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(canonical.encode("utf-8")).hexdigest()


def refresh_watches(project_id: UUID, compiler: Compiler, stopping: threading.Event) -> None:
    """Builds what is waited for of a project, the newest wish first."""
    for watch in Watch.objects.select_related("project").filter(project_id=project_id, state=PreviewState.BUILDING):
        if watch.project.deleted_at is not None:
            return
        try:
            WatchRun(watch, glance(watch.project), stopping).make(compiler)
        except Stopping:
            return
    prune_watches(project_id)


class WatchRun:
    """One watched preview of a project's text as it was at one moment."""

    def __init__(self, watch: Watch, seen: Glance, stopping: threading.Event) -> None:
        self._watch = watch
        self._seen = seen
        self._stopping = stopping
        self._digest = _digest({"version": seen.digest, "wires": _wish(watch.wires, watch.timed)})
        self._target: Path | None = None

    def make(self, compiler: Compiler) -> None:
        """Builds it, or takes what was built before. Raises `Stopping`."""
        if self._take_known():
            return
        self._target = compiler.start() / "watched.rune"
        name, wires, timed = self._watch.project.name, self._watch.wires, self._watch.timed
        try:
            compile_glance(compiler, self._seen, name, self._target, self._answer, self._stopping, wires, timed)
        except ChildDied as error:
            self._save(PreviewState.FAILED, error.reason)

    def _answer(self, answer: Answer) -> None:
        match answer["event"]:
            case "checked":
                if any(one["severity"] == "error" for one in answer["diagnostics"]):
                    self._save(
                        PreviewState.BROKEN, "The Runefile has a problem. Mend it, then its wires can be watched."
                    )
            case "built":
                self._keep(answer)
            case "failed":
                self._save(PreviewState.FAILED, answer["error"])

    @transaction.atomic
    def _take_known(self) -> bool:
        artefact = find_artefact(self._digest, self._watch.project.name)
        if artefact is not None:
            self._show(artefact)
        return artefact is not None

    @transaction.atomic
    def _keep(self, answer: Answer) -> None:
        if self._target is not None:
            self._show(keep_artefact(self._digest, self._watch.project.name, self._target, answer))

    def _show(self, artefact: Artefact) -> None:
        self._save(PreviewState.READY, "", build=preview_build(self._watch.project, artefact))

    @transaction.atomic
    def _save(self, state: PreviewState, error: str, **values: Any) -> None:
        rows = Watch.objects.filter(pk=self._watch.pk)
        if rows.update(state=state, error=error, sequence=self._seen.sequence, **values):
            watch = Watch.objects.select_related("build__artefact").get(pk=self._watch.pk)
            data = {"watch": str(watch.pk), "state": state}
            append_event(self._watch.project.stream, "preview.watched", data, told={"answer": watch_to_json(watch)})


@transaction.atomic
def prune_watches(project_id: UUID) -> None:
    """Forgets all but the newest wishes of a project; the runes that were made for them go with the old previews."""
    old = Watch.objects.filter(project_id=project_id).order_by("-asked").values_list("pk", flat=True)[KEPT:]
    Watch.objects.filter(pk__in=tuple(old)).delete()
    prune_previews(project_id)
