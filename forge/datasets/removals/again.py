"""Deleting samples again that a restore of an earlier backup brought back."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.utils import timezone

from forge.accounts.principals import INSTALLATION
from forge.core.blobs.sweep import delete_if_unlinked
from forge.datasets.actions import DataSetChange
from forge.datasets.imports.ending import stop_imports
from forge.datasets.models import Consent, DataImport, Sample
from forge.datasets.models.removals import RemovalReason
from forge.datasets.removals.actions import MAX_DELETED, erase_removed, remove_samples
from forge.datasets.removals.deletion_list import Deletions


def delete_again(deletions: Deletions) -> int:
    """Deletes those of the samples that are there, and withdraws the consents. Returns how many samples it deleted."""
    consents = Consent.objects.filter(withdrawn=None).values_list("data_set", "pk")
    samples = Sample.objects.filter(removed=None).values_list("data_set", "pk")
    back: dict[UUID, tuple[list[UUID], list[UUID]]] = {}
    for data_set, consent in consents:
        if consent in deletions.consents:
            back.setdefault(data_set, ([], []))[0].append(consent)
    for data_set, sample in samples:
        if sample in deletions.samples:
            back.setdefault(data_set, ([], []))[1].append(sample)
    return sum(_delete(data_set, *ids, deletions) for data_set, ids in back.items())


def _delete(data_set_id: UUID, consents: Collection[UUID], samples: Collection[UUID], deletions: Deletions) -> int:
    with (change := DataSetChange(data_set_id)) as data_set:
        for reason in RemovalReason:
            sample_ids = [each for each in samples if (deletions.samples[each] or RemovalReason.WITHDRAWN) == reason]
            for start in range(0, len(sample_ids), MAX_DELETED):
                batch = Sample.objects.filter(pk__in=sample_ids[start : start + MAX_DELETED])
                remove_samples(data_set, batch, reason, INSTALLATION)
        withdrawn_consents = Consent.objects.filter(pk__in=consents)
        archives = stop_imports(DataImport.objects.filter(consent__in=withdrawn_consents), "The consent was withdrawn.")
        withdrawn_consents.update(withdrawn=timezone.now())
        change.note(INSTALLATION, "data.delete-again", count=len(samples))
    delete_if_unlinked(archives)
    erase_removed(data_set)
    return len(samples)
