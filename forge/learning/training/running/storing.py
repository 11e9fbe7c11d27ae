"""Stores what a training run gave: its files as blobs, its report and its answers in its row."""

from __future__ import annotations

from pathlib import Path

from forge.core.blobs.links import link_derived
from forge.jobs.kinds import JobContext, JobFailed
from forge.learning.lab_jobs.storing import lock_in_job, store_files, stored_under_lease
from forge.learning.training.actions.runs import announce_run
from forge.learning.training.models import TrainingRun
from forge.learning.training.running.bounded import JUDGED, bounded_answers, bounded_report
from forge.learning.training.running.following import RunFollower, sizes_of
from forge.learning.training.running.lab_events import TrainedJson
from forge.learning.training.running.possible import is_possible_result

LARGEST_FILE = 256 << 20
"""Bytes of one file that a run gives."""
MAX_FILES = 20


def store_result(job: JobContext, run: TrainingRun, answer: TrainedJson, folder: Path) -> None:
    """Stores the files of an answer, which are in a folder. Raises `JobFailed` for an answer without them."""
    if len(answer["files"]) > MAX_FILES:
        raise JobFailed("The training process gave more files than a run has.")
    if not is_possible_result(answer, run.arguments):
        raise JobFailed("The training process gave a result that no run has.")
    blobs = store_files(folder, answer["files"], RunFollower.PROCESS, LARGEST_FILE)
    with stored_under_lease(job, blobs.values()):
        lock_in_job(run)
        link_derived(run, [blob.digest for blob in blobs.values()], run.project.organisation_id)
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
