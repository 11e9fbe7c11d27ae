"""The previews of a project: its newest text, checked and, when it checks, built: as it is, and to be looked into.

Called by one thread of a process at a time for one project. What is found is stored in the `Preview` rows, so a restart
shows the last good runes at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from forge.builds.compiling.artefact_store import drop_unused
from forge.builds.compiling.build_task import preview_job
from forge.builds.compiling.execution import Execution
from forge.builds.errors import NoSuchFix, OverridesRefused, PreviewSuperseded, Stopping, TeachingRefused, TestsRefused
from forge.builds.hooks import text_settled
from forge.builds.models import PLAIN, Build, BuildTrigger, Preview, PreviewState
from forge.builds.previews.block_tests import expect_tests, run_expected_tests
from forge.builds.previews.compiler_requests import ask_compiler
from forge.builds.previews.copies import COPY_LIMIT, files_of_version
from forge.builds.previews.leases import PreviewLease
from forge.builds.previews.notify import notify_preview
from forge.builds.previews.recorder import PreviewRecorder
from forge.builds.previews.superseding import PreviewWork
from forge.builds.previews.teaching import embedding_tree
from forge.compute.errors import ChildDied
from forge.compute.pool.compiler import Compiler
from forge.compute.pool.toolchain import PREVIEW_SECONDS
from forge.compute.scheduler.compute_pace import PaceNow, usual_pace
from forge.core.blobs.sweep import delete_if_unlinked
from forge.core.database.full_disk import is_full_disk
from forge.core.database.leases import unleased
from forge.core.errors import BytesDamaged, DiskFull
from forge.projects.models import Project
from forge.projects.versions.store import WorkingTree, working_tree
from rune.source.runefile.blocks.test_files import has_tests

BROKEN_OFF = timedelta(seconds=30)
"""Time without a change after which a preview that no worker has a lease of was forgotten or broken off."""
RESUME_LIMIT = 20
"""Previews that are resumed at a time."""
BUILD_LIMIT = 5
"""Builds of previews of a project that are kept; the ones that run in pages are always among them."""
BUILDS_BETWEEN = 20
"""Builds of previews that come together before the old ones are deleted at once: to delete them takes longer than an
edit may, and each edit makes one."""
AGAIN = "The preview is built again at the next edit."
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
    # A requested one that is of an older text is made again only when somebody asks for it.
    outdated = Q(key=PLAIN, sequence__lt=F("project__sequence"))
    behind = Q(state__in=(PreviewState.CHECKING, PreviewState.BUILDING)) | outdated
    left = Preview.objects.filter(behind, unleased(now), project__in=quiet, changed__lte=before)
    projects = [
        *left.values_list("project_id", flat=True)[:RESUME_LIMIT],
        *missing.values_list("pk", flat=True)[:RESUME_LIMIT],
    ]
    for project_id in dict.fromkeys(projects):
        notify_preview(project_id)


def refresh_previews(
    project_id: UUID,
    compiler: Compiler,
    stopping: threading.Event,
    pace: PaceNow = usual_pace,
    work: PreviewWork | None = None,
) -> None:
    """Brings a project's previews up to its newest text: its own, then those that were requested, the newest first.
    Then runs the tests of its blocks. `work` lets others end what nobody needs any more."""
    work = work or PreviewWork()
    project = Project.objects.alive().filter(pk=project_id).first()
    if project is None:
        return
    own, _ = Preview.objects.select_related("project").get_or_create(project=project, key=PLAIN)
    own.project = project
    requested_previews = Preview.objects.requested().select_related("project")
    waiting = list(requested_previews.filter(project=project, state=PreviewState.BUILDING))
    behind = [*([] if own.is_settled else [own]), *waiting]
    try:
        for preview in behind:
            _refresh(preview, compiler, stopping, pace, work)
        if waiting or _has_many_builds(project_id):
            prune_previews(project_id)
        run_expected_tests(project_id, compiler, _tick_of(stopping), pace, work)
    except Stopping:
        return


def _tick_of(stopping: threading.Event) -> Callable[[], None]:
    def tick() -> None:
        if stopping.is_set():
            raise Stopping

    return tick


def _refresh(preview: Preview, compiler: Compiler, stopping: threading.Event, pace: PaceNow, work: PreviewWork) -> None:
    """Makes the preview of the newest text, or of its version, unless another worker is at it."""
    version = preview.version_id
    tree = working_tree(preview.project) if version is None else files_of_version(preview, version)
    lease = PreviewLease(preview.pk, tree.sequence)
    if not lease.take():
        return
    check_stopping = _tick_of(stopping)

    def tick() -> None:
        check_stopping()
        lease.keep()

    try:
        # No newer text replaces a version.
        with work.of_text(compiler, tree.sequence) if version is None else nullcontext():
            _make(preview, tree, compiler, tick, pace)
        if preview.is_plain:
            text_settled.call(preview.project, tree)
    except PreviewSuperseded:
        return
    finally:
        lease.release()


def _make(preview: Preview, tree: WorkingTree, compiler: Compiler, tick: Callable[[], None], pace: PaceNow) -> None:
    recorder = PreviewRecorder(preview, tree)
    try:
        if preview.fix is not None:
            tree = with_fix(preview.project, tree, preview.fix, compiler, tick, pace)
        if preview.is_for_teaching:
            tree = for_teaching(preview.project, tree, compiler, tick, pace)
        if preview.copy is not None:
            tree = with_overrides(preview, preview.copy["overrides"], tree, compiler, tick, pace)
        if preview.tests is not None:
            outline = compiled_tests(preview, preview.tests, tree, compiler, tick, pace)
            recorder.save(PreviewState.READY, outline=outline)
            return
        job = preview_job(preview, tree)

        def tick_and_notify() -> None:
            tick()
            recorder.tick()

        artefact = Execution(job, recorder).run(
            lambda: nullcontext(compiler), limit=PREVIEW_SECONDS, tick=tick_and_notify, pace=pace
        )
        if artefact is not None and preview.is_plain and has_tests(tree.manifest):
            expect_tests(preview.project_id)
    except (NoSuchFix, TestsRefused, OverridesRefused, TeachingRefused) as error:
        recorder.save(PreviewState.FAILED, error=str(error))
    except BytesDamaged as error:
        recorder.save(PreviewState.FAILED, error=error.detail)
    except ChildDied as error:
        recorder.save(PreviewState.FAILED, error=f"{error.reason} {AGAIN}")
    except Exception as error:
        if not is_full_disk(error):
            raise
        recorder.save(PreviewState.FAILED, error=f"{DiskFull.title}. Tell the operator. {AGAIN}")


def with_fix(
    project: Project,
    tree: WorkingTree,
    fix: Mapping[str, Any],
    compiler: Compiler,
    tick: Callable[[], None],
    pace: PaceNow = usual_pace,
) -> WorkingTree:
    """These files of a project's with one of their fixes in them, which the compiler's process finds and applies.

    Raises `NoSuchFix`, `ChildDied` and what `tick` raises.
    """
    job = {"op": "fix", "fix": fix}
    answer, reason = ask_compiler(job, project, tree, compiler, tick, pace)
    if answer is None:
        raise NoSuchFix(reason)
    if "refused" in answer:
        raise NoSuchFix(answer["refused"])
    return tree.with_text(answer["path"], answer["text"].encode("utf-8"))


def for_teaching(
    project: Project, tree: WorkingTree, compiler: Compiler, tick: Callable[[], None], pace: PaceNow = usual_pace
) -> WorkingTree:
    """These files of a project as far as a rune of them sends what the last layer of its model reads.

    Raises `TeachingRefused`, `ChildDied` and what `tick` raises.
    """
    answer, reason = ask_compiler({"op": "teachable"}, project, tree, compiler, tick, pace)
    if answer is None or "refused" in answer:
        raise TeachingRefused(reason if answer is None else answer["refused"])
    return embedding_tree(tree, answer)


def compiled_tests(
    preview: Preview,
    path: str,
    tree: WorkingTree,
    compiler: Compiler,
    tick: Callable[[], None],
    pace: PaceNow = usual_pace,
) -> dict[str, Any]:
    """Returns the results of this file's tests, compiled and run by the compiler's process.

    Raises `TestsRefused`, `ChildDied` and what `tick` raises.
    """
    job = {"op": "test", "path": path}
    answer, reason = ask_compiler(job, preview.project, tree, compiler, tick, pace)
    if answer is None or "refused" in answer:
        raise TestsRefused(reason if answer is None else answer["refused"])
    return answer


def with_overrides(
    preview: Preview,
    overrides: Sequence[Mapping[str, str]],
    tree: WorkingTree,
    compiler: Compiler,
    tick: Callable[[], None],
    pace: PaceNow = usual_pace,
) -> WorkingTree:
    """These files with overrides applied, which the compiler's process does.

    Raises `OverridesRefused`, `ChildDied` and what `tick` raises.
    """
    job = {"op": "apply-overrides", "overrides": overrides}
    answer, reason = ask_compiler(job, preview.project, tree, compiler, tick, pace)
    if answer is None or "refused" in answer:
        raise OverridesRefused(reason if answer is None else answer["refused"])
    for path, text in answer["texts"].items():
        tree = tree.with_text(path, text.encode("utf-8"))
    return tree


def _has_many_builds(project_id: UUID) -> bool:
    """Returns whether it is time to delete old builds of the project's previews."""
    builds = Build.objects.filter(project_id=project_id, kind=BuildTrigger.PREVIEW)
    return builds.count() >= BUILD_LIMIT + BUILDS_BETWEEN


def prune_previews(project_id: UUID) -> None:
    """Forgets all but the newest requested previews and builds of previews, with the files that nothing else uses."""
    with transaction.atomic():
        mine = Preview.objects.requested().filter(project_id=project_id).order_by("-requested")
        copies = mine.copies()
        watches = mine.exclude(pk__in=copies.order_by().values("pk"))
        for previews, limit in ((watches, REQUESTED_LIMIT), (copies, COPY_LIMIT)):
            Preview.objects.filter(pk__in=list(previews.values_list("pk", flat=True)[limit:])).delete()
        builds = Build.objects.filter(project_id=project_id, kind=BuildTrigger.PREVIEW)
        shown_by_itself = builds.filter(previews__key=PLAIN).count()
        rest = builds.filter(previews=None).order_by("-created")
        old = list(rest[BUILD_LIMIT - min(1, shown_by_itself) :])
        Build.objects.filter(pk__in=[build.pk for build in old]).delete()
        digests = drop_unused({build.artefact_id for build in old if build.artefact_id is not None}) if old else set()
    delete_if_unlinked(digests)
