"""Finding data sets, samples and versions for a person: unknown and forbidden look the same."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from forge.accounts.access import nothing_here
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.datasets.errors import DataVersionNotFound
from forge.datasets.models import Consent, ConsentQuerySet, DataSet, DataVersion, Group, Sample, SampleQuerySet
from forge.projects.access import require
from forge.projects.models import Project


def samples_of(actor: Actor, project: Project) -> SampleQuerySet:
    """The stored samples of a project, newest first. Raises `Forbidden` or `NotFound`."""
    # Who reads the project sees all of them: the condition of `visible_to` would be one more join for each row.
    require(actor, Verb.READ, project)
    return (
        Sample.objects.available()
        .filter(data_set__project=project)
        .select_related("group__person", "consent__data_set__project", "labelled_by", "analysis")
        .defer("analysis__features", "analysis__words")
        .order_by("-number")
    )


def find_sample(actor: Actor, project: Project, number: int) -> Sample:
    """A stored sample of a project. Raises `Forbidden` or `NotFound`."""
    sample = samples_of(actor, project).select_related("data_set__project__organisation").filter(number=number).first()
    if sample is None:
        raise nothing_here(actor)
    return sample


def find_consent(actor: Actor, consent_id: UUID) -> Consent:
    """A consent of a project that the person may read, or their own. Raises `NotFound`, or `SignInNeeded` for a
    visitor."""
    consents = Consent.objects.visible_to(actor).select_related("data_set__project__organisation", "person")
    consent = consents.filter(pk=consent_id).first()
    if consent is None:
        raise nothing_here(actor)
    return consent


def own_consents(actor: Actor) -> ConsentQuerySet:
    """Returns the person's consents that are not withdrawn, in any project, also of organisations that they left."""
    return Consent.objects.visible_to(actor).in_force().filter(person=actor.pk).select_related("person")


def versions_of(actor: Actor, project: Project) -> QuerySet[DataVersion]:
    """The versions of a project's data, newest first. Raises `Forbidden` or `NotFound`."""
    require(actor, Verb.READ, project)
    versions = DataVersion.objects.visible_to(actor).filter(data_set__project=project)
    return versions.select_related("saved_by").order_by("-number")


def find_version(actor: Actor, project: Project, number: int) -> DataVersion:
    """A version of a project's data. Raises `Forbidden`, `NotFound` and `DataVersionNotFound`."""
    version = versions_of(actor, project).filter(number=number).first()
    if version is None:
        raise DataVersionNotFound(f"The data of {project.full_name} has no version {number}.")
    return version


def revision_of(actor: Actor, project: Project) -> int:
    """The number of changes of a project's samples; 0 before the first. Raises `Forbidden` or `NotFound`."""
    require(actor, Verb.READ, project)
    revision = DataSet.objects.visible_to(actor).filter(project=project).values_list("revision", flat=True).first()
    return revision or 0


def labels_of(actor: Actor, project: Project) -> list[str]:
    """The labels of a project's samples, sorted. Raises `Forbidden` or `NotFound`."""
    samples = samples_of(actor, project).select_related(None).exclude(label="")
    return list(samples.order_by("label").values_list("label", flat=True).distinct())


def groups_of(samples: SampleQuerySet) -> Mapping[int, str]:
    """The names of the groups of these samples, by their numbers."""
    return names_of_groups(samples.select_related(None).order_by().values("group"))


def names_of_groups(keys: Collection[int] | QuerySet[Any, Any]) -> Mapping[int, str]:
    """Returns the names of groups, by their numbers and in this order. `keys` are primary keys. One query."""
    groups = Group.objects.filter(pk__in=keys).select_related("person").order_by("number")
    group_rows = groups.only("number", "pseudonym", "person__name", "person__email")
    return {group.number: str(group) for group in group_rows}
