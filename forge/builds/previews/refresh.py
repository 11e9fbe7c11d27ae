"""The previews of a project: its newest text, checked and, when it checks, built: as it is, and to be looked into.

Called by one thread of a process at a time for one project. What is found is stored in the `Preview` rows, so a restart
shows the last good runes at once.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from forge.builds.announcements import PREVIEW_CHANGED, PREVIEW_WATCHED
from forge.builds.artefacts.store import drop_unused
from forge.builds.contents import keep_contents
from forge.builds.errors import NoSuchFix, OverridesRefused, Stopping, TestsRefused
from forge.builds.execution import Execution
from forge.builds.jobs import Step, preview_job
from forge.builds.models import PLAIN, Artefact, Build, Kind, Preview, PreviewState
from forge.builds.notify import notify_preview
from forge.builds.previews.copies import COPY_LIMIT, files_of_copy
from forge.builds.previews.leases import PreviewLease
from forge.builds.serializers import preview_to_json, watch_to_json
from forge.compute.errors import ChildDied
from forge.compute.pool.compiler import Answer, Compiler
from forge.compute.pool.local_files import local_files
from forge.compute.pool.toolchain import PREVIEW_SECONDS, TOOLCHAIN, fetched_folder
from forge.compute.scheduler.pace import PaceNow, usual_pace
from forge.core.blobs.sweep import delete_if_unlinked
from forge.core.errors import Damaged
from forge.core.events.declarations import NewEvent
from forge.core.events.log import append_event
from forge.core.leases import unleased
from forge.projects.files.mounting import with_blocks
from forge.projects.models import Project
from forge.projects.versions.store import WorkingTree, working_tree
from rune.source.runefile.blocks.test_files import has_tests
from rune.source.runefile.codes import Code

EVENT_LIMIT = 64 * 1024
"""Characters of a preview's JSON that go with its event; pages ask for a larger one."""
BROKEN_OFF = timedelta(seconds=30)
"""Time without a change after which a preview that no worker has a lease of was forgotten or broken off."""
RESUMED = 20
"""Previews that are resumed at a time."""
BUILD_LIMIT = 5
"""Builds of previews of a project that are kept; the ones that run in pages are always among them."""
REQUESTED_LIMIT = 6
"""Sets of options of one project that are remembered."""


def resume_previews(age: timedelta = BROKEN_OFF) -> None:
    """Has previews made that are missing, behind their text, or half made, where nothing happened for so long.

    A notification that was lost, or a process that died in the middle, leaves them so. Some at a time: people come
    before what nobody looks at.
    """
    now = timezone.now()
    before = now - age
    quiet = Project.objects.alive().filter(changed__lte=before)
    missing = quiet.filter(~Exists(Preview.objects.plain().filter(project=OuterRef("pk"))), sequence__gt=0)
    behind = Q(state__in=(PreviewState.CHECKING, PreviewState.BUILDING)) | Q(sequence__lt=F("project__sequence"))
    left = Preview.objects.filter(behind, unleased(now), project__in=quiet, changed__lte=before)
    projects = [*left.values_list("project_id", flat=True)[:RESUMED], *missing.values_list("pk", flat=True)[:RESUMED]]
    for project_id in dict.fromkeys(projects):
        notify_preview(project_id)


def refresh_previews(
    project_id: UUID, compiler: Compiler, stopping: threading.Event, pace: PaceNow = usual_pace
) -> None:
    """Brings a project's previews up to its newest text: its own, then those that were requested, the newest first."""
    project = Project.objects.alive().filter(pk=project_id).first()
    if project is None:
        return
    own, _ = Preview.objects.select_related("project").get_or_create(project=project, key=PLAIN)
    own.project = project
    waiting = Preview.objects.requested().select_related("project").filter(project=project, state=PreviewState.BUILDING)
    behind = [*([] if own.is_settled else [own]), *waiting]
    for preview in behind:
        try:
            _refresh(preview, compiler, stopping, pace)
        except Stopping:
            return
    if behind:
        prune_previews(project_id)


def _refresh(preview: Preview, compiler: Compiler, stopping: threading.Event, pace: PaceNow) -> None:
    """Makes the preview of the newest text, or of its copy, unless another worker is at it."""
    seen = working_tree(preview.project) if preview.copy is None else files_of_copy(preview, preview.copy)
    lease = PreviewLease(preview.pk, seen.sequence)
    if not lease.take():
        return

    def tick() -> None:
        if stopping.is_set():
            raise Stopping
        lease.keep()

    try:
        _make(preview, seen, compiler, tick, pace)
    finally:
        lease.release()


