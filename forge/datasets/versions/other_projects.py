"""Data that several projects of an organisation use: a project names a version of another one's data by its digest.

Who reads the other project may use its data. Samples whose consent does not cover other projects stay out.
"""

from __future__ import annotations

from django.db.models import Exists, F, Max, OuterRef

from forge.core.actors import Actor
from forge.datasets.models import DataVersion, DataVersionQuerySet, Sample, SampleQuerySet
from forge.datasets.sample_uses import SampleUse, UsePlace
from forge.projects.models import Project

VERSIONS_OFFERED = 20
"""Versions of other projects that a form offers."""


def find_usable_version(actor: Actor | None, project: Project, digest: str) -> DataVersion | None:
    """The version with this digest: of the project's own data, or else of another project of its organisation that the
    person may read."""
    own = DataVersion.objects.filter(data_set__project=project, digest=digest).first()
    if own is not None or actor is None:
        return own
    return _of_others(actor, project).filter(digest=digest).order_by("created").first()


def offered_versions(actor: Actor, project: Project) -> list[DataVersion]:
    """The newest version of each other project of the organisation that the person may read, where a consent of its
    samples covers other projects."""
    usable = Sample.objects.for_use(SampleUse.TRAINING, UsePlace.OTHER_PROJECT)
    versions = _of_others(actor, project).filter(Exists(usable.filter(data_set=OuterRef("data_set"))))
    newest = versions.annotate(newest=Max("data_set__versions__number")).filter(number=F("newest"))
    return list(newest.order_by("data_set__project__name")[:VERSIONS_OFFERED])


def usable_samples(version: DataVersion, project: Project, use: SampleUse) -> SampleQuerySet:
    """The samples of a version's data set that a project may use now, for itself or as another project."""
    return Sample.objects.for_use(use, place_of(version, project)).filter(data_set=version.data_set_id)


def place_of(version: DataVersion, project: Project) -> UsePlace:
    """Returns the place where a project uses a version."""
    return UsePlace.HERE if version.data_set.project_id == project.pk else UsePlace.OTHER_PROJECT


def name_for_giver(version: DataVersion, project: Project) -> str:
    """Returns the name of a project that uses samples for the person who gave them, who may not know that another one
    exists."""
    return project.full_name if place_of(version, project) is UsePlace.HERE else "another project"


def readable_source(actor: Actor, version: DataVersion | None) -> Project | None:
    """The project whose data a version is of; None where the person does not read it, or the version was deleted."""
    if version is None:
        return None
    sources = Project.objects.of_member(actor).select_related("organisation")
    return sources.filter(pk=version.data_set.project_id).first()


def _of_others(actor: Actor, project: Project) -> DataVersionQuerySet:
    versions = DataVersion.objects.visible_to(actor).filter(data_set__project__organisation=project.organisation_id)
    return versions.exclude(data_set__project=project).select_related("data_set__project__organisation")
