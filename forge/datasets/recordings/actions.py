"""Sending recordings as samples of a project's data: one from the studio, or an archive of labelled ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone

from forge.accounts.permissions import Verb
from forge.accounts.quotas.limits import require_fits, require_room
from forge.core.actors import Actor
from forge.core.blobs.links import link_owned
from forge.core.blobs.store import put_batch, put_bytes
from forge.core.blobs.sweep import delete_if_unlinked
from forge.core.errors import Invalid, SignInNeeded
from forge.core.models import Blob
from forge.datasets.actions import DataSetChange
from forge.datasets.consent.actions import agree, purposes_of
from forge.datasets.consent_terms import DEFAULT_PURPOSES, Purpose
from forge.datasets.errors import ConsentDiffers
from forge.datasets.models import DataSet, Sample
from forge.datasets.models.consents import Consent
from forge.datasets.models.samples import SampleSource
from forge.datasets.recordings.access import recording_terms
from forge.datasets.recordings.archives import DUPLICATE, Incoming, RefusedFile, classify_samples, labelled_archive
from forge.datasets.samples.actions.add import SESSION, checked_word
from forge.datasets.samples.actions.store import SampleOrigin, new_row, split_of_nobody, store_sample
from forge.datasets.samples.content import checked_content
from forge.datasets.samples.rates import keep_rates, rate_of
from forge.projects.access import require
from forge.projects.files.storage import delete_on_failure, link_uploaded
from forge.projects.models import Project
from rune.datasets.content.content import Content
from rune.datasets.content.row_rate import RowRates
from rune.datasets.splits import Split

ARCHIVE_ORIGIN = SampleOrigin(alone=True, source=SampleSource.IMPORT)
"""The origin of recordings of an archive."""


@dataclass(frozen=True)
class ReadSample:
    """A recording that was read and may be given, with its label and what its person agreed to. It is not stored."""

    content: Content
    label: str
    days: int
    consent: str
    purposes: frozenset[Purpose]


def send_sample(
    actor: Actor,
    project: Project,
    chunks: Iterable[bytes],
    *,
    label: str,
    days: int,
    consent: str,
    purposes: frozenset[Purpose] = DEFAULT_PURPOSES,
) -> Sample:
    """Adds a recording to the project's data as a sample of this person, for tests where their earlier samples are not
    for something else. Raises what `read_sample` and `store_read_sample` raise."""
    sample = read_sample(actor, project, chunks, label=label, days=days, consent=consent, purposes=purposes)
    return store_read_sample(actor, project, sample)


def read_sample(
    actor: Actor,
    project: Project,
    chunks: Iterable[bytes],
    *,
    label: str,
    days: int,
    consent: str,
    purposes: frozenset[Purpose] = DEFAULT_PURPOSES,
) -> ReadSample:
    """Reads a recording without what tells of its maker. Call it outside of a transaction (`checked_content`).

    `consent` is the text of the terms that the person read, for these purposes. Raises what `checked_content` raises,
    `ConsentDiffers` when other terms hold now, `StorageQuotaReached`, `Invalid`, and `Forbidden` or `NotFound`.
    """
    require(actor, Verb.GIVE_SAMPLE, project)
    label = _checked_label(label)
    _require_agreement(actor, project, days, consent, purposes)
    require_room(project.organisation_id)
    content = checked_content(project.organisation_id, chunks)
    return ReadSample(content, label, days, consent, purposes)


def store_read_sample(actor: Actor, project: Project, sample: ReadSample) -> Sample:
    """Stores what `read_sample` returned as a sample of this person. Raises `ConsentDiffers`, `SampleKnown`,
    `WrongSide` and `StorageQuotaReached`."""
    blob = put_bytes(sample.content.data)
    with delete_on_failure([blob.digest]), transaction.atomic():
        consent_row = _agree_once(actor, project, sample.days, sample.consent, sample.purposes)
        with (change := DataSetChange(consent_row.data_set_id)) as data_set:
            row = store_sample(
                data_set,
                consent_row,
                sample.content,
                blob,
                sample.label,
                SampleOrigin(),
                actor,
                wanted_split=Split.TEST,
            )
            link_uploaded(row, [blob.digest], project)
            change.note(actor, "data.add", number=row.number)
    return row


@dataclass(frozen=True)
class ImportResult:
    """The samples that an archive added, and its refused files. Deleting the samples undoes the import."""

    samples: Sequence[Sample]
    refused_files: Sequence[RefusedFile]


@dataclass(frozen=True)
class _StoredRecording:
    incoming: Incoming
    """The recording without its bytes."""
    blob: Blob
    rates: RowRates


def import_samples(
    actor: Actor,
    project: Project,
    chunks: Iterable[bytes],
    *,
    days: int,
    consent: str,
    purposes: frozenset[Purpose] = DEFAULT_PURPOSES,
    origin: SampleOrigin = ARCHIVE_ORIGIN,
) -> ImportResult:
    """Adds all good recordings of an archive to the project's data, in one step: whatever fails before its end leaves
    the data as it was, and none of the bytes. The archive does not say whom it recorded, so they are of nobody.

    `consent` is the text of the terms that the person read; they hold for each recording. Raises `Forbidden`,
    `NotFound`, `TooLarge`, `ArchiveRefused`, `RateDiffers`, `ConsentDiffers` and `StorageQuotaReached`.
    """
    require(actor, Verb.EDIT, project)
    _require_agreement(actor, project, days, consent, purposes)
    require_room(project.organisation_id)
    refused_files: list[RefusedFile] = []
    recordings: list[_StoredRecording] = []
    digests: list[str] = []
    with delete_on_failure(digests):
        with labelled_archive(project, chunks) as archive, put_batch() as put:
            for each in classify_samples(project, archive):
                if isinstance(each, RefusedFile):
                    refused_files.append(each)
                    continue
                digests.append(each.digest)
                blob = put(each.content.data)
                # From here on the bytes are in the store alone.
                incoming = replace(each, content=replace(each.content, data=b""))
                recordings.append(_StoredRecording(incoming, blob, rate_of(each.content)))
        if not recordings:
            return ImportResult((), refused_files)
        with transaction.atomic():
            consent_row = _agree_once(actor, project, days, consent, purposes)
            with (change := DataSetChange(consent_row.data_set_id)) as data_set:
                samples, duplicates = _store_all(actor, data_set, consent_row, recordings, origin)
                if link_owned([(sample, sample.digest) for sample in samples], project.organisation_id):
                    require_fits(project.organisation_id)
                change.note(actor, "data.import", count=len(samples))
    delete_if_unlinked(sorted(set(digests) - {sample.digest for sample in samples}))
    return ImportResult(samples, [*refused_files, *duplicates])


def _store_all(
    actor: Actor,
    data_set: DataSet,
    consent: Consent,
    recordings: Sequence[_StoredRecording],
    origin: SampleOrigin,
) -> tuple[list[Sample], list[RefusedFile]]:
    """Stores the rows of recordings at once; those that somebody sent meanwhile are refused."""
    digests = [each.blob.digest for each in recordings]
    stored_samples = Sample.objects.available().filter(data_set=data_set, digest__in=digests)
    known_digests = frozenset(stored_samples.values_list("digest", flat=True))
    keep_rates(data_set, {name: interval for each in recordings for name, interval in each.rates.items()})
    samples: list[Sample] = []
    for each in recordings:
        if each.blob.digest in known_digests:
            continue
        row = each.incoming
        split = split_of_nobody(data_set, consent, each.blob.digest, row.split)
        samples.append(
            new_row(data_set, consent, row.content, each.blob, row.label, split, None, origin, actor, row.events)
        )
    Sample.objects.bulk_create(samples)
    return samples, [
        RefusedFile(each.incoming.name, DUPLICATE) for each in recordings if each.blob.digest in known_digests
    ]


def _checked_label(text: str) -> str:
    label = checked_word(text, "label")
    if not label:
        raise Invalid("Give it a label, such as what was said.")
    return label


def _require_agreement(actor: Actor, project: Project, days: int, text: str, purposes: frozenset[Purpose]) -> None:
    """Raises `ConsentDiffers` unless the person read the terms of now, and `SignInNeeded`."""
    if actor.person is None:
        raise SignInNeeded("Sign in to give recordings.")
    if text != recording_terms(project, days, purposes).text:
        raise ConsentDiffers("The terms have changed since you read them. Read them again, then send.")


def _agree_once(actor: Actor, project: Project, days: int, text: str, purposes: frozenset[Purpose]) -> Consent:
    """The person's consent to these very terms, of this session or new."""
    earlier = Consent.objects.in_force().filter(data_set__project=project, person=actor.person, text=text)
    recent = earlier.filter(agreed__gt=timezone.now() - SESSION).select_related("data_set")
    same = next((each for each in recent if purposes_of(each) == purposes), None)
    return same or agree(actor, project, purposes=purposes, days=days, text=text)
