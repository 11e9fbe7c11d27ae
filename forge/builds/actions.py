"""Actions on builds: request and cancel. Each checks the permission, does it and writes the audit entry."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from forge.accounts.access import nothing_for
from forge.accounts.permissions import Verb
from forge.builds.errors import BuildOver, TooManyBuilds
from forge.builds.leases import Line, announce, append_log
from forge.builds.models import UNFINISHED, Build, BuildQuerySet, Kind, Preview, State
from forge.builds.notify import notify_workers, previews
from forge.core.actors import Actor
from forge.core.audit import write_entry
from forge.projects.access import require
from forge.projects.models import Project, Version
from forge.projects.versions import snapshot

WAITING_LIMIT = 20
"""Builds of one project that may wait or run at once."""


def find_build(actor: Actor, build_id: UUID) -> Build:
    """A build that the person may see. Raises `NotFound`, or `SignInNeeded` for a visitor."""
    build = _complete().visible_to(actor).filter(pk=build_id).first()
    if build is None:
        raise nothing_for(actor)
    return build


def find_numbered(actor: Actor, project: Project, number: int) -> Build:
    """A project's build by its number, for a member. Raises `NotFound`, or `SignInNeeded` for a visitor."""
    build = _complete().visible_to(actor).filter(project=project, number=number).first()
    if build is None:
        raise nothing_for(actor)
    return build


def builds_of(actor: Actor, project: Project) -> BuildQuerySet:
    """The project's numbered builds that the person may see, newest first."""
    return _complete().visible_to(actor).numbered().filter(project=project).order_by("-number")


def preview_of(project: Project) -> Preview | None:
    """The project's preview, if anyone looked at its text yet. The caller has found the project for someone."""
    return (
        Preview.objects.plain()
        .select_related("project", "build__version", "build__artefact")
        .filter(project=project)
        .first()
    )


def refresh_preview(actor: Actor, project: Project) -> Preview | None:
    """The preview; where it is behind the text, or was left half made by a crash, it is made anew soon.

    Whoever may read may do so: it makes what an edit makes by itself. Raises what `require` does.
    """
    require(actor, Verb.READ, project)
    preview = preview_of(project)
    if preview is None or not preview.is_settled:
        # One that is being made right now is asked for once more, which finds nothing to do.
        previews.touch(project.pk)
    return preview


def _complete() -> BuildQuerySet:
    return Build.objects.select_related("project__organisation", "version", "artefact", "requested_by")


def request_build(actor: Actor, project: Project) -> Build:
    """Asks for a build of the files as they are now. Raises `Forbidden` and `TooManyBuilds`."""
    require(actor, Verb.BUILD, project)
    # The files are stored before the transaction, in which nothing is waited for.
    return _queue(actor, project, snapshot(project, actor.person))


@transaction.atomic
def _queue(actor: Actor, project: Project, version: Version) -> Build:
    # The row's lock gives numbers their order.
    Project.objects.select_for_update().only("pk").get(pk=project.pk)
    mine = Build.objects.filter(project=project)
    if mine.numbered().unfinished().count() >= WAITING_LIMIT:
        raise TooManyBuilds(
            f"{WAITING_LIMIT} builds of this project are waiting already. Wait for one to finish, or cancel one."
        )
    build = Build.objects.create(
        project=project,
        version=version,
        name=project.name,
        kind=Kind.NUMBERED,
        number=(mine.aggregate(last=Max("number"))["last"] or 0) + 1,
        requested_by=actor.person,
    )
    write_entry(actor, "build.request", build.subject, project=str(project.pk), number=build.number)
    announce(build)
    transaction.on_commit(notify_workers, robust=True)
    return build


@transaction.atomic
def cancel_build(actor: Actor, build: Build) -> Build:
    """Ends a build that waits or runs; whoever works on it finds its lease gone. Raises `Forbidden` and `BuildOver`."""
    require(actor, Verb.BUILD, build.project)
    unfinished = Build.objects.filter(pk=build.pk, state__in=UNFINISHED, kind=Kind.NUMBERED)
    if not unfinished.update(state=State.CANCELLED, fence=F("fence") + 1, lease_until=None, finished=timezone.now()):
        raise BuildOver("This build has ended, so it cannot be cancelled.")
    build.refresh_from_db()
    append_log(build, [Line("worker", f"{actor.person} cancelled the build.", level="warning")])
    write_entry(actor, "build.cancel", build.subject, project=str(build.project_id), number=build.number)
    announce(build)
    return build