def _make(preview: Preview, seen: WorkingTree, compiler: Compiler, tick: Callable[[], None], pace: PaceNow) -> None:
    recorder = PreviewRecorder(preview, seen)
    try:
        if preview.fix is not None:
            seen = with_fix(preview.project, seen, preview.fix, compiler, tick, pace)
        if preview.copy is not None:
            seen = with_overrides(preview, preview.copy["overrides"], seen, compiler, tick, pace)
        if preview.tests is not None:
            outline = compiled_tests(preview, preview.tests, seen, compiler, tick, pace)
            recorder.save(PreviewState.READY, outline=outline)
            return
        job = preview_job(preview, seen)
        artefact = Execution(job, recorder).run(
            lambda: nullcontext(compiler), limit=PREVIEW_SECONDS, tick=tick, pace=pace
        )
        if artefact is not None and preview.is_plain and has_tests(seen.manifest) and not _is_superseded(preview, seen):
            recorder.tested(failed_tests(preview, seen, compiler, tick, pace))
    except (NoSuchFix, TestsRefused, OverridesRefused) as error:
        recorder.save(PreviewState.FAILED, error=str(error))
    except Damaged as error:
        recorder.save(PreviewState.FAILED, error=error.detail)
    except ChildDied as error:
        recorder.save(PreviewState.FAILED, error=f"{error.reason} The preview is built again at the next edit.")


def with_fix(
    project: Project,
    seen: WorkingTree,
    fix: Mapping[str, Any],
    compiler: Compiler,
    tick: Callable[[], None],
    pace: PaceNow = usual_pace,
) -> WorkingTree:
    """These files of a project's with one of their fixes in them, which the compiler's process finds and applies.

    Raises `NoSuchFix`, `ChildDied` and what `tick` raises.
    """
    job = {"op": "fix", "fix": fix}
    answer, reason = _answer(job, project, seen, compiler, tick, pace)
    if answer is None:
        raise NoSuchFix(reason)
    if "refused" in answer:
        raise NoSuchFix(answer["refused"])
    return seen.with_text(answer["path"], answer["text"].encode("utf-8"))


def compiled_tests(
    preview: Preview,
    path: str,
    seen: WorkingTree,
    compiler: Compiler,
    tick: Callable[[], None],
    pace: PaceNow = usual_pace,
) -> dict[str, Any]:
    """What the tests of this file find, compiled and run by the compiler's process.

    Raises `TestsRefused`, `ChildDied` and what `tick` raises.
    """
    job = {"op": "test", "path": path}
    answer, reason = _answer(job, preview.project, seen, compiler, tick, pace)
    if answer is None or "refused" in answer:
        raise TestsRefused(reason if answer is None else answer["refused"])
    return answer


def failed_before(preview: Preview, seen: WorkingTree) -> list[dict[str, Any]]:
    """The failed tests of the text before, which are shown until those of this one end."""
    if not preview.is_plain or not has_tests(seen.manifest):
        return []
    return [each for each in preview.diagnostics if each["code"] == Code.FAILED_TEST.value]


def failed_tests(
    preview: Preview, seen: WorkingTree, compiler: Compiler, tick: Callable[[], None], pace: PaceNow = usual_pace
) -> list[dict[str, Any]]:
    """The problems of the tests that fail, of the blocks that the pipeline runs. They run once the rune is there.

    Raises `TestsRefused`, `ChildDied` and what `tick` raises.
    """
    answer, reason = _answer({"op": "pipeline-tests"}, preview.project, seen, compiler, tick, pace)
    if answer is None:
        raise TestsRefused(reason)
    problems: list[dict[str, Any]] = answer["problems"]
    return problems


def _is_superseded(preview: Preview, seen: WorkingTree) -> bool:
    """Whether a newer text waits to be built, whose tests are to run instead."""
    return Project.objects.filter(pk=preview.project_id, sequence__gt=seen.sequence).exists()


def with_overrides(
    preview: Preview,
    overrides: Sequence[Mapping[str, str]],
    seen: WorkingTree,
    compiler: Compiler,
    tick: Callable[[], None],
    pace: PaceNow = usual_pace,
) -> WorkingTree:
    """These files with overrides applied, which the compiler's process does.

    Raises `OverridesRefused`, `ChildDied` and what `tick` raises.
    """
    job = {"op": "apply-overrides", "overrides": overrides}
    answer, reason = _answer(job, preview.project, seen, compiler, tick, pace)
    if answer is None or "refused" in answer:
        raise OverridesRefused(reason if answer is None else answer["refused"])
    for path, text in answer["texts"].items():
        seen = seen.with_text(path, text.encode("utf-8"))
    return seen


def _answer(
    job: Mapping[str, Any],
    project: Project,
    seen: WorkingTree,
    compiler: Compiler,
    tick: Callable[[], None],
    pace: PaceNow,
) -> tuple[dict[str, Any] | None, str]:
    """The compiler's answer about a project's files, or None and the reason."""
    answers: list[Answer] = []
    with local_files(with_blocks(project, seen.manifest, seen.texts), fetched_folder(), seen.texts) as files:
        compiler.run(
            job,
            answers.append,
            owner=project.organisation_id,
            files=files,
            limit=PREVIEW_SECONDS,
            tick=tick,
            pace=pace,
        )
    if not answers:
        return None, "There was no answer."
    return answers[0].get("answer"), answers[0].get("error", "")


