"""The job of a training run: `lab` trains in processes of its own, and what it sends is stored and shown at once."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.compute.workdir import workdir
from forge.core.actors import Actor
from forge.core.blobs.store import read_blob
from forge.core.errors import Conflict, DomainError
from forge.core.json_shape import has_shape
from forge.jobs.errors import NotRetriable
from forge.jobs.kinds import AttemptFailed, JobContext, JobFailed, JobKind, JobPaused, JobTitle
from forge.jobs.models import Job, JobState, WorkerCapability
from forge.learning.conversions.lab_process import EnvironmentMissing, LabDied, LabRefused, ask_lab, lab_variables
from forge.learning.endings import ending_of
from forge.learning.environments.missing import environments_of, reason_of
from forge.learning.training.access import teacher_path
from forge.learning.training.actions.runs import announce_run, require_going_on
from forge.learning.training.actions.using import use_model
from forge.learning.training.kinds import LAB_ATTEMPTS, MINUTES, TRAINING_KIND
from forge.learning.training.models import TrainingRun, TrainingState
from forge.learning.training.running.data import ARCHIVE, usable_entries, write_data
from forge.learning.training.running.following import LONGEST_NOTE, RunFollower
from forge.learning.training.running.lab_events import PausedJson, TrainedJson
from forge.learning.training.running.storing import store_result
from forge.learning.training.used_time import counted_time
from forge.learning.waiting_lab import waiting_tensorflow
from rune.devices.boards.lookup import find_board

BACKBONE = "backbone.tflite"
"""The name of the backbone in the folder of a job, as `lab` reads it."""
TEACHER = {"model": "teacher.float.tflite", "record": "teacher.provenance.json"}
"""The names of the teacher's files there."""
START = "start"
"""The name there of the model that the run begins with. Its bytes are data until the training process has read them."""
SECONDS = 60.0 * (MINUTES + 30)
"""The longest that one attempt may take: training has its own limit, and features and judging come to it."""
INSTRUCTION_SECONDS = 0.5
"""The seconds between two checks for instructions to the run."""

Ask = Callable[..., Any]


def run_training_job(job: JobContext, ask: Ask = ask_lab) -> Mapping[str, Any]:
    """Trains, from the last checkpoint if there is one."""
    run = _find(job)
    with tempfile.TemporaryDirectory(dir=workdir(), prefix="train-") as name:
        folder = Path(name)
        follower = RunFollower(job, run, folder, _write_data(job, run, folder))
        if run.backbone_digest:
            (folder / BACKBONE).write_bytes(read_blob(run.backbone_digest))
        if run.start_digest:
            (folder / START).write_bytes(read_blob(run.start_digest))
        for name, digest in run.teacher_files.items():
            (folder / TEACHER[name]).write_bytes(read_blob(digest))
        checkpoint = job.load_checkpoint()
        if checkpoint is not None:
            (folder / "checkpoint").write_bytes(checkpoint)
        try:
            with counted_time(job.party.organisation, follower.tick) as tick:
                answer = _ask(job, run, folder, follower, tick, ask)
        finally:
            waiting_tensorflow.prepare(lab_variables())
        if has_shape(answer, PausedJson):
            follower.save_checkpoint()
            _clear_instruction(run)
            raise JobPaused
        store_result(job, run, answer, folder / "out")
    for protection, reason in answer["gaps"].items():
        job.log(f"Training ran without {protection}: {reason}", "warning")
    return {"files": len(answer["files"])}


def _find(job: JobContext) -> TrainingRun:
    rows = TrainingRun.objects.select_related("project__organisation", "data_version__data_set")
    run = rows.filter(pk=job.spec["run"]).first()
    if run is None:
        raise JobFailed("The run was deleted.")
    return run


def _write_data(job: JobContext, run: TrainingRun, folder: Path) -> Mapping[str, int]:
    """Writes the samples that may be learned from. Raises `JobFailed` where there are none."""
    if run.data_version is None:
        raise JobFailed("The version of the data was deleted. Train on another one.")
    job.report(0.0, "Reading the samples")
    entries = usable_entries(run.data_version, run.project)
    numbers = write_data(run.data_version, entries, folder / ARCHIVE)
    if not numbers:
        raise JobFailed(
            f"No sample of version {run.data_number} may be learned from now: consents ended or were withdrawn. Save a "
            "new version and train on that."
        )
    return numbers


