"""Finding builds and previews for a person: unknown and forbidden look the same."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Prefetch, QuerySet

from forge.accounts.access import nothing_for, nothing_here
from forge.accounts.permissions import Verb
from forge.builds.errors import NoPackage
from forge.builds.models import Build, BuildPackage, BuildQuerySet, Preview
from forge.core.actors import Actor
from forge.core.audit.entries import NOWHERE
from forge.jobs.errors import JobOver
from forge.jobs.models import Job
from forge.projects.models import Project
from rune.wording import plain


def find_build(actor: Actor, build_id: UUID) -> Build:
    """A build that the person may see. Raises `NotFound`, or `SignInNeeded` for a visitor."""
    return _find(actor, build_id, complete_builds())


def find_rune(actor: Actor, build_id: UUID) -> Build:
    """The same with its rune and project alone, because each edit waits for it."""
    builds = Build.objects.select_related(None).select_related("project__organisation", "artefact")
    return _find(actor, build_id, builds.defer(*_NOT_OF_A_RUNE))


_NOT_OF_A_RUNE = (
    *("diagnostics", "measurement", "evaluation"),
    *("artefact__spec", "artefact__report", "artefact__diagnostics"),
)
"""The large columns of a build and its artefact."""


def _readable(actor: Actor, builds: BuildQuerySet) -> BuildQuerySet:
    """Returns those that the person may read by their name: also builds and previews of drafts, which no list has."""
    return builds.filter(project__in=Project.objects.of_member_with_drafts(actor))


def _find(actor: Actor, build_id: UUID, builds: BuildQuerySet) -> Build:
    build = _readable(actor, builds).filter(pk=build_id).first()
    if build is None:
        there = Build.objects.select_related("project").filter(pk=build_id).first()
        raise nothing_for(actor, Verb.READ, f"the build {build_id}", there.project.place if there else NOWHERE)
    return build


def job_of_build(actor: Actor, build_id: UUID) -> Job:
    """The job that makes a build that the person may see. Raises `NotFound`, or `SignInNeeded` for a visitor, and
    `JobOver` for a preview, which is made already."""
    job = find_build(actor, build_id).job
    if job is None:
        raise JobOver("This is a preview. Only numbered builds can be cancelled.")
    return job


def find_numbered(actor: Actor, project: Project, number: int) -> Build:
    """A project's build by its number, for a member. Raises `NotFound`, or `SignInNeeded` for a visitor."""
    build = _readable(actor, complete_builds()).filter(project=project, number=number).first()
    if build is None:
        raise nothing_here(actor)
    return build


def builds_of(actor: Actor, project: Project) -> BuildQuerySet:
    """The project's numbered builds that the person may see, newest first."""
    return _readable(actor, complete_builds()).numbered().filter(project=project).order_by("-number")


def preview_of(project: Project) -> Preview | None:
    """The project's preview, if anyone looked at its text yet. The caller has found the project for someone."""
    return (
        Preview.objects.plain()
        .select_related("project", "build__version", "build__artefact")
        .filter(project=project)
        .first()
    )


def packages_for_reading() -> QuerySet[BuildPackage]:
    """Packages with the size and the digest of each, without the whole reports."""
    return BuildPackage.objects.select_related("artefact", "job").defer("artefact__report", "artefact__diagnostics")


def find_package(build: Build, target: str) -> BuildPackage:
    """The package of a build that somebody may see. Raises `NoPackage`, which says why there is none."""
    package = packages_for_reading().filter(build=build, target=target).first()
    if package is None:
        raise NoPackage(f"No package for {plain(target)} was requested with this build.")
    if package.refusal:
        raise NoPackage(package.refusal)
    if package.artefact is None:
        raise NoPackage("The package is not built yet. Try again when its job has ended.")
    return package


def complete_builds() -> BuildQuerySet:
    """Builds with all that is shown of them."""
    builds = Build.objects.select_related(
        "project__organisation", "version", "artefact", "data_version__data_set", "job__requested_by"
    )
    return builds.prefetch_related(Prefetch("packages", packages_for_reading()))
