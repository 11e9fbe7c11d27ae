"""The models of Keras in a project that a training run can begin with. Nobody looks into them here: a process of `lab`
reads them as data."""

from __future__ import annotations

from dataclasses import dataclass

from forge.core.errors import Invalid
from forge.learning.recipes import RecipeJson
from forge.learning.training.models import TrainingRun
from forge.projects.files.contents import checked_path
from forge.projects.models import Project
from forge.projects.versions.store import WorkingTree, working_tree
from rune.source.policy.sections.training import START_SUFFIXES


@dataclass(frozen=True)
class StartFile:
    """The file that a run begins with, by its path in the project and its digest; both are "" for none."""

    path: str = ""
    digest: str = ""


def start_paths(tree: WorkingTree) -> list[str]:
    """The files of a project that a run can begin with, by their names."""
    return sorted(path for path in tree.manifest if path.endswith(START_SUFFIXES))


def checked_start(project: Project, recipe: RecipeJson, path: str) -> StartFile:
    """The file that a run begins with. Raises `Invalid` and `BadPath`."""
    if not path:
        return StartFile()
    if not recipe["start_arguments"]:
        raise _bad_start(f"The recipe {recipe['name']} begins with no model of a file.", "Leave it out.")
    path = checked_path(path)
    file = working_tree(project).manifest.get(path)
    if file is None:
        raise _bad_start(f"The project has no file {path}, with which the run begins.", "Choose a file.")
    if not path.endswith(START_SUFFIXES):
        raise _bad_start(f"{path} is not a .keras or .h5 file.", "Choose a file.")
    return StartFile(path, file["digest"])


def _bad_start(message: str, advice: str) -> Invalid:
    return Invalid(message, errors={"start": [advice]})


def change_of_start(run: TrainingRun) -> str:
    """A sentence about what became of the file that a run began with; "" where the project still has it as it was."""
    if not run.start_path:
        return ""
    file = working_tree(run.project).manifest.get(run.start_path)
    if file is None:
        return "The project does not have this file any more. To train again, add it or choose another one."
    if file["digest"] != run.start_digest:
        return "This file has changed since the run began. Another run begins with it as it is now."
    return ""
