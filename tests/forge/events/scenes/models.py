"""Scenes of a project's models: they are converted, in other forms too, and deleted."""

from __future__ import annotations

from pathlib import Path

from forge.accounts.models import User
from forge.core.blobs.store import put_bytes
from forge.datasets.models import DataVersion
from forge.jobs.actions import enqueue_preparation
from forge.jobs.models import Job, JobState
from forge.learning.conversions import actions
from forge.learning.environments.actions import prepare_environment, prepare_run, prepare_search
from forge.learning.inputs.actions import write_model_input
from forge.learning.inputs.questions import model_to_feed
from forge.learning.lab_jobs.models import NEEDS_ENVIRONMENT
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.models import ConvertedForm, ModelConversion
from forge.learning.offers.actions import apply_form
from forge.learning.searches.models import ModelSearch
from forge.learning.training.models import TrainingRun
from forge.projects.actions import write_file
from tests.forge.events.scenarios import Act, EventWorld, scene
from tests.support.forge.factories.searches import finished_search
from tests.support.forge.factories.training import motion_run, motion_version

DIGITS = Path(__file__).parents[4] / "examples" / "digits" / "digits.tflite"
FIGURES = {
    "output": 40.0,
    "changed": 1,
    "samples": 64,
    "arena": None,
    "constants": None,
    "reason": "",
    "layers": {"dense": 40.0},
}
LAYERS = {"layers": [{"name": "dense", "op": "FULLY_CONNECTED"}]}

NEEDS_ANALYSIS = f"{NEEDS_ENVIRONMENT} analysis"


def _conversion(world: EventWorld, state: LabJobState = LabJobState.FINISHED) -> ModelConversion:
    row = actions.begin_conversion(world.developer, world.project, "net.keras", [b"bytes"])
    ModelConversion.objects.filter(pk=row.pk).update(state=state, description=LAYERS)
    row.refresh_from_db()
    return row


@scene(actions.begin_conversion)
def a_model_is_converted(world: EventWorld) -> Act:
    return lambda: actions.begin_conversion(world.developer, world.project, "net.keras", [b"bytes"])


@scene(actions.restart_conversion)
def a_model_is_converted_again(world: EventWorld) -> Act:
    row = _conversion(world, LabJobState.FAILED)
    return lambda: actions.restart_conversion(world.developer, row, shapes={"x": [49, 10]})


@scene(actions.mix_form)
def a_layer_stays_in_float(world: EventWorld) -> Act:
    row = _conversion(world)
    return lambda: actions.mix_form(world.developer, row, "int8", ["dense"])


@scene(actions.count_on_boards)
def forms_are_counted_on_other_boards(world: EventWorld) -> Act:
    row = _conversion(world)
    return lambda: actions.count_on_boards(world.developer, row, ["microbit-v2"])


@scene(apply_form)
def a_form_is_applied(world: EventWorld) -> Act:
    row = _conversion(world)
    blob = put_bytes(b"a model")
    form = ConvertedForm.objects.create(
        conversion=row, number=1, form="int8", digest=blob.digest, size=blob.size, figures=FIGURES, provenance={}
    )
    return lambda: apply_form(world.developer, form, "net.tflite")


@scene(actions.announce_conversion)
def the_job_of_a_conversion_goes_on(world: EventWorld) -> Act:
    row = _conversion(world)
    return lambda: actions.announce_conversion(row, world.developer)


@scene(prepare_environment)
def an_environment_is_prepared(world: EventWorld) -> Act:
    row = _conversion(world, LabJobState.NEEDS)
    needs = {"name": "tensorflow", "reads": "Keras models", "download": 1, "disk": 2}
    ModelConversion.objects.filter(pk=row.pk).update(needs=needs)
    return lambda: prepare_environment(_operator(), row)


@scene(prepare_run)
def an_environment_of_a_run_is_prepared(world: EventWorld) -> Act:
    _with_data(world)
    run = motion_run(world.developer, world.project)
    TrainingRun.objects.filter(pk=run.pk).update(state=LabJobState.NEEDS, reason=NEEDS_ANALYSIS)
    Job.objects.filter(project=world.project).update(state=JobState.FAILED)
    run.refresh_from_db()
    return lambda: prepare_run(_operator(), run)


@scene(prepare_search)
def an_environment_of_a_search_is_prepared(world: EventWorld) -> Act:
    _with_data(world)
    search = finished_search(world.developer, world.project)
    ModelSearch.objects.filter(pk=search.pk).update(state=LabJobState.NEEDS, reason=NEEDS_ANALYSIS)
    search.refresh_from_db()
    return lambda: prepare_search(_operator(), search)


@scene(enqueue_preparation)
def an_environment_is_queued(world: EventWorld) -> Act:
    return lambda: enqueue_preparation(_operator(), world.project, "analysis")


def _with_data(world: EventWorld) -> None:
    if not DataVersion.objects.filter(data_set__project=world.project).exists():
        motion_version(world.developer, world.project, people=3)


def _operator() -> User:
    """The person who runs the server: the first one."""
    return User.objects.order_by("joined")[0]


@scene(actions.discard_conversion)
def a_conversion_is_deleted(world: EventWorld) -> Act:
    row = _conversion(world)
    return lambda: actions.discard_conversion(world.developer, row)


@scene(write_model_input)
def the_input_of_a_model_is_written(world: EventWorld) -> Act:
    write_file(world.developer, world.project, "digits.tflite", DIGITS.read_bytes())
    model = model_to_feed(world.project, "digits.tflite")
    return lambda: write_model_input(world.developer, world.project, model, ["0-1"], "")
