"""The job of a training run: `lab` trains in processes of its own, and what it sends is stored and shown at once."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.compute.workdir import workdir
from forge.core.actors import Actor
from forge.core.blobs.store import read_blob
from forge.core.errors import Conflict, DomainError
from forge.core.json_shape import has_shape
from forge.jobs.kinds import JobContext, JobFailed, JobKind, JobPaused
from forge.jobs.models import Job, JobState, WorkerCapability
from forge.learning.lab_jobs.executing import find_for, follow_row, row_to_retry, state_after, titles_of
from forge.learning.lab_jobs.following import Ask
from forge.learning.lab_jobs.process import ask_lab, lab_variables
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.lab_jobs.waiting import waiting_tensorflow
from forge.learning.training.access import teacher_path
from forge.learning.training.actions.runs import announce_run, require_going_on
from forge.learning.training.actions.using import use_model
from forge.learning.training.kinds import MINUTES, TRAINING_KIND
from forge.learning.training.models import TrainingRun
from forge.learning.training.running.following import LONGEST_NOTE, RunFollower
from forge.learning.training.running.lab_events import PausedJson, TrainedJson
from forge.learning.training.running.storing import store_result
from rune.devices.boards.lookup import find_board

BACKBONE = "backbone.tflite"
"""The name of the backbone in the folder of a job, as `lab` reads it."""
TEACHER = {"model": "teacher.float.tflite", "record": "teacher.provenance.json"}
"""The names of the teacher's files there."""
START = "start"
"""The name there of the model that the run begins with. Its bytes are data until the training process has read them."""
SECONDS = 60.0 * (MINUTES + 30)
"""The longest that one attempt may take: training has its own limit, and features and judging come to it."""


def run_training_job(job: JobContext, ask: Ask = ask_lab) -> Mapping[str, Any]:
    """Trains, from the last checkpoint if there is one."""
    run = find_for(job, TrainingRun)
    with tempfile.TemporaryDirectory(dir=workdir(), prefix="train-") as name:
        folder = Path(name)
        follower = RunFollower(job, run, folder)
        follower.write_samples()
        for file, digest in _files(run).items():
            (folder / file).write_bytes(read_blob(digest))
        checkpoint = job.load_checkpoint()
        if checkpoint is not None:
            (folder / "checkpoint").write_bytes(checkpoint)
        try:
            answer = _ask(ask, follower)
        finally:
            waiting_tensorflow.prepare(lab_variables())
        if has_shape(answer, PausedJson):
            follower.save_checkpoint()
            TrainingRun.objects.filter(pk=run.pk).update(instruction="")
            raise JobPaused
        store_result(job, run, answer, folder / "out")
    for protection, reason in answer["gaps"].items():
        job.log(f"Training ran without {protection}: {reason}", "warning")
    return {"files": len(answer["files"])}


def _files(run: TrainingRun) -> Mapping[str, str]:
    """The digests of the files that it learns with, by their names in the folder."""
    files = {BACKBONE: run.backbone_digest, START: run.start_digest}
    return {
        **{name: digest for name, digest in files.items() if digest},
        **{TEACHER[name]: digest for name, digest in run.teacher_files.items()},
    }


def _ask(ask: Ask, follower: RunFollower) -> Any:
    run = follower.row
    try:
        answer = follower.learn(
            ask,
            TrainedJson | PausedJson,
            SECONDS,
            backbone=run.backbone_path,
            teacher=teacher_path(run.model_path) if run.teacher_number else "",
            start=run.start_path,
            minutes=MINUTES,
            targets=list(dict.fromkeys(find_board(key).target for key in run.boards)),
        )
    except JobFailed:
        follower.flush()
        raise
    follower.flush()
    return answer


@transaction.atomic
def follow_job(job: Job) -> None:
    """Changes the run with its job."""
    run = follow_row(job, TrainingRun, _values, announce_run)
    if run is not None and run.state == LabJobState.FINISHED and run.offers and not run.change_url:
        _offer(run)


def _values(job: Job, run: TrainingRun) -> dict[str, Any]:
    values: dict[str, Any] = {"state": state_after(job, run)}
    if job.state != JobState.QUEUED:
        values["instruction"] = ""
    if job.state in (JobState.FAILED, JobState.LOST):
        values["error"] = job.error[:1000]
    elif job.state == JobState.RUNNING:
        values |= {"error": "", "reason": ""}
    return values


def _offer(run: TrainingRun) -> None:
    """Opens the change request of a run that was begun for it, with the rights that its person has now."""
    try:
        if run.person is None:
            raise Conflict("The person who used the trial has no account any more.")
        use_model(run.person, run)
    except DomainError as error:
        note = f"The model was not offered by itself: {error} Use it on this page."
        TrainingRun.objects.filter(pk=run.pk).update(notes=[*run.notes, note[:LONGEST_NOTE]], offers=False)


def prepare_retry(actor: Actor, job: Job) -> None:
    """A run whose job is retried goes on. Raises `NotRetriable` and what `require_going_on` raises."""
    require_going_on(row_to_retry(job, TrainingRun), actor)


TRAINING = JobKind(
    TRAINING_KIND,
    WorkerCapability.LAB,
    run_training_job,
    "Training run",
    titles=partial(titles_of, TrainingRun),
    verb=Verb.EDIT,
    retention=None,
    attempts=10,
    noun="training run",
    on_change=follow_job,
    before_retry=prepare_retry,
)
