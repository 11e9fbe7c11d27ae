"""Writes what becomes of a preview into its row, and tells the pages that show it."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from django.db import transaction
from django.utils import timezone

from forge.builds.announcements import PREVIEW_CHANGED, PREVIEW_WATCHED
from forge.builds.compiling.build_task import BuildJobStep
from forge.builds.contents import keep_contents
from forge.builds.models import Artefact, Build, BuildTrigger, Preview, PreviewState
from forge.builds.serializers.previews import preview_to_json, watch_to_json
from forge.collab.pushed_runes import LARGEST_PUSHED, push_rune
from forge.compute.pool.compiler import Answer
from forge.compute.pool.toolchain import TOOLCHAIN
from forge.core.events.declarations import NewEvent
from forge.core.events.log import append_event
from forge.projects.models import Project
from forge.projects.versions.declared_models import model_warnings
from forge.projects.versions.store import WorkingTree
from rune.assessment.evaluation.trials.background import BackgroundTrialJson
from rune.digests import digest_of
from rune.source.runefile import diagnostic_to_json
from rune.source.runefile.blocks.test_files import has_tests
from rune.source.runefile.codes import Code

EVENT_LIMIT = 64 * 1024
"""Characters of a preview's JSON that go with its event; pages ask for a larger one."""
NOTIFY_AFTER = 0.1
"""Seconds after the check at which the preview is written as being built. After an edit the rune is usually there
before, and to write both would delay it."""


class PreviewRecorder:
    """Records the result of building a project's text in the preview, and sends its event."""

    def __init__(self, preview: Preview, tree: WorkingTree) -> None:
        self._preview = preview
        self._tree = tree
        self._is_broken = False
        self._diagnostics: list[dict[str, Any]] = []
        """The diagnostics of the text."""
        self._unsaved: dict[str, Any] = {}
        """The result of the check, until it is written."""
        self._notify_at = math.inf
        self._failed_tests = _failed_before(preview, tree)
        warnings = model_warnings(tree) if preview.is_plain else ()
        self._outdated_models = [cast(dict[str, Any], diagnostic_to_json(each)) for each in warnings]

    def take(self, artefact: Artefact, *, is_new: bool) -> None:
        values: dict[str, Any] = {"build": preview_build(self._preview.project, artefact)}
        if not is_new:
            # Nobody checks this time.
            self._diagnostics = artefact.diagnostics
            values |= {"diagnostics": self._shown_diagnostics(), "outline": artefact.report["pipeline"]}
        self.save(PreviewState.READY, **values)

    def tested(self, problems: list[dict[str, Any]]) -> None:
        """The tests of the blocks of this preview ended; `problems` are those that failed."""
        others = [each for each in self._preview.diagnostics if each["code"] != Code.FAILED_TEST.value]
        if problems != self._failed_tests:
            self.save(PreviewState.READY, diagnostics=[*others, *problems])

    def _shown_diagnostics(self) -> list[dict[str, Any]]:
        return [*self._diagnostics, *self._outdated_models, *self._failed_tests]

    def reused(self, missing: tuple[BuildJobStep, ...]) -> None:
        """Does nothing: the preview is shown already."""

    def checked(self, answer: Answer) -> None:
        self._is_broken = answer["broken"]
        state = PreviewState.BROKEN if self._is_broken else PreviewState.BUILDING
        self._diagnostics = answer["diagnostics"]
        if state != self._preview.state or self._preview.is_plain:
            self._unsaved = {"diagnostics": self._shown_diagnostics(), "outline": answer["outline"]}
            self._notify_at = time.monotonic() + NOTIFY_AFTER
        if self._is_broken and self._unsaved:
            self.save(state)

    def tick(self) -> None:
        """Writes that the text is being built once that takes long; to be called several times a second."""
        if time.monotonic() >= self._notify_at:
            self.save(PreviewState.BUILDING)

    def compiled(self, output: Path) -> None:
        """Sends the rune ahead to those who show the text: its row is written after that."""
        if not self._preview.is_plain:
            return
        with output.open("rb") as file:
            rune = file.read(LARGEST_PUSHED + 1)
        if len(rune) <= LARGEST_PUSHED:
            tree = self._tree
            push_rune(
                self._preview.project_id,
                sequence=tree.sequence,
                version=tree.digest,
                digest=digest_of(rune),
                rune=rune,
            )

    def logged(self, answer: Answer) -> None:
        """A preview has no log."""

    def searched(self, scan: Mapping[str, Any]) -> None:
        """A preview is not published."""

    def verified(self, verification: Mapping[str, Any], milliseconds: float) -> None:
        """A preview is not verified."""

    def measured(self, run: Mapping[str, Any] | None, reason: str) -> None:
        """A preview is not measured."""

    def tried(self, background: BackgroundTrialJson) -> None:
        """A preview is tried on nothing."""

    def evaluated(self, evaluation: Mapping[str, Any], milliseconds: float) -> None:
        """A preview runs no samples."""

    def counted(self, needs: Mapping[str, Any]) -> None:
        """A preview has no packages."""

    def failed(self, answer: Answer) -> None:
        if self._is_broken:
            return
        values = {"diagnostics": answer["diagnostics"]} if answer["diagnostics"] else {}
        self.save(PreviewState.FAILED, error=answer["error"], **values)

    @transaction.atomic
    def save(self, state: PreviewState, *, error: str = "", **values: Any) -> None:
        """Writes what was found, with the result of the check, unless another process has looked at a newer text
        meanwhile."""
        values, self._unsaved, self._notify_at = self._unsaved | values, {}, math.inf
        preview, sequence = self._preview, self._tree.sequence
        rows = Preview.objects.filter(pk=preview.pk, sequence__lte=sequence)
        row = {"sequence": sequence, "state": state, "error": error, "toolchain": TOOLCHAIN} | values
        if not rows.update(changed=timezone.now(), **row):
            return
        if preview.is_plain and "outline" in values:
            keep_contents(preview.project_id, values["outline"], self._tree.manifest)
        saved_preview = Preview.objects.select_related("project", "build__version", "build__artefact").get(
            pk=preview.pk
        )
        append_event(saved_preview.project.stream, _event_of(saved_preview))


def _event_of(preview: Preview) -> NewEvent:
    """Returns the event of a preview, with the answer of `GET` for any member unless it is too large for a message."""
    if not preview.is_plain:
        return PREVIEW_WATCHED(watch=str(preview.pk), state=preview.state, answer=watch_to_json(preview))
    answer = preview_to_json(preview)
    if len(json.dumps(answer)) > EVENT_LIMIT:
        return PREVIEW_CHANGED(sequence=preview.sequence, state=preview.state)
    return PREVIEW_CHANGED(sequence=preview.sequence, state=preview.state, preview=answer)


def preview_build(project: Project, artefact: Artefact) -> Build:
    """The build by which a rune that nobody pressed Build for is shown; within the caller's transaction."""
    build = Build.objects.filter(project=project, kind=BuildTrigger.PREVIEW, artefact=artefact).first()
    if build is not None:
        return build
    return Build.objects.create(
        project=project,
        name=project.name,
        kind=BuildTrigger.PREVIEW,
        artefact=artefact,
        diagnostics=artefact.diagnostics,
    )


def _failed_before(preview: Preview, tree: WorkingTree) -> list[dict[str, Any]]:
    """The failed tests of the text before, which are shown until those of this one end."""
    if not preview.is_plain or not has_tests(tree.manifest):
        return []
    return [each for each in preview.diagnostics if each["code"] == Code.FAILED_TEST.value]
