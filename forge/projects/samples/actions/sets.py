"""Many samples at once: bringing in an archive of labelled recordings, and changing labels and splits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from forge.accounts.organisations.access import nothing_here
from forge.accounts.permissions import Verb
from forge.accounts.quotas.limits import require_room
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.blobs.links import link_each
from forge.core.blobs.store import put_batch
from forge.core.errors import Invalid
from forge.core.events.log import append_event
from forge.core.models import Blob
from forge.core.seen import Seen, require_seen
from forge.projects.access import require
from forge.projects.announcements import SAMPLES_CHANGED
from forge.projects.errors import ConsentChanged
from forge.projects.files import document
from forge.projects.files.contents import MAXIMUM_FILES, check_file_count
from forge.projects.files.document import entries
from forge.projects.files.document_store import editing
from forge.projects.files.storage import delete_on_failure, link_uploaded
from forge.projects.models import Project, Sample, SampleKind
from forge.projects.samples.access import (
    SampleTerms,
    checked_label,
    checked_split,
    label_facets,
    sample_path,
    sample_terms,
    samples_of,
)
from forge.projects.samples.imports import KNOWN, RefusedFile, classify_samples, labelled_archive
from rune.running.evaluation.labelled import LabelledSample


@dataclass(frozen=True)
class ImportResult:
    """What an archive brought, and what of it was refused. Withdrawing the samples takes it back."""

    samples: Sequence[Sample]
    refused: Sequence[RefusedFile]


@dataclass(frozen=True)
class _StoredSample:
    sample: LabelledSample
    kind: SampleKind
    blob: Blob


def import_samples(actor: Actor, project: Project, chunks: Iterable[bytes], *, days: int, consent: str) -> ImportResult:
    """Puts all good recordings of an archive into the project as samples of this person, in one step: whatever fails
    before its end leaves the project as it was, and none of the bytes.

    `consent` is the text of the terms that the person read; they hold for each recording. Raises `Forbidden`,
    `NotFound`, `TooLarge`, `ArchiveRefused`, `ConsentChanged`, `TooManyFiles` and `StorageQuotaReached`.
    """
    require(actor, Verb.EDIT, project)
    terms = sample_terms(project, days)
    if consent != terms.text:
        raise ConsentChanged("The terms have changed since you read them. Read them again, then import.")
    require_room(project.organisation_id)
    refused: list[RefusedFile] = []
    stored: list[_StoredSample] = []
    digests: list[str] = []
    with delete_on_failure(digests):
        with labelled_archive(chunks) as archive, put_batch() as put:
            for each in classify_samples(project, archive.samples):
                if isinstance(each, RefusedFile):
                    refused.append(each)
                    continue
                digests.append(each.digest)
                stored.append(_StoredSample(each.sample, each.kind, put(each.data)))
        samples = _put_in(actor, project, stored, terms) if stored else []
    accepted = {sample.digest for sample in samples}
    refused += [RefusedFile(each.sample.name, KNOWN) for each in stored if each.blob.digest not in accepted]
    return ImportResult(samples, refused)


def _put_in(actor: Actor, project: Project, stored: Sequence[_StoredSample], terms: SampleTerms) -> Sequence[Sample]:
    """The samples that came in: all but those that somebody sent while these were stored."""
    with editing(project, None) as doc:
        known = set(Sample.objects.available().filter(project=project).values_list("digest", flat=True))
        stored = [each for each in stored if each.blob.digest not in known]
        check_file_count(len(entries(doc)) + len(stored))
        samples = [
            Sample(
                project=project,
                kind=each.kind,
                path=sample_path(each.sample.label, each.kind, each.blob.digest),
                digest=each.blob.digest,
                size=each.blob.size,
                label=each.sample.label,
                split=each.sample.split,
                events=None if each.sample.events is None else [asdict(event) for event in each.sample.events],
                owner=actor.person,
                consent=terms.text,
                ends=terms.ends,
            )
            for each in stored
        ]
        Sample.objects.bulk_create(samples)
        link_uploaded(project, [sample.digest for sample in samples], project)
        link_each([(sample, sample.digest) for sample in samples], project.organisation_id)
        for sample in samples:
            document.add_binary(doc, sample.path, sample.digest, sample.size)
        _note(project, actor, "sample.import", count=len(samples), ends=terms.ends.isoformat())
    return samples


@dataclass(frozen=True)
class Marking:
    """What a sample is, as a person says: None leaves it as it is."""

    sample: UUID
    label: str | None = None
    split: str | None = None


def mark_samples(
    actor: Actor, project: Project, markings: Collection[Marking], *, seen: Seen = None
) -> Sequence[Marking]:
    """Changes labels and splits; answers what they were, which takes it back when it is given again.

    Raises `Forbidden`, `Stale`, `Invalid` for a label or split that cannot be, and `NotFound` for a sample that the
    project does not have: then nothing is changed.
    """
    require(actor, Verb.EDIT, project)
    wanted = {each.sample: each for each in markings}
    if not 0 < len(wanted) <= MAXIMUM_FILES:
        raise Invalid(f"Name 1 to {MAXIMUM_FILES} samples.")
    with transaction.atomic():
        Project.objects.lock(project.pk)
        if seen is not None:
            require_seen(label_facets(samples_of(actor, project)), seen)
        samples = list(
            Sample.objects.visible_to(actor).available().filter(project=project, pk__in=wanted).select_for_update()
        )
        if len(samples) < len(wanted):
            raise nothing_here(actor)
        before = [Marking(sample.pk, sample.label, sample.split) for sample in samples]
        for sample in samples:
            marking = wanted[sample.pk]
            if marking.label is not None:
                sample.label = checked_label(marking.label)
            if marking.split is not None:
                sample.split = checked_split(marking.split)
        Sample.objects.bulk_update(samples, ["label", "split"])
        _note(project, actor, "sample.mark", count=len(samples))
    return before


def _note(project: Project, actor: Actor, action: str, **data: Any) -> None:
    write_entry(actor, action, f"project:{project.pk}", project.place, **data)
    append_event(project.stream, SAMPLES_CHANGED(), actor)
