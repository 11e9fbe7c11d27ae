"""Actions on training runs. Each checks the permission, does it, and notifies open pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.accounts.quotas.limits import require_room
from forge.core.actors import Actor, agent_of
from forge.core.api.acts import DONE, act
from forge.core.api.states import ENDS, MAKES, WORKS
from forge.core.audit.entries import write_entry
from forge.core.blobs.links import link_derived
from forge.core.blobs.sweep import delete_if_unlinked
from forge.core.database.numbers import next_number
from forge.core.errors import Conflict, Invalid, TooOften
from forge.core.events.log import append_event
from forge.jobs.models import Job
from forge.jobs.queue import announce, cancel, resume, retry
from forge.learning.lab_jobs.endings import LearningEnding
from forge.learning.lab_jobs.models import LabJobQuerySet
from forge.learning.lab_jobs.queue import end_row, lock, lock_to_begin, lock_to_go_on, queue_job, wake_worker
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.learnable_data.requirements import require_learnable
from forge.learning.learnable_data.versions import version_to_learn
from forge.learning.recipes import checked_arguments, recipe_of
from forge.learning.training.access import checked_backbone, checked_model, checked_teacher, foreign_data_of
from forge.learning.training.announcements import TRAINING_CHANGED
from forge.learning.training.errors import RUN_ERRORS, RunNotResumable, RunNotTraining, TooManyRuns
from forge.learning.training.kinds import DEFAULT_BOARDS, MAX_RUNS, MAX_UNFINISHED, TrainingInstruction
from forge.learning.training.models import TrainingRun
from forge.learning.training.place import RUN
from forge.learning.training.running.lab_events import EpochJson
from forge.learning.training.serializers import ACCEPTED, NEW_RUN
from forge.learning.training.starts import checked_start
from forge.projects.access import require
from forge.projects.models import Project
from rune.devices.boards.lookup import UnknownBoard, find_board
from rune.source.policy.sections.models import FORMS
from rune.source.policy.sections.training import DEFAULT_FORM, DEFAULT_MODEL, MAX_SEED


@dataclass(frozen=True)
class RequestedRun:
    """The settings of a new run. `version` is the number of the data version, None for the newest; `data_digest` is
    that of one, also of another project's data. `backbone` is the path of the model file behind which a recipe learns
    that needs one, `teacher` the number of the run whose answers are learned, 0 for none, `start` the path of the model
    of Keras that the run begins with, "" for none."""

    recipe: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    version: int | None = None
    seed: int = 0
    form: str = DEFAULT_FORM
    model: str = DEFAULT_MODEL
    boards: Sequence[str] = DEFAULT_BOARDS
    data_digest: str = ""
    backbone: str = ""
    teacher: int = 0
    start: str = ""


def begin_run(actor: Actor, project: Project, settings: RequestedRun, *, offers: bool = False) -> TrainingRun:
    """Queues a run on a version of the project's data. With `offers`, its model is offered when it is finished.

    Raises `Invalid`, `BadPath`, `NoDataVersion`, `DataVersionNotFound`, `DataTooLarge`, `DataNotLearnable`,
    `TooManyRuns`, `TooOften`, `StorageQuotaReached`, and `Forbidden` or `NotFound`.
    """
    require(actor, Verb.TRAIN, project)
    recipe = recipe_of(settings.recipe)
    start = checked_start(project, recipe, settings.start)
    arguments = checked_arguments(recipe, settings.arguments, begins_with_model=bool(start.path))
    version = version_to_learn(actor, project, settings.version, settings.data_digest)
    if settings.form not in FORMS:
        raise Invalid(f"A model is quantised as {', '.join(FORMS)}.", errors={"form": ["Choose a form."]})
    if not 0 <= settings.seed <= MAX_SEED:
        raise Invalid(f"seed must be from 0 to {MAX_SEED}.", errors={"seed": [f"From 0 to {MAX_SEED}."]})
    require_room(project.organisation_id)
    boards, model = _checked_boards(settings.boards), checked_model(settings.model)
    backbone, digest = checked_backbone(project, recipe, settings.backbone)
    teacher = checked_teacher(project, recipe, settings.teacher)
    require_learnable(version, project, recipe, arguments)
    with transaction.atomic():
        runs = lock_to_begin(project, TrainingRun)
        require_room_for_run(runs)
        _require_few_unfinished(runs)
        run = TrainingRun(
            project=project,
            number=next_number(runs),
            person=actor.person,
            agent=agent_of(actor),
            recipe=recipe["name"],
            arguments=arguments,
            form=settings.form,
            seed=settings.seed,
            model_path=model,
            backbone_path=backbone,
            backbone_digest=digest,
            teacher_number=teacher.number,
            teacher_files=dict(teacher.files),
            start_path=start.path,
            start_digest=start.digest,
            data_version=version,
            data_number=version.number,
            data_digest=version.digest,
            boards=boards,
            offers=offers,
        )
        _enqueue(actor, run)
        write_entry(actor, "training.begin", project.stream, project.place, number=run.number, recipe=run.recipe)
        announce_run(run, actor)
    return run


def require_room_for_run(runs: LabJobQuerySet[TrainingRun]) -> None:
    """Raises `TooManyRuns` if these runs of a project are as many as it may have."""
    if runs.count() >= MAX_RUNS:
        raise TooManyRuns(f"A project has at most {MAX_RUNS} training runs. Delete some that are not needed.")


def _require_few_unfinished(runs: LabJobQuerySet[TrainingRun]) -> None:
    """Raises `TooManyRuns` if as many of these runs of a project wait or train as may at once."""
    if runs.unfinished().count() >= MAX_UNFINISHED:
        raise TooManyRuns(f"{MAX_UNFINISHED} runs wait or train already. Wait for one, or cancel it.")


@act("POST", RUN, "again", "training_run_again", verb=Verb.EDIT, state=MAKES, answer=NEW_RUN, raises=RUN_ERRORS)
def train_again(actor: Actor, run: TrainingRun) -> TrainingRun:
    """Begins another run with the same settings on the newest version of the data; on the same version where that is of
    another project's data."""
    settings = RequestedRun(
        run.recipe,
        run.arguments,
        None,
        run.seed,
        run.form,
        run.model_path,
        run.boards,
        foreign_data_of(run),
        run.backbone_path,
        run.teacher_number,
        run.start_path,
    )
    return begin_run(actor, run.project, settings)


