"""Requests about a project's files that the compiler's process answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from forge.builds.errors import PreviewSuperseded
from forge.compute.pool.compiler import Answer, Compiler
from forge.compute.pool.local_files import local_files
from forge.compute.pool.toolchain import PREVIEW_SECONDS, fetched_folder
from forge.compute.scheduler.compute_pace import PaceNow
from forge.projects.models import Project
from forge.projects.versions.mounting import with_blocks
from forge.projects.versions.store import WorkingTree


def ask_compiler(
    job: Mapping[str, Any],
    project: Project,
    tree: WorkingTree,
    compiler: Compiler,
    tick: Callable[[], None],
    pace: PaceNow,
) -> tuple[dict[str, Any] | None, str]:
    """The compiler's answer about a project's files, or None and the reason. Raises `PreviewSuperseded`, `ChildDied`
    and what `tick` raises."""
    answers: list[Answer] = []
    with local_files(with_blocks(project, tree.manifest, tree.texts), fetched_folder(), tree.texts) as files:
        compiler.run(
            job,
            answers.append,
            owner=project.organisation_id,
            files=files,
            limit=PREVIEW_SECONDS,
            tick=tick,
            pace=pace,
        )
    if any(answer["event"] == "interrupted" for answer in answers):
        raise PreviewSuperseded
    if not answers:
        return None, "There was no answer."
    return answers[0].get("answer"), answers[0].get("error", "")
