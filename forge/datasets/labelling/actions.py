"""Taking samples out of the queue, and labelling them. Two people who share it never look at the same sample."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Annotated, TypedDict

from django.db import transaction
from django.utils import timezone
from rest_framework.fields import BooleanField, CharField, ChoiceField, IntegerField, ListField

from forge.accounts.access import nothing_here
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.api.acts import ActAnswer, act
from forge.core.api.states import OWN
from forge.core.errors import Invalid
from forge.datasets.access import find_sample
from forge.datasets.actions import DataSetChange
from forge.datasets.labelling.queue import QueueMode, next_waiting
from forge.datasets.models import DataSet, Sample
from forge.datasets.models.labelling import LabelClaim, SampleOpinion
from forge.datasets.samples.actions.add import checked_word
from forge.datasets.serializers import SAMPLE, DataSampleJson, sample_to_json
from forge.projects.access import require
from forge.projects.models import Project
from forge.projects.place import PROJECT
from rune.datasets.label_names import WORD_LIMIT

CLAIM_LIFE = timedelta(minutes=5)
"""How long the queue keeps a sample for who looks at it. Then somebody else may get it."""
MAX_SKIPPED = 100
_NUMBER = IntegerField(min_value=1, max_value=2**31 - 1)


class DataQueueSampleJson(TypedDict):
    """The sample that the queue keeps for you for 5 minutes; null where none waits."""

    sample: DataSampleJson | None


def _next_to_json(sample: Sample | None, actor: Actor) -> DataQueueSampleJson:
    return {"sample": None if sample is None else sample_to_json(sample, actor)}


NEXT = ActAnswer(for_actor=_next_to_json)


@act(
    "POST",
    PROJECT,
    "data/queue",
    "data_queue_next",
    verb=Verb.EDIT,
    state=OWN,
    answer=NEXT,
    unaudited="says who looks at a sample for some minutes; no sample changes",
)
def take_next(
    actor: Actor,
    project: Project,
    mode: Annotated[QueueMode, ChoiceField(choices=list(QueueMode))] = QueueMode.UNLABELLED,
    skipped_numbers: Annotated[
        Collection[int] | None,
        ListField(child=_NUMBER, max_length=MAX_SKIPPED, help_text="numbers of samples that you do not want now"),
    ] = None,
) -> Sample | None:
    """Gives you the next sample, which nobody else gets meanwhile, and takes back the one that you had."""
    skipped_numbers = skipped_numbers or ()
    if len(skipped_numbers) > MAX_SKIPPED:
        raise Invalid(f"Skip at most {MAX_SKIPPED} samples; then begin the queue anew.")
    with transaction.atomic():
        # The row's lock lets one person choose after the other.
        data_set = DataSet.objects.visible_to(actor).select_for_update(of=("self",)).filter(project=project).first()
        if data_set is None:
            return None
        _release(actor, project)
        sample = next_waiting(actor, project, mode, skipped_numbers)
        if sample is not None:
            _claim(actor, sample)
        return sample


def release(actor: Actor, project: Project) -> None:
    """Gives back the sample that a person looks at. Raises `Forbidden` and `NotFound`."""
    require(actor, Verb.EDIT, project)
    _release(actor, project)


def _release(actor: Actor, project: Project) -> None:
    LabelClaim.objects.filter(sample__data_set__project=project, person=actor.pk).delete()


def _claim(actor: Actor, sample: Sample) -> None:
    LabelClaim.objects.update_or_create(
        sample=sample, defaults={"person_id": actor.pk, "until": timezone.now() + CLAIM_LIFE}
    )


@act("POST", PROJECT, "data/queue/labels", "data_queue_label", verb=Verb.EDIT, state=OWN, answer=SAMPLE)
def label_in_queue(
    actor: Actor,
    project: Project,
    number: Annotated[int, _NUMBER],
    label: Annotated[str, CharField(max_length=WORD_LIMIT)],
    *,
    settles: Annotated[
        bool, BooleanField(help_text="`true`: it is the sample's label, whatever others gave it")
    ] = False,
) -> Sample:
    """Labels a sample. Where somebody else labelled it before, both labels are kept; if they differ, people disagree
    until somebody settles it: for a test sample, an owner of the project."""
    word = checked_word(label, "label")
    if not word:
        raise Invalid("Choose a label.")
    with (change := DataSetChange(_data_set_of(actor, project).pk)) as data_set:
        sample = find_sample(actor, project, number)
        first = sample.labelled_by
        if not sample.label or settles or first == actor.person:
            if sample.tested_since is not None and sample.label != word:
                # Figures of earlier versions were computed on it.
                require(actor, Verb.CHANGE_TESTS, project)
            # Who answers again settles nothing: another's answer stands beside theirs.
            is_open = not settles and sample.label and (sample.is_disputed or sample.label != word)
            others = SampleOpinion.objects.filter(sample=sample).exclude(person=actor.person)
            sample.is_disputed = bool(is_open) and others.exclude(label=word).exists()
            sample.label, sample.labelled_by = word, actor.person
        else:
            if first is not None:
                SampleOpinion.objects.get_or_create(sample=sample, person=first, defaults={"label": sample.label})
            sample.is_disputed = sample.is_disputed or word != sample.label
        SampleOpinion.objects.update_or_create(sample=sample, person=actor.person, defaults={"label": word})
        _save(sample, data_set)
        _release(actor, project)
        change.note(actor, "data.label", number=number)
    return sample


def undo_in_queue(actor: Actor, project: Project, number: int) -> Sample:
    """Takes a person's own label back and shows them the sample again. It then has the label of who gave one before,
    if anybody did. Raises `Forbidden` and `NotFound`."""
    require(actor, Verb.EDIT, project)
    with (change := DataSetChange(_data_set_of(actor, project).pk)) as data_set:
        sample = find_sample(actor, project, number)
        own = SampleOpinion.objects.filter(sample=sample, person=actor.person).first()
        if own is None:
            raise Invalid("You gave this sample no label in the queue.")
        own.delete()
        others = list(SampleOpinion.objects.filter(sample=sample).select_related("person"))
        label = others[0].label if others else ""
        if sample.labelled_by == actor.person:
            if sample.tested_since is not None and sample.label != label:
                require(actor, Verb.CHANGE_TESTS, project)
            sample.label, sample.labelled_by = label, others[0].person if others else None
        sample.is_disputed = len({each.label for each in others}) > 1
        _save(sample, data_set)
        _release(actor, project)
        _claim(actor, sample)
        change.note(actor, "data.label-undo", number=number)
    return sample


def _save(sample: Sample, data_set: DataSet) -> None:
    sample.revision = data_set.revision
    sample.save(update_fields=["label", "labelled_by", "is_disputed", "revision"])


def _data_set_of(actor: Actor, project: Project) -> DataSet:
    data_set = DataSet.objects.visible_to(actor).filter(project=project).first()
    if data_set is None:
        raise nothing_here(actor)
    return data_set