@act("POST", RUN, "stop", "training_run_stop", verb=Verb.EDIT, state=ENDS, answer=ACCEPTED, raises=(Conflict,))
@transaction.atomic
def stop_run(actor: Actor, run: TrainingRun) -> TrainingRun:
    """Ends training after this epoch, and goes on with the best epoch so far, which gives a model."""
    return _instruct(actor, run, TrainingInstruction.STOP, "training.stop")


@act("POST", RUN, "pause", "training_run_pause", verb=Verb.EDIT, state=ENDS, answer=ACCEPTED, raises=(Conflict,))
@transaction.atomic
def pause_run(actor: Actor, run: TrainingRun) -> TrainingRun:
    """Saves a checkpoint after this epoch and ends, until the run is resumed."""
    return _instruct(actor, run, TrainingInstruction.PAUSE, "training.pause")


@act(
    "POST",
    RUN,
    "resume",
    "training_run_resume",
    verb=Verb.EDIT,
    state=WORKS,
    answer=ACCEPTED,
    raises=(Conflict, TooOften),
)
@transaction.atomic
def resume_run(actor: Actor, run: TrainingRun) -> TrainingRun:
    """Goes on with a run that was paused, failed or was cancelled, from its last checkpoint; from the beginning where
    it has none."""
    project = run.project
    run = require_going_on(run, actor)
    if not run.can_resume or run.job is None:
        raise RunNotResumable("Only a run that was paused, failed or was cancelled can be continued.")
    TrainingRun.objects.filter(pk=run.pk).update(instruction="", error="", reason="")
    if run.state == LabJobState.PAUSED:
        resume(Job.objects.filter(pk=run.job.pk))
        run.job.refresh_from_db()
        announce(run.job)
    elif not retry(run.job, str(actor.person)):
        raise RunNotResumable("This run cannot be continued. Train again with the same settings.")
    run.refresh_from_db()
    write_entry(actor, "training.resume", project.stream, project.place, number=run.number)
    announce_run(run, actor)
    wake_worker(run)
    return run


