"""Storing a batch of recordings that the isolated process read: blobs, samples, and the import's position."""

from __future__ import annotations

from pathlib import Path

from forge.accounts.permissions import Verb
from forge.accounts.quotas.limits import require_fits, require_room
from forge.compute.errors import MalformedAnswer
from forge.compute.pool.answer_reading import DataBatchJson, DataRecordingJson
from forge.compute.pool.data_answers import DataOmissionJson
from forge.core.actors import Actor
from forge.core.blobs.links import link_owned
from forge.core.blobs.store import put_batch
from forge.core.blobs.sweep import delete_if_unlinked
from forge.core.models import Blob
from forge.datasets.actions import DataSetChange
from forge.datasets.errors import ConsentOver, ImportNotReady, LabelDiffers, RateDiffers, SampleKnown, WrongSide
from forge.datasets.imports.conflict_resolution import omission_reason, stored_label_reason
from forge.datasets.imports.plan import origin_of
from forge.datasets.models import Consent, DataSet, Sample
from forge.datasets.models.imports import DataImport, ImportState
from forge.datasets.samples.actions.mark import MAX_EVENTS
from forge.datasets.samples.actions.store import store_sample
from forge.datasets.samples.content import are_words, content_in
from forge.jobs.kinds import JobContext
from forge.projects.access import require
from forge.projects.files.storage import delete_on_failure
from rune.datasets.content.content import BadContent, Content
from rune.datasets.positions import read_positions
from rune.datasets.splits import Split

MAX_OMISSIONS = 200
"""Files that a report names for each reason; it counts all that were left out."""


def store_batch(job: JobContext, actor: Actor, row: DataImport, batch: DataBatchJson, output: Path) -> DataImport:
    """Adds the recordings of a batch as samples, and returns the import behind it.

    Raises `ConsentOver`, `ImportNotReady`, `StorageQuotaReached`, `MalformedAnswer`, `Forbidden` or `NotFound`, and
    what `JobContext.confirm_lease` raises; nothing of the batch is stored then.
    """
    _check(row, batch)
    recordings = batch["recordings"]
    require_room(row.data_set.project.organisation_id, sum(each["size"] for each in recordings) or 1)
    with output.open("rb") as file, put_batch() as put:
        contents = [content_in(file, each) for each in recordings]
        blobs = [put(content.data) for content in contents]
    digests = sorted({blob.digest for blob in blobs})
    with delete_on_failure(digests), (change := DataSetChange(row.data_set_id)) as data_set:
        job.confirm_lease()
        require(actor.afresh(), Verb.EDIT, data_set.project)
        row = _current(row)
        omissions: list[DataOmissionJson] = list(batch["omissions"])
        samples: list[Sample] = []
        for recording, content, blob in zip(recordings, contents, blobs, strict=True):
            if reason := omission_reason(row.settlements, blob.digest, recording["label"]):
                omissions.append({"path": recording["path"], "reason": reason})
                continue
            try:
                samples.append(_store(data_set, row, recording, content, blob, actor))
            except LabelDiffers as error:
                # The preview did not compare it, or its sample changed since.
                omissions.append({"path": recording["path"], "reason": stored_label_reason(error, recording["label"])})
            except SampleKnown:
                row.duplicates += 1
            except (WrongSide, RateDiffers) as error:
                omissions.append({"path": recording["path"], "reason": error.detail})
        if link_owned([(sample, sample.digest) for sample in samples], data_set.project.organisation_id):
            require_fits(data_set.project.organisation_id)
        row.position, row.total = batch["next"], batch["total"]
        row.new_samples += len(samples)
        row.omission_count += len(omissions)
        row.omissions = [*row.omissions, *omissions][:MAX_OMISSIONS]
        row.notes = [*row.notes, *batch["notes"]][:MAX_OMISSIONS]
        row.save()
        if row.position >= row.total and row.new_samples:
            change.note(actor, "data.import", count=row.new_samples)
        else:
            change.announce(actor)
    delete_if_unlinked(sorted(set(digests) - {sample.digest for sample in samples}))
    return row


def _current(row: DataImport) -> DataImport:
    """The import as it is now, locked. Raises `ImportNotReady` and `ConsentOver`."""
    rows = DataImport.objects.select_for_update(of=("self",)).select_related("data_set__project", "consent", "person")
    current = rows.filter(pk=row.pk, state=ImportState.ADDING, position=row.position).first()
    if current is None:
        raise ImportNotReady("The import was discarded or stopped.")
    if not Consent.objects.in_force().filter(pk=current.consent_id).exists():
        raise ConsentOver("The consent for these recordings was withdrawn or has ended.")
    return current


def _store(
    data_set: DataSet, row: DataImport, recording: DataRecordingJson, content: Content, blob: Blob, actor: Actor
) -> Sample:
    wanted_split = Split(recording["split"]) if recording["split"] else None
    origin = origin_of(row, recording["group"], wanted_split, recording["device"])
    positions = read_positions(recording["positions"])
    return store_sample(
        data_set,
        row.consent,
        content,
        blob,
        recording["label"],
        origin,
        actor,
        wanted_split=wanted_split,
        positions=positions,
        events=recording["events"],
    )


def _check(row: DataImport, batch: DataBatchJson) -> None:
    """Checks what the isolated process said, beyond its shape. Raises `MalformedAnswer`."""
    steps = batch["next"] - row.position
    is_whole = len(batch["recordings"]) + len(batch["omissions"]) == steps
    advances = steps > 0 or batch["total"] <= row.position
    if not (is_whole and advances and batch["next"] <= max(batch["total"], row.position)):
        raise MalformedAnswer("The process that reads archives lost count.")
    if not all(_is_possible(each) for each in batch["recordings"]):
        raise MalformedAnswer("The process that reads archives described an invalid recording.")


def _is_possible(recording: DataRecordingJson) -> bool:
    """Returns whether the label, the group, the device, the split, the positions and the marked places of a recording
    are possible."""
    try:
        read_positions(recording["positions"])
    except BadContent:
        return False
    events = recording["events"] or []
    if len(events) > MAX_EVENTS or not all(0 <= each["start"] < each["end"] for each in events):
        return False
    labels = [each["label"] for each in events]
    are_named = are_words(recording["label"], recording["group"], recording["device"], *labels) and all(labels)
    return are_named and recording["split"] in ("", *(each.value for each in Split))
