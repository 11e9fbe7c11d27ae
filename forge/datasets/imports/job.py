"""The job of an import: reads the lists of an archive, or adds its recordings to the data, batch by batch.

The archive is read in an isolated process. Each batch is one transaction with the import's position, so a job that is
interrupted goes on behind the last batch, and no recording comes twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from forge.accounts.errors import StorageQuotaReached
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import acting_as
from forge.compute.child.job_file import JobFile
from forge.compute.errors import ChildDied, MalformedAnswer
from forge.compute.pool.answer_reading import DataBatchJson
from forge.compute.pool.compiler import Answer, Compiler
from forge.compute.pool.data_answers import DataOmissionJson, LabelDigestsJson
from forge.compute.pool.local_files import open_blob_file
from forge.compute.pool.toolchain import fetched_folder, warm_compiler
from forge.core.blobs.sweep import delete_if_unlinked
from forge.core.errors import DomainError, Forbidden, NotFound
from forge.datasets.imports.actions import announce_import, archive_digest
from forge.datasets.imports.batch import store_batch
from forge.datasets.imports.comparing import TooManyConflicts, read_recordings
from forge.datasets.imports.ending import stop_imports
from forge.datasets.imports.kinds import IMPORT_KIND, ImportStep
from forge.datasets.imports.plan import runs_of, split_plan
from forge.datasets.imports.rates import import_rates
from forge.datasets.models.imports import DataImport, ImportState
from forge.jobs.kinds import JobContext, JobFailed, JobKind, JobTitle
from forge.jobs.models import Job, JobState, WorkerCapability
from rune.wording import counted

BATCH_COUNT = 250
"""Recordings of a batch."""
BATCH_BYTES = 32_000_000
BATCH_SECONDS = 300.0
"""The longest that reading one batch may take."""
NO_RIGHT = "The person who started this import may no longer edit the project."
NOT_THE_SENDER = "A person other than the one who gave the consent started this import. Discard it and begin again."
OTHER_BYTES = "The bytes of the archive are not those that were sent. Discard this import and begin again."

_AFTER = {
    ImportStep.DESCRIBE: (ImportState.READY, ImportState.ADDING, ImportState.DONE),
    ImportStep.ADD: (ImportState.DONE,),
}
"""The states of an import that has done a step."""

NewReader = Callable[[], AbstractContextManager[Compiler]]


def run_import_job(job: JobContext, new_reader: NewReader = warm_compiler) -> Mapping[str, Any]:
    """Does one step of an import."""
    row = _find(job)
    if row.state in _AFTER[ImportStep(job.spec["step"])]:
        return _result(job, row)
    _check_sender(job, row)
    with new_reader() as reader, ExitStack() as stack:
        stack.callback(reader.clear_output)
        files = {
            f"{number:04d}": stack.enter_context(open_blob_file(digest, fetched_folder()))
            for number, digest in enumerate(row.pieces)
        }
        if not files or any(each.descriptor is None for each in files.values()):
            raise JobFailed("The bytes of the archive were deleted. Upload it again.")
        if job.spec["step"] == ImportStep.DESCRIBE:
            return _describe(job, row, reader, files)
        return _add(job, row, reader, files)


def _find(job: JobContext) -> DataImport:
    rows = DataImport.objects.select_related("data_set__project__organisation", "consent", "person")
    row = rows.filter(pk=job.spec["import"]).first()
    after = _AFTER[ImportStep(job.spec["step"])]
    if row is None or row.state not in (ImportState.READING, ImportState.ADDING, *after):
        raise JobFailed("The import was discarded or stopped.")
    return row


def _check_sender(job: JobContext, row: DataImport) -> None:
    """Checks that the person who gave the consent asked for this, and that the bytes are theirs. Raises `JobFailed`."""
    if job.party.member is None or not job.party.member == row.person_id == row.consent.person_id:
        raise JobFailed(NOT_THE_SENDER)
    # Jobs of earlier versions do not name the archive.
    if row.pieces and job.spec.get("archive", archive_digest(row.pieces)) != archive_digest(row.pieces):
        raise JobFailed(OTHER_BYTES)


def _result(job: JobContext, row: DataImport) -> Mapping[str, Any]:
    """Returns the result of a step that is done, perhaps by an earlier attempt whose worker died right after it."""
    if job.spec["step"] == ImportStep.DESCRIBE:
        return {"recordings": row.description["recordings"]}
    return {"new_samples": row.new_samples, "duplicates": row.duplicates, "omission_count": row.omission_count}


def _ask(job: JobContext, row: DataImport, reader: Compiler, files: Mapping[str, JobFile], **request: Any) -> Any:
    """Returns what the isolated process answers. Raises `JobFailed` with the reason where it refuses the archive."""
    answers: list[Any] = []

    def take(answer: Answer) -> None:
        if answer["event"] == "failed":
            raise JobFailed(answer["error"])
        if answer["event"] == "answered":
            answers.append(answer["answer"])

    owner = row.data_set.project.organisation_id
    try:
        reader.run(request, take, owner=owner, files=files, limit=BATCH_SECONDS, tick=job.tick, pace=job.pace)
    except ChildDied as error:
        raise JobFailed(f"The archive could not be read. {error.reason}") from error
    if not answers or "refused" in answers[0]:
        raise JobFailed(answers[0]["refused"] if answers else "The archive could not be read.")
    return answers[0]


def _describe(job: JobContext, row: DataImport, reader: Compiler, files: Mapping[str, JobFile]) -> Mapping[str, Any]:
    job.report(0.1, "Reading the lists of the archive")
    description = _ask(job, row, reader, files, op="describe-data")
    if not description["recordings"]:
        raise _no_recordings(description["omissions"])

    def read_digests(start: int, count: int, size: int) -> LabelDigestsJson:
        job.report(0.2, "Reading recordings, and comparing them with the data")
        request = {"start": start, "count": count, "bytes": size, "rates": rates}
        answer: LabelDigestsJson = _ask(job, row, reader, files, op="digest-data", **request)
        return answer

    try:
        rates = import_rates(row, description["rates"])
        recordings = read_recordings(row, read_digests)
        plan = {**split_plan(row, runs_of(description)), **recordings.comparison, "rates": rates}
    except TooManyConflicts as error:
        raise JobFailed(str(error)) from error
    except MalformedAnswer as error:
        raise JobFailed(f"The archive could not be read. {error.reason}") from error
    if recordings.unreadable_count == description["recordings"]:
        raise _no_recordings(recordings.unreadable_files)
    with transaction.atomic():
        job.confirm_lease()
        changed_rows = DataImport.objects.filter(pk=row.pk, state=ImportState.READING).update(
            state=ImportState.READY,
            description={name: value for name, value in description.items() if name not in ("words", "runs")} | plan,
            omission_count=description["omission_count"] + recordings.unreadable_count,
            omissions=[*recordings.unreadable_files, *description["omissions"]],
        )
        if not changed_rows:
            raise JobFailed("The import was discarded or stopped.")
        announce_import(row)
    return {"recordings": description["recordings"]}


def _no_recordings(omissions: Sequence[DataOmissionJson]) -> JobFailed:
    first = next((f" {each['path']}: {each['reason']}" for each in omissions), "")
    return JobFailed(f"The archive has no recordings that can be imported.{first}")


def _add(job: JobContext, row: DataImport, reader: Compiler, files: Mapping[str, JobFile]) -> Mapping[str, Any]:
    actor = acting_as(row.person) if row.person is not None else None
    if actor is None or not can(actor, Verb.EDIT, row.data_set.project):
        raise JobFailed(NO_RIGHT)
    position = row.position
    while True:
        job.report(position / max(1, row.total), f"{position:,} of {counted(row.total, 'recording')}")
        request = {"start": position, "count": BATCH_COUNT, "bytes": BATCH_BYTES, "labels": row.labels}
        request["rates"] = row.description.get("rates", [])  # Imports that an earlier version described have none.
        batch: DataBatchJson = _ask(job, row, reader, files, op="read-data", **request)
        try:
            row = store_batch(job, actor, row, batch, reader.output)
        except StorageQuotaReached as error:
            raise JobFailed(f"{row.new_samples:,} samples were added. {error.detail}") from error
        except (Forbidden, NotFound) as error:
            raise JobFailed(NO_RIGHT) from error
        except DomainError as error:
            raise JobFailed(error.detail) from error
        except MalformedAnswer as error:
            raise JobFailed(f"The archive could not be read. {error.reason}") from error
        position = row.position
        if position >= row.total:
            break
    delete_if_unlinked(_finish(job, row))
    job.log(
        f"Added {counted(row.new_samples, 'sample')}; {row.duplicates:,} were there, "
        f"{row.omission_count:,} were left out."
    )
    return _result(job, row)


def _finish(job: JobContext, row: DataImport) -> list[str]:
    with transaction.atomic():
        job.confirm_lease()
        imports = DataImport.objects.filter(pk=row.pk)
        imports.update(state=ImportState.DONE)
        digests = stop_imports(imports, "")
        announce_import(row)
    return digests


def follow_job(job: Job) -> None:
    """Changes the import with its job: a job that ended without success stops it, and a retry goes on with it."""
    imports = DataImport.objects.filter(pk=job.spec["import"])
    state = ImportState.READING if job.spec["step"] == ImportStep.DESCRIBE else ImportState.ADDING
    if job.state in (JobState.FAILED, JobState.CANCELLED, JobState.LOST):
        reason = job.error or "It was cancelled."
        imports.filter(state=state).update(state=ImportState.FAILED, error=reason[:500])
    elif job.state == JobState.QUEUED:
        imports.filter(state=ImportState.FAILED).exclude(pieces=[]).update(state=state, error="")
        # An import that waits for room on a disk is not one that nobody goes on with.
        imports.filter(state=state).update(changed=timezone.now())
    if job.project is not None and (row := imports.select_related("data_set__project").first()) is not None:
        announce_import(row)


def titles_of(jobs: Sequence[Job]) -> Mapping[UUID, JobTitle]:
    """Returns the titles of jobs of imports."""
    return {
        job.pk: JobTitle(
            f"Import into the data of {job.project.full_name}",
            f"{job.project.get_absolute_url()}/data/imports/{job.spec['import']}",
        )
        for job in jobs
        if job.project is not None
    }


IMPORT = JobKind(
    IMPORT_KIND,
    WorkerCapability.BUILD,
    run_import_job,
    "Data import",
    titles=titles_of,
    verb=Verb.EDIT,
    attempts=5,
    noun="import",
    on_change=follow_job,
    is_personal=True,
)
