"""Stores the rows of a build that somebody asks for. `forge.builds.actions` decides who may ask, and tells of it."""

from __future__ import annotations

from uuid import uuid4

from forge.accounts.principals import token_of
from forge.builds.choices import choices_of, manner_to_json
from forge.builds.models import Build, BuildPackage, BuildTrigger
from forge.builds.runs.building import BUILD
from forge.builds.runs.quotas import PACKAGE_KIND
from forge.compute.parties import party_of
from forge.compute.scheduler.slots import Party
from forge.core.actors import Actor
from forge.core.database.numbers import next_number
from forge.jobs.kinds import kind_of
from forge.jobs.models import Job
from forge.jobs.queue import create_job
from forge.projects.models import Project, Version


def store_build(actor: Actor, project: Project, version: Version) -> Job:
    """Stores a build with its packages and returns its job. The caller has locked the project, and tells of the job."""
    choices = choices_of(project)
    build_id = uuid4()
    party = party_of(actor, project.organisation_id)
    token = token_of(actor)
    job = create_job(
        BUILD,
        project.organisation_id,
        {"build": str(build_id)} | ({} if token is None else {"token": str(token)}),
        party=party,
        project=project,
        # One of a version that is being built waits, for it will reuse what comes of that.
        key=f"version:{version.pk}",
    )
    build = Build.objects.create(
        pk=build_id,
        job=job,
        project=project,
        version=version,
        name=project.name,
        kind=BuildTrigger.NUMBERED,
        number=next_number(Build.objects.filter(project=project)),
        **manner_to_json(choices),
    )
    BuildPackage.objects.bulk_create(
        BuildPackage(build=build, target=target, job=_package_job(build, job, target, party))
        for target in choices.targets
    )
    return job


def _package_job(build: Build, of_build: Job, target: str, party: Party) -> Job:
    """A job that makes a package once the build has succeeded. That of the build tells of all of them."""
    spec = {"build": str(build.pk), "target": target}
    key = f"package:{build.version_id}:{target}"
    return create_job(
        kind_of(PACKAGE_KIND),
        party.organisation,
        spec,
        party=party,
        project=build.project,
        key=key,
        required_job=of_build,
    )
