"""Sending a recording as a sample, and deleting it: because its person or an owner says so, or its time is over.

A recording that is gone is gone everywhere: from the document, from the project's blobs, from the disk, and so from
old versions and builds, which then say that its contents are no longer stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from forge.accounts.organisations.access import nothing_here
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import INSTALLATION
from forge.accounts.quotas.limits import require_room
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.blobs.links import links_of, links_of_all
from forge.core.blobs.store import put_bytes
from forge.core.blobs.sweep import erase
from forge.core.events.log import append_event
from forge.projects.access import require
from forge.projects.announcements import SAMPLES_CHANGED
from forge.projects.errors import ConsentChanged, SampleExists
from forge.projects.files import document
from forge.projects.files.document_store import editing
from forge.projects.files.storage import delete_on_failure, link_uploaded
from forge.projects.models import Project, Sample, SampleSplit, Version
from forge.projects.samples.access import checked_label, checked_split, sample_path, sample_terms
from forge.projects.samples.formats import kind_of, read_recording

WITHDRAWN = "taken back"
REMOVED = "removed"
ENDED = "ended"


def send_sample(
    actor: Actor,
    project: Project,
    contents: Iterable[bytes],
    *,
    label: str,
    days: int,
    consent: str,
    split: str = SampleSplit.TEST,
) -> Sample:
    """Puts a recording into the project as a sample of this person.

    `consent` is the text of the terms that the person read. Raises `SampleRefused`, `ConsentChanged` when other terms
    hold now, `SampleExists`, `StorageQuotaReached`, `Invalid`, and `Forbidden` or `NotFound`.
    """
    require(actor, Verb.GIVE_SAMPLE, project)
    label, split = checked_label(label), checked_split(split)
    terms = sample_terms(project, days)
    if consent != terms.text:
        raise ConsentChanged("The terms have changed since you read them. Read them again, then send.")
    require_room(project.organisation_id)
    data = read_recording(contents)
    kind = kind_of(data)
    blob = put_bytes(data)
    path = sample_path(label, kind, blob.digest)
    with delete_on_failure([blob.digest]), editing(project, None) as doc:
        if Sample.objects.available().filter(project=project, digest=blob.digest).exists():
            raise SampleExists("This recording is already a sample of the project.")
        sample = Sample.objects.create(
            project=project,
            kind=kind,
            path=path,
            digest=blob.digest,
            size=blob.size,
            label=label,
            split=split,
            owner=actor.person,
            consent=terms.text,
            ends=terms.ends,
        )
        for owner in (project, sample):
            link_uploaded(owner, [blob.digest], project)
        document.add_binary(doc, path, blob.digest, blob.size)
        _note(sample, actor, "sample.send", path=path, ends=terms.ends.isoformat())
    return sample


def withdraw_sample(actor: Actor, sample_id: UUID) -> None:
    """Withdraws the consent: the recording is deleted everywhere. An owner of the project may remove it as well.

    Raises `NotFound`, also for a sample that is gone, and for another's.
    """
    sample = Sample.objects.visible_to(actor).available().select_related("project").filter(pk=sample_id).first()
    if sample is None:
        raise nothing_here(actor)
    if sample.owner_id == actor.pk:
        _remove_contents(sample, actor, WITHDRAWN)
    elif can(actor, Verb.MANAGE, sample.project):
        _remove_contents(sample, actor, REMOVED)
    else:
        raise nothing_here(actor)


def end_samples(now: datetime | None = None) -> int:
    """Deletes the recordings whose time is over, and bytes that a crash left; answers how many samples ended."""
    now = now or timezone.now()
    ended = list(Sample.objects.available().filter(ends__lte=now).select_related("project"))
    for sample in ended:
        _remove_contents(sample, INSTALLATION, ENDED)
    for sample in Sample.objects.filter(removed_at__isnull=False, erased_at__isnull=True):
        _erase(sample, now)
    return len(ended)


def _remove_contents(sample: Sample, actor: Actor, reason: str) -> None:
    """Everything but the bytes, in one transaction; then the bytes. What a crash leaves between, the sweep erases."""
    with transaction.atomic():
        # Whoever links a file of the project holds this lock too: nobody links the recording once it is unlinked.
        Project.objects.lock(sample.project_id)
        present = Sample.objects.filter(pk=sample.pk, removed_at__isnull=True)
        if not present.update(removed_at=timezone.now(), removal_reason=reason):
            return
        _unlink(sample)
        if sample.project.deleted_at is None:
            with editing(sample.project, None) as doc:
                document.set_erased(doc, sample.digest, reason)
        _note(sample, actor, f"sample.{reason.replace(' ', '-')}", path=sample.path)
    _erase(sample)


def _unlink(sample: Sample) -> None:
    """Takes away all that keeps the bytes in the project: old versions say from then on that they are gone."""
    versions = Version.objects.filter(project_id=sample.project_id)
    for links in (links_of(sample.project), links_of(sample), links_of_all(versions)):
        links.filter(blob_id=sample.digest).delete()


def _erase(sample: Sample, now: datetime | None = None) -> None:
    """Deletes the bytes, unless another project has the same bytes, or someone is sending the same ones right now."""
    if erase(sample.digest, sample.consented, now):
        Sample.objects.filter(pk=sample.pk).update(erased_at=timezone.now())


def _note(sample: Sample, actor: Actor, action: str, **data: Any) -> None:
    place = sample.project.place
    write_entry(actor, action, f"project:{sample.project_id}", place, sample=str(sample.pk), label=sample.label, **data)
    append_event(sample.project.stream, SAMPLES_CHANGED(), actor)