def _ask(
    job: JobContext, run: TrainingRun, folder: Path, follower: RunFollower, tick: Callable[[], None], ask: Ask
) -> Any:
    request = {
        "action": "train",
        "folder": str(folder),
        "data": ARCHIVE,
        "recipe": run.recipe,
        "arguments": run.arguments,
        "seed": run.seed,
        "form": run.form,
        "model": run.model_path,
        "backbone": run.backbone_path,
        "teacher": teacher_path(run.model_path) if run.teacher_number else "",
        "start": run.start_path,
        "minutes": MINUTES,
        "targets": list(dict.fromkeys(find_board(key).target for key in run.boards)),
    }
    try:
        answer = ask(
            request,
            TrainedJson | PausedJson,
            seconds=SECONDS,
            tick=tick,
            report=job.report,
            receive=follower.receive,
            command=_RunInstructions(run).take,
            work="training run",
            waiting=waiting_tensorflow,
        )
    except EnvironmentMissing as missing:
        TrainingRun.objects.filter(pk=run.pk).update(reason=reason_of(missing))
        raise JobFailed(f"The run cannot start. {missing.advice} Then continue the run.") from None
    except LabRefused as refused:
        follower.flush()
        TrainingRun.objects.filter(pk=run.pk).update(reason=refused.reason)
        raise JobFailed(str(refused)) from None
    except LabDied as died:
        raise AttemptFailed(str(died), attempts=LAB_ATTEMPTS) from None
    follower.flush()
    return answer


class _RunInstructions:
    """The instructions to the run, each once."""

    def __init__(self, run: TrainingRun) -> None:
        self._run = run
        self._last_instruction = ""
        self._due = 0.0

    def take(self) -> str | None:
        if time.monotonic() < self._due:
            return None
        self._due = time.monotonic() + INSTRUCTION_SECONDS
        instruction = TrainingRun.objects.filter(pk=self._run.pk).values_list("instruction", flat=True).first() or ""
        is_new = bool(instruction) and instruction != self._last_instruction
        self._last_instruction = instruction
        return instruction if is_new else None


def _clear_instruction(run: TrainingRun) -> None:
    TrainingRun.objects.filter(pk=run.pk).update(instruction="")


@transaction.atomic
def follow_job(job: Job) -> None:
    """Changes the run with its job."""
    run = TrainingRun.objects.select_related("project__organisation").filter(pk=job.spec["run"]).first()
    if run is None:
        return
    values: dict[str, Any] = {"state": _state(job, run)}
    if job.state in (JobState.FAILED, JobState.LOST):
        values |= {"error": job.error[:1000], "instruction": ""}
    elif job.state in (JobState.CANCELLED, JobState.SUCCEEDED):
        values |= {"instruction": ""}
    elif job.state == JobState.RUNNING:
        values |= {"error": "", "reason": "", "instruction": ""}
    before = run.state
    TrainingRun.objects.filter(pk=run.pk).update(**values)
    run.refresh_from_db()
    announce_run(run, ending=ending_of(before, run.state, TrainingState.FINISHED, TrainingState.FAILED))
    if run.state == TrainingState.FINISHED and run.offers and not run.change_url:
        _offer(run)


def _offer(run: TrainingRun) -> None:
    """Opens the change request of a run that was begun for it, with the rights that its person has now."""
    try:
        if run.person is None:
            raise Conflict("The person who used the trial has no account any more.")
        use_model(run.person, run)
    except DomainError as error:
        note = f"The model was not offered by itself: {error} Use it on this page."
        TrainingRun.objects.filter(pk=run.pk).update(notes=[*run.notes, note[:LONGEST_NOTE]], offers=False)


def _state(job: Job, run: TrainingRun) -> TrainingState:
    match job.state:
        case JobState.QUEUED:
            return TrainingState.PAUSED if job.paused else TrainingState.WAITING
        case JobState.RUNNING:
            return TrainingState.RUNNING
        case JobState.SUCCEEDED:
            return TrainingState.FINISHED
        case JobState.CANCELLED:
            return TrainingState.CANCELLED
        case _:
            return TrainingState.NEEDS if environments_of(run.reason) else TrainingState.FAILED


def titles_of(jobs: Sequence[Job]) -> Mapping[UUID, JobTitle]:
    """Returns the titles of jobs of training runs."""
    runs = TrainingRun.objects.select_related("project__organisation").in_bulk([UUID(job.spec["run"]) for job in jobs])
    titles = {}
    for job in jobs:
        run = runs.get(UUID(job.spec["run"]))
        if run is not None:
            titles[job.pk] = JobTitle(f"Training run {run.number} of {run.project.full_name}", run.get_absolute_url())
    return titles


def prepare_retry(actor: Actor, job: Job) -> None:
    """A run whose job is retried goes on. Raises `NotRetriable` and what `require_going_on` raises."""
    rows = TrainingRun.objects.select_related("project__organisation", "data_version__data_set")
    run = rows.filter(pk=job.spec["run"]).first()
    if run is None:
        raise NotRetriable("The run was deleted.")
    require_going_on(run, actor)


TRAINING = JobKind(
    TRAINING_KIND,
    WorkerCapability.LAB,
    run_training_job,
    "Training run",
    titles=titles_of,
    verb=Verb.EDIT,
    retention=None,
    attempts=10,
    noun="training run",
    on_change=follow_job,
    before_retry=prepare_retry,
)
