"""Stores what a training run gave: its files as blobs, its report and its answers in its row."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from forge.core.blobs.links import link_derived
from forge.core.blobs.store import put_chunks
from forge.core.blobs.sweep import delete_if_unlinked
from forge.core.models import Blob
from forge.jobs.kinds import JobContext, JobFailed
from forge.learning.training.actions.runs import announce_run
from forge.learning.training.models import TrainingRun
from forge.learning.training.running.bounded import JUDGED, bounded_answers, bounded_report
from forge.learning.training.running.following import sizes_of
from forge.learning.training.running.lab_events import TrainedJson
from forge.learning.training.running.possible import is_possible_result

CHUNK = 1 << 20
LARGEST_FILE = 256 << 20
"""Bytes of one file that a run gives."""
MAX_FILES = 20


def store_result(job: JobContext, run: TrainingRun, answer: TrainedJson, folder: Path) -> None:
    """Stores the files of an answer, which are in a folder. Raises `JobFailed` for an answer without them."""
    if len(answer["files"]) > MAX_FILES:
        raise JobFailed("The training process gave more files than a run has.")
    if not is_possible_result(answer, run.arguments):
        raise JobFailed("The training process gave a result that no run has.")
    blobs = {path: store_file(folder / Path(name).name) for path, name in answer["files"].items()}
    digests = [blob.digest for blob in blobs.values()]
    try:
        with transaction.atomic():
            job.confirm_lease()
            locked_run = TrainingRun.objects.select_for_update(of=("self",)).filter(pk=run.pk).first()
            if locked_run is None:
                raise JobFailed("The run was deleted.")
            link_derived(run, digests, run.project.organisation_id)
            run.files = {path: blob.digest for path, blob in blobs.items()}
            run.sizes = {path: blob.size for path, blob in blobs.items()}
            recordings, labels = sizes_of(run)
            run.report = bounded_report(answer["report"], recordings, run.description.get("labels", ()))
            judged_answers = {split: rows for split, rows in answer["answers"].items() if split in JUDGED}
            answers = {split: bounded_answers(rows, recordings, labels) for split, rows in judged_answers.items()}
            run.answers = {"epoch": 0, **answers}
            run.arguments, run.best_epoch = answer["values"], answer["report"]["best_epoch"]
            run.save(update_fields=["files", "sizes", "report", "answers", "arguments", "best_epoch"])
            announce_run(run)
    except BaseException:
        delete_if_unlinked(digests)
        raise


def store_file(path: Path) -> Blob:
    """Stores a file that a process of `lab` wrote. Raises `JobFailed` if it is missing."""
    if not path.is_file() or path.is_symlink():
        raise JobFailed("The training process gave no file.")
    with path.open("rb") as file:
        return put_chunks(iter(lambda: file.read(CHUNK), b""), LARGEST_FILE)
