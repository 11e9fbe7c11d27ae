"""The tests of a project's blocks, which run once its preview is there: those that fail are problems of the preview.

They never delay a preview: whatever is requested for the project ends them, and they begin again afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any
from uuid import UUID

from forge.builds.errors import PreviewSuperseded, TestsRefused
from forge.builds.models import Preview, PreviewState
from forge.builds.previews.compiler_requests import ask_compiler
from forge.builds.previews.recorder import PreviewRecorder
from forge.builds.previews.superseding import PreviewWork
from forge.compute.errors import ChildDied
from forge.compute.pool.compiler import Compiler
from forge.compute.scheduler.compute_pace import PaceNow
from forge.core.errors import BytesDamaged
from forge.projects.versions.store import WorkingTree, working_tree
from rune.source.runefile.blocks.test_files import has_tests

_lock = Lock()
_untested_projects: set[UUID] = set()
"""Projects whose newest preview has tests that did not come to their end in this process."""


def expect_tests(project_id: UUID) -> None:
    """The project has a new preview, whose tests are to run."""
    with _lock:
        _untested_projects.add(project_id)


def run_expected_tests(
    project_id: UUID, compiler: Compiler, tick: Callable[[], None], pace: PaceNow, work: PreviewWork
) -> None:
    """Runs the tests of the project's newest preview if they are expected. Raises what `tick` raises."""
    if project_id not in _untested_projects:
        return
    preview = Preview.objects.plain().select_related("project").get(project=project_id)
    is_pending = Preview.objects.requested().filter(project=project_id, state=PreviewState.BUILDING).exists()
    if not preview.is_settled or is_pending:
        return
    try:
        if preview.state == PreviewState.READY:
            _run_tests(preview, compiler, tick, pace, work)
    except PreviewSuperseded:
        return
    except (TestsRefused, BytesDamaged, ChildDied):
        # The build says why; the next edit has another try.
        pass
    with _lock:
        _untested_projects.discard(project_id)


def _run_tests(
    preview: Preview, compiler: Compiler, tick: Callable[[], None], pace: PaceNow, work: PreviewWork
) -> None:
    tree = working_tree(preview.project)
    if tree.sequence != preview.sequence or not has_tests(tree.manifest):
        return
    with work.of_tests(compiler):
        PreviewRecorder(preview, tree).tested(failed_tests(preview, tree, compiler, tick, pace))


def failed_tests(
    preview: Preview, tree: WorkingTree, compiler: Compiler, tick: Callable[[], None], pace: PaceNow
) -> list[dict[str, Any]]:
    """The problems of the tests that fail, of the blocks that the pipeline runs.

    Raises `TestsRefused`, `PreviewSuperseded`, `ChildDied` and what `tick` raises.
    """
    answer, reason = ask_compiler({"op": "pipeline-tests"}, preview.project, tree, compiler, tick, pace)
    if answer is None:
        raise TestsRefused(reason)
    problems: list[dict[str, Any]] = answer["problems"]
    return problems
