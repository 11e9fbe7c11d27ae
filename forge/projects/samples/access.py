"""Samples: recordings that people gave a project, with a stored consent that they can withdraw, and an end.

The terms of one, and finding those that are there. Sending one and deleting it are `actions.samples`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from forge.accounts.organisations.access import nothing_here
from forge.accounts.organisations.names import slug
from forge.accounts.people.serializers import person_to_json
from forge.accounts.permissions import Verb, can
from forge.accounts.project_people import ids_of_team
from forge.core.actors import Actor
from forge.core.errors import Invalid
from forge.core.seen import Facet
from forge.projects.access import require
from forge.projects.models import Project, Sample, SampleFileQuerySet, SampleKind, SampleSplit
from forge.projects.samples.formats import ENDINGS
from forge.projects.serializers import SampleJson

DEFAULT_DAYS = 90
MAX_DAYS = 730


LABEL_LIMIT = 60


@dataclass(frozen=True)
class SampleTerms:
    """Who will see a recording and until when. `text` is what the person reads; it is kept as the consent."""

    days: int
    ends: datetime
    text: str


def sample_terms(project: Project, days: int = DEFAULT_DAYS, now: datetime | None = None) -> SampleTerms:
    """The terms under which a recording would be sent now. Raises `Invalid` for a span that is not offered."""
    if not 1 <= days <= MAX_DAYS:
        raise Invalid(f"A sample is kept for 1 to {MAX_DAYS} days.")
    ends = (now or timezone.now()) + timedelta(days=days)
    count = len(ids_of_team(project.organisation_id, project.pk))
    who = "One person is" if count == 1 else f"{count} people are"
    team = project.organisation.title or project.organisation
    text = (
        f"Everyone in {team} can see and hear this recording, now and later, and so can whoever is given a role in "
        f"{project.full_name}. {who} let in today. "
        f"Builds of {project.full_name} are tested on it. "
        f"It is deleted on {ends:%-d %B %Y}, or as soon as I withdraw it."
    )
    return SampleTerms(days, ends, text)


def checked_label(text: str) -> str:
    """A label with single spaces. Raises `Invalid` for one that is empty, too long or has control characters."""
    label = " ".join(text.split())
    if not 0 < len(label) <= LABEL_LIMIT or not label.isprintable():
        raise Invalid(f"Give it a label of 1 to {LABEL_LIMIT} characters, such as what was said.")
    return label


def checked_split(text: str) -> SampleSplit:
    """Raises `Invalid` for what is no split."""
    try:
        return SampleSplit(text)
    except ValueError:
        raise Invalid("A split is train, test or kept.") from None


def sample_path(label: str, kind: SampleKind, digest: str) -> str:
    """Where a recording is put in its project."""
    return f"samples/{slug(label) or kind}-{digest[7:13]}.{ENDINGS[kind]}"


def samples_of(actor: Actor, project: Project) -> SampleFileQuerySet:
    """The samples that a project has, newest first. Raises `Forbidden` or `NotFound`."""
    require(actor, Verb.READ, project)
    return (
        Sample.objects.visible_to(actor)
        .available()
        .filter(project=project)
        .select_related("owner", "project__organisation")
    )


def label_facets(samples: Iterable[Sample]) -> tuple[Facet, ...]:
    """What can change of a project's samples between reading them and giving some other labels."""
    labels = sorted([str(each.pk), each.label, each.split] for each in samples)
    return (Facet("samples", labels, "There are other samples, or somebody gave one another label or split."),)


def kinds_of(actor: Actor, project: Project, digests: Collection[str]) -> Mapping[str, str]:
    """What those recordings of a project that are still given are of, by digest, as far as the person may see them."""
    samples = Sample.objects.visible_to(actor).available().filter(project=project, digest__in=digests)
    return dict(samples.values_list("digest", "kind"))


def find_sample(actor: Actor, sample_id: UUID) -> Sample:
    """A sample of a living project that the person may read. Raises `NotFound`, or `SignInNeeded` for a visitor."""
    seen = Sample.objects.visible_to(actor).available().select_related("owner", "project__organisation")
    sample = seen.filter(pk=sample_id, project__deleted_at=None).first()
    if sample is None or not can(actor, Verb.READ, sample.project):
        raise nothing_here(actor)
    return sample


def own_samples(actor: Actor) -> SampleFileQuerySet:
    """What a person gave and has not taken back, in any project, also of an organisation that they left."""
    return (
        Sample.objects.visible_to(actor)
        .available()
        .filter(owner_id=actor.pk)
        .select_related("owner", "project__organisation")
    )


def sample_to_json(sample: Sample, actor: Actor) -> SampleJson:
    """A sample as the API says it."""
    return {
        "id": str(sample.pk),
        "project": sample.project.full_name,
        "kind": sample.kind,
        "path": sample.path,
        "digest": sample.digest,
        "size": sample.size,
        "label": sample.label,
        "split": sample.split,
        "owner": person_to_json(sample.owner) if sample.owner else None,
        "may_delete": sample.owner_id == actor.pk or can(actor, Verb.MANAGE, sample.project),
        "consent": sample.consent,
        "consented": sample.consented.isoformat(),
        "ends": sample.ends.isoformat(),
    }
