"""The samples that wait in the queue for somebody, and how many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Value, When
from django.utils import timezone

from forge.accounts.models import User
from forge.core.actors import Actor
from forge.datasets.access import samples_of
from forge.datasets.models import Sample, SampleQuerySet
from forge.datasets.models.analysis import IS_SUSPECT
from forge.datasets.models.labelling import LabelClaim, SampleOpinion
from forge.datasets.playing import playable
from forge.projects.models import Project


class QueueMode(StrEnum):
    """The work of the queue."""

    UNLABELLED = "unlabelled"
    """Samples without a label; first those of whose answer the build is least certain."""
    SECOND_LOOK = "second-look"
    """Samples that somebody else labelled, without their label; first those whose label may be wrong."""
    DISAGREEMENTS = "disagreements"
    """Samples that two people label otherwise."""


@dataclass(frozen=True)
class QueueCounts:
    """The numbers of samples that wait for a person, by mode. Those that others look at are counted too."""

    unlabelled: int
    second_look: int
    disagreements: int


@dataclass(frozen=True)
class Labeller:
    """The number of stored samples that have the label of a person, and of those that another person looked at too, the
    number that both label the same."""

    person: User
    label_count: int
    comparison_count: int
    agreement_count: int

    @property
    def percent(self) -> int:
        """The share of samples on which others agree; 0 where none was compared."""
        return round(100 * self.agreement_count / self.comparison_count) if self.comparison_count else 0


def waiting_for(actor: Actor, project: Project, mode: QueueMode) -> SampleQuerySet:
    """The samples of a project that the queue shows a person, in its order. Raises `Forbidden` or `NotFound`."""
    samples = samples_of(actor, project).filter(playable(actor), is_excluded=False)
    if mode is QueueMode.UNLABELLED:
        return samples.filter(label="").order_by(F("analysis__score").asc(nulls_last=True), "-number")
    if mode is QueueMode.DISAGREEMENTS:
        return samples.filter(is_disputed=True).order_by("-number")
    opinions = SampleOpinion.objects.filter(sample=OuterRef("pk")).order_by()
    others = samples.exclude(label="").exclude(labelled_by=actor.pk).filter(is_disputed=False)
    seen_by_two = opinions.values("sample").annotate(people=Count("pk")).filter(people__gte=2)
    unseen_samples = others.filter(~Exists(opinions.filter(person=actor.pk)), ~Exists(seen_by_two))
    is_doubted = Case(When(IS_SUSPECT, then=Value(0)), default=Value(1), output_field=IntegerField())
    return unseen_samples.order_by(is_doubted, "-number")


def next_waiting(actor: Actor, project: Project, mode: QueueMode, skipped_numbers: Collection[int]) -> Sample | None:
    """The first that waits for a person, that they did not skip and that nobody else looks at."""
    others = LabelClaim.objects.filter(sample=OuterRef("pk"), until__gt=timezone.now()).exclude(person=actor.pk)
    return waiting_for(actor, project, mode).exclude(number__in=skipped_numbers).filter(~Exists(others)).first()


def claimed_by(actor: Actor, project: Project) -> Sample | None:
    """The sample that the queue shows a person now."""
    own = LabelClaim.objects.filter(sample=OuterRef("pk"), person=actor.pk, until__gt=timezone.now())
    return samples_of(actor, project).filter(Exists(own)).first()


def counts_of(actor: Actor, project: Project) -> QueueCounts:
    """Returns how many samples wait for a person."""
    counts = {mode: waiting_for(actor, project, mode).count() for mode in QueueMode}
    return QueueCounts(counts[QueueMode.UNLABELLED], counts[QueueMode.SECOND_LOOK], counts[QueueMode.DISAGREEMENTS])


def opinions_on(sample: Sample) -> Sequence[SampleOpinion]:
    """The labels that people gave a sample in the queue, the first one first."""
    return list(SampleOpinion.objects.filter(sample=sample).select_related("person"))


def labellers_of(actor: Actor, project: Project) -> list[Labeller]:
    """The people who labelled samples of a project, most samples first."""
    samples = samples_of(actor, project).select_related(None).order_by()
    label_counts = dict(
        samples.exclude(label="").filter(labelled_by__isnull=False).values_list("labelled_by").annotate(Count("pk"))
    )
    agreements: dict[UUID, list[bool]] = defaultdict(list)
    by_sample: dict[UUID, list[tuple[UUID, str]]] = defaultdict(list)
    rows = SampleOpinion.objects.filter(sample__in=samples.values("pk"), person__isnull=False)
    for sample, person, label in rows.values_list("sample", "person", "label"):
        by_sample[sample].append((person, label))
    for opinions in by_sample.values():
        for person, label in opinions if len(opinions) > 1 else ():
            agreements[person].append(all(label == other for _, other in opinions))
    people = User.objects.in_bulk([*label_counts, *agreements])
    rows_of_people = [
        Labeller(person, label_counts.get(pk, 0), len(agreements[pk]), sum(agreements[pk]))
        for pk, person in people.items()
    ]
    return sorted(rows_of_people, key=lambda each: (-each.label_count, str(each.person)))
