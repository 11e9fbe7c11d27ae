"""Finding training runs, and the data that they learn from, for a person: unknown and forbidden look the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forge.accounts.access import nothing_here
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.errors import Invalid
from forge.datasets.access import find_version, versions_of
from forge.datasets.errors import DataVersionNotFound
from forge.datasets.models import DataVersion
from forge.datasets.sample_uses import UsePlace
from forge.datasets.versions.other_projects import find_usable_version, place_of, readable_source
from forge.learning.training.errors import NoDataVersion
from forge.learning.training.models import TrainingRun, TrainingRunQuerySet, TrainingState
from forge.learning.training.running.lab_events import RecipeJson
from forge.projects.access import require
from forge.projects.files.contents import checked_path
from forge.projects.files.model_files import is_model
from forge.projects.models import Project
from forge.projects.versions.store import working_tree
from rune.source.policy.sections.training import TEACHER_SUFFIX
from rune.source.runefile.model_records import record_path
from rune.wording import plain

MOST_TEACHERS = 50
"""Runs that the form offers."""


def runs_of(actor: Actor, project: Project) -> TrainingRunQuerySet:
    """The training runs of a project, newest first. Raises `Forbidden` or `NotFound`."""
    require(actor, Verb.READ, project)
    rows = TrainingRun.objects.visible_to(actor).filter(project=project)
    return rows.select_related("person", "job", "project__organisation", "data_version__data_set").order_by("-number")


def find_run(actor: Actor, project: Project, number: int) -> TrainingRun:
    """A training run of a project. Raises `Forbidden` or `NotFound`."""
    run = runs_of(actor, project).filter(number=number).first()
    if run is None:
        raise nothing_here(actor)
    return run


def version_to_learn(actor: Actor, project: Project, number: int | None, digest: str = "") -> DataVersion:
    """The data version of this digest or number, or else the newest. A digest may be that of another project's data.

    Raises `NoDataVersion` and `DataVersionNotFound`.
    """
    if digest:
        named_version = find_usable_version(actor, project, digest)
        if named_version is None:
            raise _no_usable_version(project, digest)
        return named_version
    if number is not None:
        return find_version(actor, project, number)
    newest = versions_of(actor, project).first()
    if newest is None:
        raise NoDataVersion("The project has no version of its data. Save one on the page Data, and train on that.")
    return newest


def require_source(actor: Actor, project: Project, version: DataVersion | None) -> None:
    """Requires that the person who lets a run or a search go on may still read the project whose data it uses, as when
    one begins.

    Raises `DataVersionNotFound`.
    """
    if version is None or place_of(version, project) is UsePlace.HERE:
        return
    source = readable_source(actor, version)
    if source is None or source.organisation_id != project.organisation_id:
        raise _no_usable_version(project, version.digest)


def _no_usable_version(project: Project, digest: str) -> DataVersionNotFound:
    return DataVersionNotFound(f"No data that {project.full_name} may use has the version {plain(digest)[:80]}.")


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
    rows = runs_of(actor, project).filter(recipe=recipe["name"], state=TrainingState.FINISHED)
    return [run for run in rows[:MOST_TEACHERS] if _teaching_files(run)]


def checked_teacher(project: Project, recipe: RecipeJson, number: int) -> TeachingRun:
    """The run of this number as a teacher; none for 0. Raises `Invalid`."""
    if not number:
        return TeachingRun()
    if not recipe["takes_teacher"]:
        raise _bad_teacher(f"The recipe {recipe['name']} learns without a teacher.", "Leave it out.")
    run = TrainingRun.objects.filter(project=project, number=number, state=TrainingState.FINISHED).first()
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
