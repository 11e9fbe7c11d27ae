"""Actions on previews. Each checks the permission; nothing of the project changes, so none is audited."""

from __future__ import annotations

from typing import Any

from forge.accounts.permissions import Verb
from forge.builds.access import preview_of
from forge.builds.errors import NoStageValues
from forge.builds.models import Build, Preview, plain_options
from forge.builds.previews.notify import previews
from forge.builds.previews.stages import stage_wires, start_stages
from forge.builds.previews.watches import checked_fix, checked_tests, checked_wires, start_watch
from forge.core.actors import Actor
from forge.projects.access import require
from forge.projects.models import Project


def refresh_preview(actor: Actor, project: Project) -> Preview | None:
    """Returns the preview. Queues a build of it where it is older than the text, or where a crash interrupted it.

    The right to read the project is enough, because each edit queues the same build. Raises what `require` raises.
    """
    require(actor, Verb.READ, project)
    preview = preview_of(project)
    if preview is None or not preview.is_settled:
        # If a worker is building it now, the second build ends at once: the text has not changed.
        previews.touch(project.pk)
    return preview


def watch_wires(actor: Actor, project: Project, requested_wires: Any, *, timed: bool = False) -> Preview:
    """Asks for what flows in these wires, of the newest text, or, `timed`, for a rune that says when each stage ends.

    Only a timed one may name no wires. Raises `Invalid`, and `Forbidden` or `NotFound`.
    """
    require(actor, Verb.READ, project)
    wires = [] if timed and requested_wires == [] else checked_wires(requested_wires)
    return start_watch(project, {"watched": wires, "timed": timed})


def watch_stages(actor: Actor, build: Build) -> Preview:
    """Asks for the rune of a build's files that also sends what its stages give.

    Raises `NoStageValues`, and `Forbidden` or `NotFound`.
    """
    require(actor, Verb.READ, build.project)
    wires = stage_wires(build)
    if not wires:
        raise NoStageValues("This build has no stages whose values can be shown. Build the files again.")
    return start_stages(build, wires)


def run_tests(actor: Actor, project: Project, path: Any) -> Preview:
    """Asks for the tests of a block of the newest text to be run compiled; `path` is that of their file.

    Raises `Invalid`, and `Forbidden` or `NotFound`.
    """
    require(actor, Verb.READ, project)
    return start_watch(project, {**plain_options(), "tests": checked_tests(path)})


def ask_for_embedding(actor: Actor, project: Project) -> Preview:
    """Asks for the rune of the newest text that sends what the last layer of its model reads.

    Raises `Forbidden` or `NotFound`.
    """
    require(actor, Verb.READ, project)
    return start_watch(project, {**plain_options(), "teach": True})


def try_fix(actor: Actor, project: Project, fix: Any) -> Preview:
    """Asks for the rune of the newest text with a fix in it. Nothing is written into the text.

    `fix` names the fix as `forge.compute.child.steps.fix` finds it. Raises `Invalid`, and `Forbidden` or
    `NotFound`.
    """
    require(actor, Verb.READ, project)
    return start_watch(project, {**plain_options(), "fix": checked_fix(fix)})
