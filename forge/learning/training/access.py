"""Finding training runs, and the data that they learn from, for a person: unknown and forbidden look the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forge.core.actors import Actor
from forge.core.errors import Invalid
from forge.datasets.sample_uses import UsePlace
from forge.datasets.versions.other_projects import place_of
from forge.learning.lab_jobs.access import find_among, lab_jobs_of
from forge.learning.lab_jobs.models import LabJobQuerySet
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.recipes import RecipeJson
from forge.learning.training.models import TrainingRun
from forge.projects.files.contents import checked_path
from forge.projects.files.model_files import is_model
from forge.projects.models import Project
from forge.projects.versions.store import working_tree
from rune.source.policy.sections.training import TEACHER_SUFFIX
from rune.source.runefile.model_records import record_path

MOST_TEACHERS = 50
"""Runs that the form offers."""


def runs_of(actor: Actor, project: Project) -> LabJobQuerySet[TrainingRun]:
    """The training runs of a project, newest first. Raises `Forbidden` or `NotFound`."""
    return lab_jobs_of(actor, project, TrainingRun).order_by("-number")


def find_run(actor: Actor, project: Project, number: int) -> TrainingRun:
    """A training run of a project. Raises `Forbidden` or `NotFound`."""
    return find_among(actor, runs_of(actor, project), number=number)


def checked_backbone(project: Project, recipe: RecipeJson, path: str) -> tuple[str, str]:
    """The path and the digest of the file behind which a run learns; empty for a recipe without one.

    Raises `Invalid` and `BadPath`."""
    if not recipe["needs_backbone"]:
        if path:
            raise _bad_backbone(f"The recipe {recipe['name']} learns behind no backbone.", "Leave it out.")
        return "", ""
    if not path:
        raise _bad_backbone(f"The recipe {recipe['name']} learns behind a model of the project.", "Choose a model.")
    file = working_tree(project).manifest.get(checked_path(path))
    if file is None or not is_model(path):
        raise _bad_backbone(f"The project has no .tflite file {path}.", "Choose a model.")
    return checked_path(path), file["digest"]


def _bad_backbone(message: str, advice: str) -> Invalid:
    return Invalid(message, errors={"backbone": [advice]})


@dataclass(frozen=True)
class TeachingRun:
    """A run whose answers another one learns: its number, and the digests of its float model and of its record."""

    number: int = 0
    files: Mapping[str, str] = field(default_factory=dict)


def teachers_of(actor: Actor, project: Project, recipe: RecipeJson) -> list[TrainingRun]:
    """The finished runs of a project whose answers a run of this recipe can learn, newest first."""
    if not recipe["takes_teacher"]:
        return []
    rows = runs_of(actor, project).filter(recipe=recipe["name"], state=LabJobState.FINISHED)
    return [run for run in rows[:MOST_TEACHERS] if _teaching_files(run)]


def checked_teacher(project: Project, recipe: RecipeJson, number: int) -> TeachingRun:
    """The run of this number as a teacher; none for 0. Raises `Invalid`."""
    if not number:
        return TeachingRun()
    if not recipe["takes_teacher"]:
        raise _bad_teacher(f"The recipe {recipe['name']} learns without a teacher.", "Leave it out.")
    run = TrainingRun.objects.filter(project=project, number=number, state=LabJobState.FINISHED).first()
    files = {} if run is None else _teaching_files(run)
    if not files:
        raise _bad_teacher(f"Run {number} of this project has no network that could teach.", "Choose a finished run.")
    return TeachingRun(number, files)


def _teaching_files(run: TrainingRun) -> dict[str, str]:
    """The digests of a run's float model and of its record; {} where it has none."""
    stem = run.model_path.removesuffix(".tflite")
    model, record = run.files.get(stem + TEACHER_SUFFIX), run.files.get(record_path(run.model_path))
    return {"model": model, "record": record} if model and record else {}


def teacher_path(model: str) -> str:
    """Returns the path of the teacher of a run in the project, beside the model that the run gives."""
    return f"{model.removesuffix('.tflite')}.teacher{TEACHER_SUFFIX}"


def _bad_teacher(message: str, advice: str) -> Invalid:
    return Invalid(message, errors={"teacher": [advice]})


def foreign_data_of(run: TrainingRun) -> str:
    """The digest of the version of another project's data on which a run learned; "" for the project's own data."""
    if run.data_version is None or place_of(run.data_version, run.project) is UsePlace.HERE:
        return ""
    return run.data_digest


def checked_model(path: str) -> str:
    """The path of a model file that is made. Raises `Invalid` and `BadPath`."""
    path = checked_path(path)
    if not path.endswith(".tflite") or len(path) > 200:
        raise Invalid("The path of the model ends with .tflite.", errors={"model": ["Write model.tflite."]})
    return path