def require_going_on(run: TrainingRun, actor: Actor) -> TrainingRun:
    """Checks again what was checked when a run began, in the transaction that lets it go on. Returns the run, locked.

    Raises `DataVersionNotFound`, `TooManyRuns` and `TooOften`.
    """
    run = lock_to_go_on(actor, run)
    _require_few_unfinished(TrainingRun.objects.filter(project=run.project_id).exclude(pk=run.pk))
    return run


@act("POST", RUN, "cancel", "training_run_cancel", verb=Verb.EDIT, state=ENDS, answer=ACCEPTED, raises=(Conflict,))
@transaction.atomic
def cancel_run(actor: Actor, run: TrainingRun) -> TrainingRun:
    """Ends a run at once, without a model. It can go on later from its last checkpoint."""
    return cancel_run_now(actor, run)


@transaction.atomic
def cancel_run_now(actor: Actor, run: TrainingRun) -> TrainingRun:
    """Does what `cancel_run` does, for who may train: the caller knows that they began the run.

    Raises `RunNotTraining`, `Forbidden` and `NotFound`.
    """
    project = run.project
    require(actor, Verb.TRAIN, project)
    run = lock(run)
    if not run.is_unfinished or run.job is None or not cancel(run.job, str(actor.person)):
        raise RunNotTraining("The run has ended, so it cannot be cancelled.")
    run.refresh_from_db()
    write_entry(actor, "training.cancel", project.stream, project.place, number=run.number)
    return run


@act("DELETE", RUN, "", "training_run_discard", verb=Verb.EDIT, state=ENDS, answer=DONE)
def discard_run(actor: Actor, run: TrainingRun) -> None:
    """Deletes a training run with its files and its checkpoint. A model that the project uses stays."""
    project = run.project
    with transaction.atomic():
        run, digests = end_row(run, str(actor.person))
        write_entry(actor, "training.discard", project.stream, project.place, number=run.number)
        announce_run(run, actor)
        run.delete()
    delete_if_unlinked(digests)


def announce_run(
    run: TrainingRun,
    actor: Actor | None = None,
    points: Sequence[EpochJson] = (),
    ending: LearningEnding = LearningEnding.NONE,
) -> None:
    """Tells everybody who has the page open, in the transaction that changed the run. `ending` says that it ended by
    this change."""
    event = TRAINING_CHANGED(
        run=str(run.pk), number=run.number, state=run.state, epochs=len(run.curves), points=list(points), ending=ending
    )
    append_event(run.project.stream, event, actor)


def _instruct(actor: Actor, run: TrainingRun, instruction: TrainingInstruction, action: str) -> TrainingRun:
    project = run.project
    run = lock(run)
    if run.state != LabJobState.RUNNING:
        raise RunNotTraining("The run does not train now.")
    run.instruction = instruction.value
    run.save(update_fields=["instruction"])
    write_entry(actor, action, project.stream, project.place, number=run.number)
    announce_run(run, actor)
    return run


def _enqueue(actor: Actor, run: TrainingRun) -> None:
    run.job = queue_job(actor, run)
    run.save()
    learned_with = [*filter(None, [run.backbone_digest, run.start_digest]), *run.teacher_files.values()]
    if learned_with:
        link_derived(run, learned_with, run.project.organisation_id)


def _checked_boards(keys: Sequence[str]) -> list[str]:
    """Raises `Invalid`."""
    unique_keys = list(dict.fromkeys(keys))
    if not 1 <= len(unique_keys) <= 2:
        raise Invalid("Choose one or two boards.", errors={"boards": ["Choose one or two boards."]})
    try:
        return [find_board(key).key for key in unique_keys]
    except UnknownBoard as error:
        raise Invalid(str(error), errors={"boards": [str(error)]}) from error
