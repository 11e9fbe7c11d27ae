"""The live preview of a project: check the newest text, and build it when it checks. Called by one thread at a time.

What is found is stored in the project's `Preview` row, so a restart shows the last good rune at once.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from forge.builds.artefacts import files_of, find_artefact, keep_artefact, prune_artefacts
from forge.builds.compiler import Answer, Compiler
from forge.builds.errors import ChildDied, OutOfTime, Stopping
from forge.builds.models import Artefact, Build, Kind, Preview, PreviewState, State
from forge.builds.shapes import preview_to_json
from forge.builds.toolchain import PREVIEW_SECONDS
from forge.core.events import append_event
from forge.projects.models import Project
from forge.projects.versions import Glance, glance

LARGEST_TOLD = 64 * 1024
"""Characters of a preview's JSON that go with its event; pages ask for a larger one."""
KEPT = 5
"""Previews of a project that are kept; the one that runs is always among them."""


def refresh_preview(project_id: UUID, compiler: Compiler, stopping: threading.Event) -> None:
    """Brings a project's preview up to its newest text, if it is behind."""
    project = Project.objects.alive().filter(pk=project_id).first()
    if project is None:
        return
    preview, _ = Preview.objects.get_or_create(project=project)
    if preview.is_settled:
        return
    try:
        PreviewRun(project, glance(project), stopping).make(compiler)
    except Stopping:
        return
    prune_previews(project_id)


def compile_glance(
    compiler: Compiler,
    seen: Glance,
    name: str,
    target: Path,
    on_answer: Callable[[Answer], None],
    stopping: threading.Event,
    wires: Sequence[Mapping[str, Any]] = (),
    timed: bool = False,
) -> None:
    """Checks and compiles the files of one moment into `target` in the compiler's folder, and removes it at the end.

    With `wires` the rune sends what flows in them as well; a `timed` one says when each stage ends. Raises `Stopping`
    and what `Compiler.run` does.
    """

    def stop_in_time() -> None:
        if stopping.is_set():
            raise Stopping

    folder = target.parent
    job = {
        "op": "build",
        "name": name,
        "files": files_of(seen.manifest, folder, seen.texts),
        "target": str(target),
        "check_first": True,
        "finish": False,
        **({"watched": list(wires)} if wires else {}),
        **({"timed": True} if timed else {}),
    }
    compiler.run(job, on_answer, limit=PREVIEW_SECONDS, tick=stop_in_time)
    for left in (target, *folder.glob("text-*")):
        left.unlink(missing_ok=True)


class PreviewRun:
    """One look at a project's text."""

    def __init__(self, project: Project, seen: Glance, stopping: threading.Event) -> None:
        self._project = project
        self._seen = seen
        self._stopping = stopping
        self._target: Path | None = None

    def make(self, compiler: Compiler) -> None:
        """Checks and builds. Raises `Stopping`."""
        if self._take_known():
            return
        was_warm = compiler.alive
        try:
            try:
                self._compute(compiler)
            except OutOfTime:
                raise
            except ChildDied:
                if not was_warm:
                    raise
                # What a process that served many previews died of may lie in those: a new one has another try.
                self._compute(compiler)
        except ChildDied as error:
            self._save(state=PreviewState.FAILED, error=f"{error.reason} The preview is made again at the next edit.")

    def _compute(self, compiler: Compiler) -> None:
        self._target = compiler.start() / "preview.rune"
        compile_glance(compiler, self._seen, self._project.name, self._target, self._answer, self._stopping)

    def _answer(self, answer: Answer) -> None:
        match answer["event"]:
            case "checked":
                is_broken = any(one["severity"] == "error" for one in answer["diagnostics"])
                self._save(
                    state=PreviewState.BROKEN if is_broken else PreviewState.BUILDING,
                    diagnostics=answer["diagnostics"],
                    outline=answer["outline"],
                    error="",
                )
            case "built":
                self._keep(answer)
            case "failed":
                found = {"diagnostics": answer["diagnostics"]} if answer["diagnostics"] else {}
                self._save(state=PreviewState.FAILED, error=answer["error"], **found)

    @transaction.atomic
    def _take_known(self) -> bool:
        """Uses the rune of the same files, if they were built before."""
        artefact = find_artefact(self._seen.digest, self._project.name)
        if artefact is None:
            return False
        self._show(artefact, diagnostics=artefact.diagnostics, outline=artefact.report["pipeline"])
        return True

    @transaction.atomic
    def _keep(self, answer: Answer) -> None:
        if self._target is not None:
            artefact = keep_artefact(self._seen.digest, self._project.name, self._target, answer)
            self._show(artefact)

    def _show(self, artefact: Artefact, **found: Any) -> None:
        """Makes the rune the one that runs in the page; within the caller's transaction."""
        self._save(state=PreviewState.READY, error="", build=preview_build(self._project, artefact), **found)

    @transaction.atomic
    def _save(self, **values: Any) -> None:
        """Writes what was found, unless another process has looked at a newer text meanwhile."""
        rows = Preview.objects.filter(project=self._project, sequence__lte=self._seen.sequence)
        if rows.update(sequence=self._seen.sequence, changed=timezone.now(), **values):
            data = {"sequence": self._seen.sequence, "state": values["state"]}
            append_event(self._project.stream, "preview.changed", data, told=self._told())

    def _told(self) -> dict[str, Any]:
        """The preview as `GET preview` answers it to any member, unless it is too large for a message."""
        preview = Preview.objects.select_related("project", "build__artefact").get(project=self._project)
        shown = preview_to_json(preview)
        return {"preview": shown} if len(json.dumps(shown)) <= LARGEST_TOLD else {}


def preview_build(project: Project, artefact: Artefact) -> Build:
    """The build by which a rune that nobody pressed Build for is shown; within the caller's transaction."""
    shown = Build.objects.filter(project=project, kind=Kind.PREVIEW, artefact=artefact).first()
    if shown is not None:
        return shown
    now = timezone.now()
    return Build.objects.create(
        project=project,
        name=project.name,
        kind=Kind.PREVIEW,
        state=State.SUCCEEDED,
        attempt=1,
        artefact=artefact,
        diagnostics=artefact.diagnostics,
        started=now,
        finished=now,
    )


@transaction.atomic
def prune_previews(project_id: UUID) -> None:
    """Forgets all but the newest previews of a project, and their runes when nothing else uses them.

    What is watched goes with its own rows.
    """
    previews = Build.objects.filter(project_id=project_id, kind=Kind.PREVIEW, watches=None).order_by("-created")
    shown = Preview.objects.filter(project_id=project_id).values_list("build_id", flat=True).first()
    old = [build for build in previews[KEPT:] if build.pk != shown]
    if old:
        Build.objects.filter(pk__in=[build.pk for build in old]).delete()
        prune_artefacts({build.artefact_id for build in old if build.artefact_id is not None})
