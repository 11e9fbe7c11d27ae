"""Actions on builds. Each checks the permission and does it; what changes a build is audited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.accounts.quotas.limits import require_room
from forge.builds.announcements import TARGETS_CHANGED
from forge.builds.choices import checked_choices, choices_facets, choices_of, manner_to_json
from forge.builds.errors import TooManyBuilds
from forge.builds.models import Build, BuildChoices, BuildTrigger
from forge.builds.previews.variants import remake_previews
from forge.builds.runs.quotas import require_another_build
from forge.builds.runs.storing import store_build
from forge.collab.pushed_runes import PREVIEW_DOWNLOAD
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition
from forge.jobs.queue import announce
from forge.jobs.workers.slots import notify_workers
from forge.projects.access import require
from forge.projects.actions import note_download
from forge.projects.models import Project, Version
from forge.projects.versions.store import snapshot

MAX_WAITING_BUILDS = 20
"""Builds of one project that may wait or run at once."""


def request_build(actor: Actor, project: Project) -> Build:
    """Asks for a build of the files as they are now.

    Raises `Forbidden`, `TooManyBuilds`, `TooOften` and `StorageQuotaReached`.
    """
    require(actor, Verb.BUILD, project)
    require_room(project.organisation_id)
    # The files are stored before the transaction, in which nothing is waited for.
    return _queue(actor, project, snapshot(project, actor.person))


def build_version(actor: Actor, version: Version) -> Build:
    """Asks for a build of a version, such as one that nobody has made the project's files yet.

    Raises what `request_build` raises.
    """
    require(actor, Verb.BUILD, version.project)
    require_room(version.project.organisation_id)
    return _queue(actor, version.project, version)


@transaction.atomic
def _queue(actor: Actor, project: Project, version: Version) -> Build:
    # The row's lock gives numbers their order.
    Project.objects.lock(project.pk)
    require_another_build(project.organisation, actor.person)
    mine = Build.objects.filter(project=project)
    if mine.numbered().unfinished().count() >= MAX_WAITING_BUILDS:
        raise TooManyBuilds(
            f"{MAX_WAITING_BUILDS} builds of this project are waiting already. Wait for one to finish, or cancel one."
        )
    job = store_build(actor, project, version)
    build = job.build
    write_entry(actor, "build.request", build.subject, project.place, number=build.number)
    announce(job)
    transaction.on_commit(notify_workers, robust=True)
    return build


@transaction.atomic
def choose_for_builds(
    actor: Actor, project: Project, values: Mapping[str, Any], *, precondition: Precondition = None
) -> None:
    """Remembers what each later build of the project is made for: `targets` of packages, `optimize`,
    `optimize_packages` and `match`, those that are named. `precondition` is about all of them.

    Raises `Forbidden`, `Invalid` and `Stale`.
    """
    require(actor, Verb.BUILD, project)
    # The row's lock: two who choose at once get their answers one after the other.
    Project.objects.lock(project.pk)
    before = choices_of(project)
    require_precondition(choices_facets(before), precondition)
    choices = checked_choices(values, before)
    if choices == before:
        return
    targets, manner = list(choices.targets), manner_to_json(choices)
    BuildChoices.objects.update_or_create(project=project, defaults={"targets": targets, **manner})
    write_entry(actor, "targets.choose", project.stream, project.place, targets=targets, **manner)
    append_event(project.stream, TARGETS_CHANGED(targets=targets, **manner))
    if choices.match != before.match:
        remake_previews(project)


def note_rune_download(actor: Actor, build: Build) -> None:
    """Writes down that someone takes out a build's rune. Previews count as one thing: each edit makes another.

    Raises `Forbidden` and `NotFound`.
    """
    if build.kind != BuildTrigger.NUMBERED:
        note_download(actor, build.project, PREVIEW_DOWNLOAD)
    elif build.artefact is not None:
        what = {"number": build.number, "digest": build.artefact.digest}
        note_download(actor, build.project, "rune.download", build.subject, **what)