class PreviewRecorder:
    """Records the result of building a project's text in the preview, and sends its event."""

    def __init__(self, preview: Preview, seen: WorkingTree) -> None:
        self._preview = preview
        self._seen = seen
        self._is_broken = False
        self._diagnostics: list[dict[str, Any]] = []
        """What the check says of the text."""
        self._failed_tests = failed_before(preview, seen)

    def take(self, artefact: Artefact, *, is_new: bool) -> None:
        values: dict[str, Any] = {"build": preview_build(self._preview.project, artefact)}
        if not is_new:
            # Nobody checks this time.
            self._diagnostics = artefact.diagnostics
            values |= {"diagnostics": self._shown_diagnostics(), "outline": artefact.report["pipeline"]}
        self.save(PreviewState.READY, **values)

    def tested(self, problems: list[dict[str, Any]]) -> None:
        """The tests of the project's blocks ended; `problems` are those that failed."""
        if problems != self._failed_tests:
            self._failed_tests = problems
            self.save(PreviewState.READY, diagnostics=self._shown_diagnostics())

    def _shown_diagnostics(self) -> list[dict[str, Any]]:
        return [*self._diagnostics, *self._failed_tests]

    def reused(self, missing: tuple[Step, ...]) -> None:
        """It is shown already."""

    def checked(self, answer: Answer) -> None:
        self._is_broken = answer["broken"]
        state = PreviewState.BROKEN if self._is_broken else PreviewState.BUILDING
        self._diagnostics = answer["diagnostics"]
        if state != self._preview.state or self._preview.is_plain:
            self.save(state, diagnostics=self._shown_diagnostics(), outline=answer["outline"])

    def logged(self, answer: Answer) -> None:
        """A preview has no log."""

    def searched(self, scan: Mapping[str, Any]) -> None:
        """A preview is not published."""

    def verified(self, verification: Mapping[str, Any], milliseconds: float) -> None:
        """A preview is not verified."""

    def measured(self, run: Mapping[str, Any] | None, reason: str) -> None:
        """A preview is not measured."""

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
        """Writes what was found, unless another process has looked at a newer text meanwhile."""
        preview, sequence = self._preview, self._seen.sequence
        rows = Preview.objects.filter(pk=preview.pk, sequence__lte=sequence)
        row = {"sequence": sequence, "state": state, "error": error, "toolchain": TOOLCHAIN} | values
        if not rows.update(changed=timezone.now(), **row):
            return
        if preview.is_plain and "outline" in values:
            keep_contents(preview.project_id, values["outline"], self._seen.manifest)
        stored = Preview.objects.select_related("project", "build__version", "build__artefact").get(pk=preview.pk)
        append_event(stored.project.stream, _event_of(stored))


def _event_of(preview: Preview) -> NewEvent:
    """What became of a preview, with what `GET` answers to any member, unless it is too large for a message."""
    if not preview.is_plain:
        return PREVIEW_WATCHED(watch=str(preview.pk), state=preview.state, answer=watch_to_json(preview))
    shown = preview_to_json(preview)
    if len(json.dumps(shown)) > EVENT_LIMIT:
        return PREVIEW_CHANGED(sequence=preview.sequence, state=preview.state)
    return PREVIEW_CHANGED(sequence=preview.sequence, state=preview.state, preview=shown)


def preview_build(project: Project, artefact: Artefact) -> Build:
    """The build by which a rune that nobody pressed Build for is shown; within the caller's transaction."""
    shown = Build.objects.filter(project=project, kind=Kind.PREVIEW, artefact=artefact).first()
    if shown is not None:
        return shown
    return Build.objects.create(
        project=project, name=project.name, kind=Kind.PREVIEW, artefact=artefact, diagnostics=artefact.diagnostics
    )


def prune_previews(project_id: UUID) -> None:
    """Forgets all but the newest requested previews and builds of previews, with the files that nothing else uses."""
    with transaction.atomic():
        mine = Preview.objects.requested().filter(project_id=project_id).order_by("-requested")
        copies = mine.copies()
        watched = mine.exclude(pk__in=copies.order_by().values("pk"))
        for requested, limit in ((watched, REQUESTED_LIMIT), (copies, COPY_LIMIT)):
            Preview.objects.filter(pk__in=list(requested.values_list("pk", flat=True)[limit:])).delete()
        shown = Build.objects.filter(project_id=project_id, kind=Kind.PREVIEW)
        shown_by_itself = shown.filter(previews__key=PLAIN).count()
        rest = shown.filter(previews=None).order_by("-created")
        old = list(rest[BUILD_LIMIT - min(1, shown_by_itself) :])
        Build.objects.filter(pk__in=[build.pk for build in old]).delete()
        digests = drop_unused({build.artefact_id for build in old if build.artefact_id is not None}) if old else set()
    delete_if_unlinked(digests)
