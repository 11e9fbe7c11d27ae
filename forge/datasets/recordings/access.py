"""Finding the samples of a project for the studio and for reviews, by their ids, and the terms of new ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from forge.accounts.access import nothing_here
from forge.accounts.people.serializers import person_to_json
from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.datasets.access import samples_of
from forge.datasets.consent_terms import DEFAULT_DAYS, DEFAULT_PURPOSES, Purpose, Terms, terms_for
from forge.datasets.deleting import may_delete
from forge.datasets.models import Sample, SampleQuerySet
from forge.datasets.playing import may_play
from forge.datasets.recordings.serializers import SampleJson
from forge.projects.models import Project

SAMPLES_LISTED = 500
"""Samples that the studio lists, the newest; the page Data lists all."""


def recording_terms(
    project: Project, days: int = DEFAULT_DAYS, purposes: frozenset[Purpose] = DEFAULT_PURPOSES
) -> Terms:
    """The terms under which a recording would be sent now. Raises `Invalid` for a time that is not offered."""
    return terms_for(project, purposes, days)


def labelled_samples(actor: Actor, project: Project) -> SampleQuerySet:
    """The samples of a project that have a label, newest first. Raises `Forbidden` or `NotFound`."""
    return _with_owner(samples_of(actor, project).exclude(label=""))


def samples_by_digest(actor: Actor, project: Project, digests: Collection[str]) -> Mapping[str, Sample]:
    """Returns those samples of a project that have these bytes, are stored and visible to the person, by digest."""
    samples = Sample.objects.visible_to(actor).available().filter(data_set__project=project, digest__in=digests)
    samples = samples.select_related("consent__data_set__project")
    return {sample.digest: sample for sample in samples}


def find_sample_by_id(actor: Actor, sample_id: UUID) -> Sample:
    """A stored sample of a living project that the person may read. Raises `NotFound`, or `SignInNeeded` for a
    visitor."""
    samples = _with_owner(Sample.objects.visible_to(actor).available())
    sample = samples.filter(pk=sample_id, data_set__project__deleted_at=None).first()
    if sample is None or not can(actor, Verb.READ, sample.data_set.project):
        raise nothing_here(actor)
    return sample


def find_deletable(actor: Actor, sample_id: UUID) -> Sample:
    """A stored sample that the person can see, also their own in a project that they cannot read any more. Raises
    `NotFound`."""
    sample = _with_owner(Sample.objects.visible_to(actor).available()).filter(pk=sample_id).first()
    if sample is None:
        raise nothing_here(actor)
    return sample


def own_samples(actor: Actor) -> SampleQuerySet:
    """Returns the person's samples that are not withdrawn, in any project, also of an organisation that they left."""
    return _with_owner(Sample.objects.visible_to(actor).available().filter(consent__person=actor.pk))


def _with_owner(samples: SampleQuerySet) -> SampleQuerySet:
    return samples.select_related(
        "consent__person", "consent__data_set__project", "data_set__project__organisation"
    ).order_by("-created", "-number")


def sample_to_json(sample: Sample, actor: Actor) -> SampleJson:
    """A sample as the studio lists it."""
    consent, project = sample.consent, sample.data_set.project
    return {
        "id": str(sample.pk),
        "project": project.full_name,
        "number": sample.number,
        "kind": sample.kind,
        "digest": sample.digest,
        "size": sample.size,
        "playable": may_play(actor, sample),
        "label": sample.label,
        "split": sample.split,
        "owner": person_to_json(consent.person) if consent.person else None,
        "may_delete": may_delete(actor, sample),
        "consent": consent.text,
        "consented": consent.agreed.isoformat(),
        "ends": consent.ends.isoformat() if consent.ends else None,
    }
