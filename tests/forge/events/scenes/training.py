"""Scenes of training runs: they begin, are stopped, paused, resumed and cancelled, their models are used, and they are
deleted.
"""

from __future__ import annotations

from pathlib import Path

from forge.datasets.models import DataVersion
from forge.jobs.models import Job, JobState
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.teaching.actions import TaughtLabel, TaughtLayer, save_taught
from forge.learning.teaching.project import teachable_project
from forge.learning.training.actions import runs as actions
from forge.learning.training.actions.applying import apply_model, put_model
from forge.learning.training.actions.offering import offer_model
from forge.learning.training.actions.using import NO_TEXTS, offer_of_run, use_model, use_model_with
from forge.learning.training.models import TrainingRun
from forge.learning.training.offered_version import ModelOffer
from forge.projects.actions import write_file
from tests.forge.events.scenarios import Act, EventWorld, scene
from tests.support.forge.factories.training import finish_run, motion_run, motion_version

DIGITS = Path(__file__).parents[4] / "examples" / "digits"


def _run(world: EventWorld, state: LabJobState = LabJobState.WAITING, job: JobState = JobState.QUEUED) -> TrainingRun:
    if not DataVersion.objects.filter(data_set__project=world.project).exists():
        motion_version(world.developer, world.project, people=3)
    run = motion_run(world.developer, world.project)
    TrainingRun.objects.filter(pk=run.pk).update(state=state)
    assert run.job is not None
    Job.objects.filter(pk=run.job.pk).update(state=job, paused=state == LabJobState.PAUSED)
    run.refresh_from_db()
    return run


@scene(actions.begin_run)
def a_run_begins(world: EventWorld) -> Act:
    motion_version(world.developer, world.project, people=3)
    return lambda: motion_run(world.developer, world.project)


@scene(save_taught)
def a_rune_is_taught(world: EventWorld) -> Act:
    for name in ("digits.tflite", "labels.txt", "Runefile.yml"):
        write_file(world.developer, world.project, name, (DIGITS / name).read_bytes())
    model = teachable_project(world.developer, world.project)
    labels = [TaughtLabel(name, 5, 5) for name in ("tick", "gate")]
    layer = TaughtLayer(model.digest, labels, [[0.5] * model.features] * 2, [0.0, 1.0])
    return lambda: save_taught(world.developer, world.project, layer)


@scene(actions.train_again)
def a_run_begins_again(world: EventWorld) -> Act:
    run = _run(world)
    return lambda: actions.train_again(world.developer, run)


@scene(actions.stop_run)
def a_run_is_stopped(world: EventWorld) -> Act:
    run = _run(world, LabJobState.RUNNING)
    return lambda: actions.stop_run(world.developer, run)


@scene(actions.pause_run)
def a_run_is_paused(world: EventWorld) -> Act:
    run = _run(world, LabJobState.RUNNING)
    return lambda: actions.pause_run(world.developer, run)


@scene(actions.resume_run)
def a_run_goes_on(world: EventWorld) -> Act:
    run = _run(world, LabJobState.PAUSED)
    return lambda: actions.resume_run(world.developer, run)


@scene(actions.cancel_run)
def a_run_is_cancelled(world: EventWorld) -> Act:
    run = _run(world)
    return lambda: actions.cancel_run(world.developer, run)


@scene(actions.cancel_run_now)
def a_run_is_cancelled_by_who_began_it(world: EventWorld) -> Act:
    run = _run(world)
    return lambda: actions.cancel_run_now(world.developer, run)


@scene(actions.announce_run)
def a_run_trains(world: EventWorld) -> Act:
    run = _run(world)
    return lambda: actions.announce_run(run, world.developer)


@scene(use_model)
def the_model_of_a_run_is_used(world: EventWorld) -> Act:
    run = finish_run(_run(world))
    return lambda: use_model(world.developer, run)


@scene(use_model_with)
def the_model_of_a_run_is_used_with_other_texts(world: EventWorld) -> Act:
    run = finish_run(_run(world))
    return lambda: use_model_with(world.developer, run, "", NO_TEXTS)


@scene(apply_model)
def the_model_of_a_run_is_applied(world: EventWorld) -> Act:
    run = finish_run(_run(world))
    return lambda: apply_model(world.developer, run)


@scene(put_model)
def the_model_of_a_run_is_put_into_the_files(world: EventWorld) -> Act:
    run = finish_run(_run(world))
    return lambda: put_model(world.developer, world.project, offer_of_run(run, "", NO_TEXTS))


@scene(offer_model)
def a_trained_model_is_offered(world: EventWorld) -> Act:
    run = finish_run(_run(world))
    offer = ModelOffer(
        "A model", "It learned.", f"training run {run.number}", {}, run.recipe, run.model_path, run.form, run.seed,
        run.arguments, run.data_digest,
    )  # fmt: skip
    return lambda: offer_model(world.developer, world.project, offer)


@scene(actions.discard_run)
def a_run_is_deleted(world: EventWorld) -> Act:
    run = _run(world)
    return lambda: actions.discard_run(world.developer, run)
