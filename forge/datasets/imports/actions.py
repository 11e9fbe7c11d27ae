"""Actions on imports. Each function checks the permission, does it, and notifies open pages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from forge.accounts.access import nothing_here
from forge.accounts.permissions import Verb
from forge.accounts.quotas.limits import require_room
from forge.compute.parties import party_of
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.blobs.store import put_chunks
from forge.core.blobs.sweep import delete_if_unlinked
from forge.core.errors import Invalid, TooLarge
from forge.core.events.log import append_event
from forge.datasets.announcements import DATA_CHANGED
from forge.datasets.errors import ConsentOver, ImportNotReady, WrongChunkOffset
from forge.datasets.imports.access import may_discard, may_send
from forge.datasets.imports.conflict_resolution import NO_CHOICES, LabelChoices, renew_conflicts, resolve_conflicts
from forge.datasets.imports.ending import stop_imports
from forge.datasets.imports.kinds import IMPORT_KIND, ImportStep
from forge.datasets.imports.rates import require_rates_of_preview
from forge.datasets.models import Consent
from forge.datasets.models.imports import DataImport, ImportState
from forge.datasets.samples.actions.add import SESSION, checked_word
from forge.jobs.kinds import kind_of
from forge.jobs.queue import enqueue
from forge.jobs.workers.slots import notify_workers
from forge.projects.access import require
from forge.projects.files.storage import delete_on_failure, link_uploaded
from rune.compiler.building.spec import canonical_digest
from rune.wording import size_text

MAX_BYTES = 50_000_000_000
"""Bytes of one archive."""
MAX_PIECES = 900
"""Pieces that an archive comes in. The process that reads it opens all of them."""
MAX_LABELS = 500


@dataclass(frozen=True)
class Defaults:
    """Defaults of recordings for which the archive states nothing. An empty pseudonym means who agreed; `alone`
    that they are of nobody."""

    pseudonym: str = ""
    alone: bool = False
    device: str = ""


def begin_import(actor: Actor, consent: Consent, size: int, defaults: Defaults) -> DataImport:
    """Begins an import under a consent of one's own. The bytes follow, with `receive_piece`.

    Raises `ConsentOver`, `Invalid`, `StorageQuotaReached`, and `Forbidden` or `NotFound`.
    """
    project = consent.data_set.project
    require(actor, Verb.EDIT, project)
    if not 0 < size <= MAX_BYTES:
        raise Invalid(f"An archive has 1 byte to {size_text(MAX_BYTES)}.")
    group, device = checked_word(defaults.pseudonym, "pseudonym"), checked_word(defaults.device, "device")
    recent_consents = Consent.objects.in_force().filter(pk=consent.pk, agreed__gt=timezone.now() - SESSION)
    if actor.person is None or not recent_consents.filter(person=actor.person).exists():
        raise ConsentOver("This consent does not cover further recordings. Read the terms and agree again.")
    require_room(project.organisation_id, size)
    with transaction.atomic():
        row = DataImport.objects.create(
            data_set=consent.data_set,
            consent=consent,
            person=actor.person,
            size=size,
            group=group,
            alone=defaults.alone,
            device=device,
        )
        write_entry(actor, "data.import-begin", project.stream, project.place, size=size_text(size))
        announce_import(row, actor)
    return row


def receive_piece(actor: Actor, row: DataImport, offset: int, chunks: Iterable[bytes]) -> DataImport:
    """Stores the bytes of an archive from `offset` on. With the last of them, its lists are read.

    Raises `WrongChunkOffset` for other bytes than those that follow what is there, `TooLarge`, `StorageQuotaReached`,
    and `Forbidden` or `NotFound`, also for everybody but the person who began the import.
    """
    _require_sender(actor, row)
    project = row.data_set.project
    _require_follows(row, offset)
    remaining_bytes = row.size - row.received_bytes
    require_room(project.organisation_id, remaining_bytes)
    blob = put_chunks(chunks, min(remaining_bytes, settings.UPLOAD_LIMIT))
    with delete_on_failure([blob.digest]), transaction.atomic():
        row = _lock_row(row)
        _require_follows(row, offset)
        if not blob.size:
            raise Invalid("The request has no bytes.")
        if len(row.pieces) + 1 >= MAX_PIECES and blob.size < row.size - row.received_bytes:
            raise TooLarge(f"An archive is sent in at most {MAX_PIECES} pieces. Start again with larger ones.")
        link_uploaded(row, [blob.digest], project)
        row.pieces = [*row.pieces, blob.digest]
        row.received_bytes += blob.size
        if row.received_bytes == row.size:
            row.state = ImportState.READING
            _enqueue(actor, row, ImportStep.DESCRIBE)
        row.save()
        announce_import(row, actor)
    return row


def start_import(
    actor: Actor, row: DataImport, labels: Collection[str] | None, choices: LabelChoices = NO_CHOICES
) -> DataImport:
    """Adds the recordings with these labels to the data; None for all. `choices` settle those with several labels.

    Raises `ImportNotReady`, `LabelsUnsettled`, `Invalid`, `Stale`, and `Forbidden` or `NotFound`, also for everybody
    but the person who began the import.
    """
    _require_sender(actor, row)
    revision = renew_conflicts(row, labels)
    with transaction.atomic():
        row = _lock_row(row)
        if row.state != ImportState.READY:
            raise ImportNotReady("The import is still being read, or was already started.")
        known_labels = {*row.description.get("labels", {}), *([""] if row.description.get("unlabelled") else [])}
        if labels is not None and (not labels or not known_labels.issuperset(labels) or len(labels) > MAX_LABELS):
            raise Invalid("Choose labels that the archive has.")
        row.labels = None if labels is None else sorted(set(labels))
        row.settlements = resolve_conflicts(actor, row, row.labels, choices, revision)
        require_rates_of_preview(row)
        # Reading the recordings with these labels names once more what the preview could not read.
        row.omissions, row.omission_count = row.description["omissions"], row.description["omission_count"]
        row.state = ImportState.ADDING
        _enqueue(actor, row, ImportStep.ADD)
        row.save()
        project = row.data_set.project
        write_entry(actor, "data.import-start", project.stream, project.place, count=row.description["recordings"])
        announce_import(row, actor)
    return row


def discard_import(actor: Actor, row: DataImport) -> None:
    """Deletes an import with its bytes. Samples that it added stay. Raises `Forbidden` or `NotFound`."""
    require(actor, Verb.EDIT, row.data_set.project)
    if not may_discard(actor, row):
        raise nothing_here(actor)
    with transaction.atomic():
        row = _lock_row(row)
        digests = stop_imports(DataImport.objects.filter(pk=row.pk), "It was discarded.")
        project = row.data_set.project
        write_entry(actor, "data.import-discard", project.stream, project.place)
        announce_import(row, actor)
        row.delete()
    delete_if_unlinked(digests)


def announce_import(row: DataImport, actor: Actor | None = None) -> None:
    """Tells everybody who has the page open, in the transaction that changed the import."""
    append_event(row.data_set.project.stream, DATA_CHANGED(revision=row.data_set.revision), actor)


def archive_digest(pieces: Sequence[str]) -> str:
    """Returns the digest of an archive that came in pieces with these digests. Its jobs add these bytes alone."""
    return canonical_digest({"pieces": list(pieces)})


def _require_sender(actor: Actor, row: DataImport) -> None:
    """Raises `Forbidden` or `NotFound` unless the person began the import under a consent of their own."""
    require(actor, Verb.EDIT, row.data_set.project)
    if not may_send(actor, row):
        raise nothing_here(actor)


def _require_follows(row: DataImport, offset: int) -> None:
    if row.state != ImportState.SENDING or offset != row.received_bytes:
        raise WrongChunkOffset(f"The server has {row.received_bytes} of {row.size} bytes. Continue at that offset.")


def _lock_row(row: DataImport) -> DataImport:
    rows = DataImport.objects.select_for_update(of=("self",)).select_related("data_set__project__organisation")
    return rows.select_related("consent", "person").get(pk=row.pk)


def _enqueue(actor: Actor, row: DataImport, step: ImportStep) -> None:
    project = row.data_set.project
    kind = kind_of(IMPORT_KIND)
    party = party_of(actor, project.organisation_id)
    spec = {"import": str(row.pk), "step": step.value, "archive": archive_digest(row.pieces)}
    enqueue(kind, party.organisation, spec, party=party, project=project, key=str(row.pk))
    transaction.on_commit(lambda: notify_workers(kind.capability), robust=True)
