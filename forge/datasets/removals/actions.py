"""Deleting samples: their person withdraws the consent, somebody deletes one, or their time is over.

The bytes go from the disk, and with them everything that was made from them. Versions keep their digests and have
tombstones.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from forge.accounts.access import nothing_here
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import INSTALLATION
from forge.core.actors import Actor
from forge.core.blobs.links import links_of_all
from forge.core.blobs.sweep import delete_if_unlinked, erase
from forge.core.errors import Invalid
from forge.core.events.log import append_event
from forge.datasets.actions import DataSetChange
from forge.datasets.analysis.deleting import delete_analyses
from forge.datasets.deleting import require_delete
from forge.datasets.hooks import SampleScope, file_traces, interrupt, sample_traces
from forge.datasets.imports.ending import stop_imports
from forge.datasets.models import Consent, DataImport, DataSet, Sample, SampleQuerySet, SampleRemoval
from forge.datasets.models.removals import RemovalReason
from forge.datasets.removals.announcements import removal_event
from forge.datasets.removals.deletion_list import list_deleted
from forge.projects.access import require
from forge.projects.models import Project

MAX_DELETED = 5000
"""Samples of one request."""
ERASED_AT_ONCE = 200
"""Samples whose bytes are deleted before a request is answered."""


def withdraw_consent(actor: Actor, consent: Consent) -> SampleRemoval | None:
    """Withdraws the actor's own consent and deletes all samples that it covers. Maintainers may withdraw anyone's. If
    it covers test samples that a saved version has, only owners may withdraw another person's. Of a consent that its
    person replaced, the one that replaced it is withdrawn.

    Returns what was deleted, or None if it covered no samples. Raises `NotFound` for another person's consent and for
    one that was withdrawn already, and `Forbidden` if only owners may withdraw it.
    """
    project = consent.data_set.project
    if (actor.pk is None or consent.person_id != actor.pk) and not can(actor, Verb.MANAGE, project):
        raise nothing_here(actor)
    with (change := DataSetChange(consent.data_set_id)) as data_set:
        consent = _last(consent)
        if not Consent.objects.filter(pk=consent.pk, withdrawn=None).update(withdrawn=timezone.now()):
            raise nothing_here(actor)
        list_deleted(consents=[consent.pk])
        samples = Sample.objects.available().filter(consent=consent)
        require_delete(actor, project, samples)
        removal = remove_samples(data_set, samples, RemovalReason.WITHDRAWN, actor)
        archives = stop_imports(DataImport.objects.filter(consent=consent), "The consent was withdrawn.")
        change.note(actor, "data.withdraw", count=removal.count if removal else 0)
    delete_if_unlinked(archives)
    erase_removed(data_set, most=ERASED_AT_ONCE)
    return removal


def _last(consent: Consent) -> Consent:
    """The consent that its person gave last for the same samples. The data set is locked."""
    while later := Consent.objects.filter(replaced=consent).first():
        consent = later
    return consent


def delete_sample(actor: Actor, sample: Sample) -> None:
    """Deletes a sample. Raises `NotFound` and `Forbidden` as `require_delete` does."""
    with (change := DataSetChange(sample.data_set_id)) as data_set:
        samples = Sample.objects.available().filter(pk=sample.pk)
        require_delete(actor, sample.data_set.project, samples)
        if not remove_samples(data_set, samples, RemovalReason.DELETED, actor):
            raise nothing_here(actor)
        change.note(actor, "data.delete", number=sample.number)
    erase_removed(data_set, most=ERASED_AT_ONCE)


def delete_samples(actor: Actor, project: Project, numbers: Collection[int]) -> int:
    """Deletes samples by their numbers, all of them or none. Returns how many.

    Raises `Invalid`, `NotFound` for a number that the data does not have, and what `require_delete` raises.
    """
    require(actor, Verb.READ, project)
    wanted_numbers = frozenset(numbers)
    if not 0 < len(wanted_numbers) <= MAX_DELETED:
        raise Invalid(f"Name 1 to {MAX_DELETED} samples.")
    row = DataSet.objects.visible_to(actor).filter(project=project).first()
    if row is None:
        raise nothing_here(actor)
    with (change := DataSetChange(row.pk)) as data_set:
        samples = Sample.objects.available().filter(data_set=data_set, number__in=wanted_numbers)
        if samples.count() < len(wanted_numbers):
            raise nothing_here(actor)
        require_delete(actor, project, samples)
        removal = remove_samples(data_set, samples, RemovalReason.DELETED, actor)
        count = removal.count if removal else 0
        change.note(actor, "data.delete-many", count=count)
    erase_removed(data_set, most=ERASED_AT_ONCE)
    return count


def end_consents(now: datetime | None = None) -> int:
    """Deletes the samples whose time is over, and bytes that a crash left. Returns how many samples ended."""
    now = now or timezone.now()
    count = 0
    due = Consent.objects.filter(ends__lte=now, withdrawn=None)
    for data_set_id in list(due.order_by().values_list("data_set", flat=True).distinct()):
        count += _end(data_set_id, now)
    for data_set in DataSet.objects.filter(samples__in=_not_erased()).distinct():
        erase_removed(data_set, now)
    return count


def _end(data_set_id: UUID, now: datetime) -> int:
    with (change := DataSetChange(data_set_id)) as data_set:
        consents = Consent.objects.filter(data_set=data_set, ends__lte=now, withdrawn=None)
        ended_samples = Sample.objects.filter(consent__in=consents)
        removal = remove_samples(data_set, ended_samples, RemovalReason.ENDED, INSTALLATION)
        count = removal.count if removal else 0
        archives = stop_imports(DataImport.objects.filter(consent__in=consents), "The time of the consent is over.")
        if consents.update(withdrawn=now):
            change.note(INSTALLATION, "data.end", count=count)
    delete_if_unlinked(archives)
    return count


def remove_samples(
    data_set: DataSet, samples: SampleQuerySet, reason: RemovalReason, actor: Actor
) -> SampleRemoval | None:
    """Unlinks the bytes of samples, clears what was made from them, and stops what works with them. The data set is
    locked. Tells those who manage the project where something learned from them. Returns None where there are none."""
    present = samples.filter(removed=None)
    rows = list(present.order_by("number").values_list("pk", "number"))
    if not rows:
        return None
    numbers = [number for _, number in rows]
    scope = SampleScope(data_set.pk, numbers)
    sentences = interrupt(scope, f"Samples that this works with were deleted. {reason.label}.")
    removal = SampleRemoval.objects.create(data_set=data_set, reason=reason, count=len(numbers), stopped=sentences)
    links_of_all(present).delete()
    delete_analyses(present)
    sample_traces.call(scope)
    present.update(
        removed=removal.created,
        removal_reason=reason,
        removal=removal,
        drawing={},
        events=None,
        positions=None,
        revision=data_set.revision,
        is_excluded=True,
    )
    append_event(data_set.project.stream, removal_event(removal), actor)
    list_deleted([pk for pk, _ in rows], reason)
    return removal


def _not_erased() -> SampleQuerySet:
    return Sample.objects.filter(removed__isnull=False, erased=None)


def erase_removed(data_set: DataSet, now: datetime | None = None, most: int | None = None) -> None:
    """Deletes the bytes of removed samples from the disk, unless something else has the same bytes, and what stored
    files say about these samples.

    What is beyond `most`, and what cannot go at this moment because a backup or an upload has it, goes with the next
    periodic run, a minute later.
    """
    rows = _not_erased().filter(data_set=data_set).order_by("number")
    erase_traces(data_set, frozenset(rows.values_list("digest", flat=True)))
    for pk, digest, created in list(rows.values_list("pk", "digest", "created")[:most]):
        if erase(digest, created, now):
            Sample.objects.filter(pk=pk).update(erased=timezone.now())


def erase_traces(data_set: DataSet, digests: Collection[str]) -> None:
    """Deletes what stored files say about recordings that no sample of the data set has any more."""
    present = Sample.objects.available().filter(data_set=data_set)
    missing = frozenset(digests).difference(present.values_list("digest", flat=True) if digests else ())
    if missing:
        file_traces.call(data_set.pk, missing)
